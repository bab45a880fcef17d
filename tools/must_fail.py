#!/usr/bin/env python3
"""Checks one program that must not compile, and the message that the compiler gives for it.

The program's first line is `// expect: <regular expression>`. Without XENOS_TWIN it must fail: the
first error must match the expression, within the first 15 lines of what the compiler prints. With
-DXENOS_TWIN it must compile without a warning, which shows that nothing else is wrong with it.

usage: must_fail.py --compiler g++-12 tests/fail/name.cpp -- -std=c++20 -fsyntax-only -Iinclude
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

VISIBLE_LINES = 15
# A line that begins another diagnostic, or the list of includes that leads to it.
DIAGNOSTIC = re.compile(r"(: (fatal error|error|warning): )|(^In file included from )|"
                        r"(: In (instantiation|substitution|function|member function) )")
ERROR = re.compile(r": (fatal )?error: ")


def first_error(output):
    """The first error of a compiler's output, with its notes, cut to the visible lines."""
    lines = output.splitlines()
    start = next((i for i, line in enumerate(lines) if ERROR.search(line)), None)
    if start is None:
        return ""
    end = next((i for i in range(start + 1, len(lines)) if DIAGNOSTIC.search(lines[i])), len(lines))
    return "\n".join(lines[start:min(end, VISIBLE_LINES)])


def expected(source):
    """The regular expression of the program's first line."""
    match = re.match(r"// expect: (.+)", source.read_text().split("\n", 1)[0])
    if not match:
        sys.exit(f"{source}: the first line must be `// expect: <regular expression>`")
    return match.group(1).strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--compiler", required=True)
    parser.add_argument("source", type=Path)
    parser.add_argument("flags", nargs="*")
    args = parser.parse_args()
    pattern = expected(args.source)

    def compile_with(*more):
        command = [args.compiler, *args.flags, *more, str(args.source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr + done.stdout

    status, output = compile_with()
    if status == 0:
        sys.exit(f"{args.source}: compiles, but must fail with: {pattern}")
    if not re.search(pattern, first_error(output)):
        head = "\n".join(output.splitlines()[:2 * VISIBLE_LINES])
        sys.exit(f"{args.source}: the first error does not match: {pattern}\n"
                 f"(within the first {VISIBLE_LINES} lines)\n{head}")

    status, output = compile_with("-DXENOS_TWIN", "-Wall", "-Wextra", "-Werror")
    if status != 0:
        sys.exit(f"{args.source}: the twin (-DXENOS_TWIN) must compile\n{output}")


if __name__ == "__main__":
    main()
