#!/usr/bin/env python3
"""Checks that object files use no heap, exceptions, RTTI, static constructors or streams, and store no
plan: what a run needs of it are constants in its code. With --image the files are whole programs of
firmware, which moreover use no arithmetic in double and nothing of a C library that asks for memory.

With --placed, symbols must be there and lie in the section that is given.

usage: check_objects.py [--nm nm] [--image] [--unpacked NAMES] [--placed NAMES=SECTION]... file...
"""

import argparse
import re
import subprocess
import sys

FORBIDDEN = {
    "heap": r"\b(malloc|calloc|realloc|free|aligned_alloc|posix_memalign)$|"
            r"\boperator (new|delete)\b",
    "exceptions": r"__cxa_(throw|rethrow|allocate_exception|begin_catch)|std::__throw_|"
                  r"__gxx_personality",
    "RTTI": r"\btypeinfo (name )?for |__dynamic_cast",
    "static constructors": r"_GLOBAL__sub_I_|__static_initialization_and_destruction|"
                           r"__cxa_atexit|__cxx_global_var_init",
    "guarded statics": r"\bguard variable for |__cxa_guard_",
    "thread-locals": r"__tls_get_addr|\bTLS (init|wrapper) function for ",
    "stored plan": r"(E4planE|::plan)$",
    "streams": r"std::(basic_)?(i|o|io)?stream\b|std::basic_[io]*stream|std::ios_base|std::locale|"
               r"std::(cout|cerr|cin)\b",
}


IN_IMAGES = {
    "double": r"^__aeabi_(d\w+|\w+2d)$|^__(add|sub|mul|div|cmp)df\d$",
    "heap": r"^_*(sbrk|malloc|free|calloc|realloc)(_r)?$",
    "destructors at exit": r"^(__aeabi_atexit|atexit|__register_exitproc|__call_exitprocs)$",
}


def offending(nm, path, rules):
    """(reason, symbol) pairs of one file."""
    done = subprocess.run([nm, "-C", path], capture_output=True, text=True, check=True)
    # A line is: address or blanks, one letter, the symbol.
    symbols = [re.sub(r"^[0-9a-fA-F ]* [A-Za-z] ", "", line) for line in done.stdout.splitlines()]
    return [(reason, symbol) for symbol in symbols
            for reason, pattern in rules if re.search(pattern, symbol)]


def misplaced(nm, path, wanted):
    """(reason, symbol) pairs of one file; `wanted`: names, an expression, and their section."""
    done = subprocess.run([nm, "-C", "-f", "sysv", path], capture_output=True, text=True, check=True)
    # A line is: symbol, value, class, type, size, line, section, with bars between them.
    rows = [[cell.strip() for cell in line.split("|")] for line in done.stdout.splitlines()]
    found = [(row[0], row[6]) for row in rows if len(row) == 7]
    faults = []
    for names, section in (each.rsplit("=", 1) for each in wanted):
        those = [(name, place) for name, place in found if re.search(names, name)]
        if not those:
            faults.append((f"not in {section}, nor elsewhere", names))
        faults += [(f"in {place}, not {section}", name) for name, place in those if place != section]
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--image", action="store_true", help="files are programs of firmware")
    parser.add_argument("objects", nargs="+")
    parser.add_argument("--placed", action="append", default=[])
    parser.add_argument("--unpacked", help="names of weights that must not be there: an expression")
    args = parser.parse_args()
    rules = [*FORBIDDEN.items(), *(IN_IMAGES.items() if args.image else [])]
    if args.unpacked:
        rules.append(("unpacked", args.unpacked))
    faults = [f"{path}: {reason}: {symbol}"
              for path in args.objects for reason, symbol in offending(args.nm, path, rules)]
    faults += [f"{path}: {reason}: {symbol}"
               for path in args.objects for reason, symbol in misplaced(args.nm, path, args.placed)]
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
