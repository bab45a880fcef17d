#!/usr/bin/env python3
"""Checks one program that must not compile, and the message that the compiler gives for it.

The program begins with lines `// expect: <regular expression>`. Without XENOS_TWIN it must fail: the
first error (with its notes) must match the first expression, and the first 15 lines of what the
compiler prints must match all of them. With -DXENOS_TWIN it must compile without a warning, which
shows that nothing else is wrong with it.

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
    """The regular expressions of the program's first lines."""
    patterns = []
    for line in source.read_text().splitlines():
        match = re.match(r"// expect: (.+)", line)
        if not match:
            break
        patterns.append(match.group(1).strip())
    if not patterns:
        sys.exit(f"{source}: the first line must be `// expect: <regular expression>`")
    return patterns


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--compiler", required=True)
    parser.add_argument("source", type=Path)
    parser.add_argument("flags", nargs="*")
    args = parser.parse_args()
    patterns = expected(args.source)

    def compile_with(*more):
        command = [args.compiler, *args.flags, *more, str(args.source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr + done.stdout

    status, output = compile_with()
    if status == 0:
        sys.exit(f"{args.source}: compiles, but must fail with: {patterns[0]}")
    head = "\n".join(output.splitlines()[:VISIBLE_LINES])
    if not re.search(patterns[0], first_error(output)):
        sys.exit(f"{args.source}: the first error does not match: {patterns[0]}\n"
                 f"(within the first {VISIBLE_LINES} lines)\n{head}")
    for pattern in patterns[1:]:
        if not re.search(pattern, head):
            sys.exit(f"{args.source}: the first {VISIBLE_LINES} lines do not match: {pattern}\n{head}")

    status, output = compile_with("-DXENOS_TWIN", "-Wall", "-Wextra", "-Werror")
    if status != 0:
        sys.exit(f"{args.source}: the twin (-DXENOS_TWIN) must compile\n{output}")


if __name__ == "__main__":
    main()
