#!/usr/bin/env python3
"""Checks that each header compiles alone, without a warning.

usage: check_headers.py --compiler g++-12 [--skip REGEX]... [--jobs 2] [root] [-- more flags]
"""

import argparse
import concurrent.futures
import re
import subprocess
import sys
from pathlib import Path

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c++", "-"]


def compile_alone(compiler, root, header, flags):
    """Compiler messages for a translation unit that holds only this header, twice."""
    source = f"#include <{header}>\n#include <{header}>\n"
    command = [compiler, *flags, f"-I{root / 'include'}", "-isystem", "/usr/include/eigen3", *FLAGS]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode != 0 else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--skip", action="append", default=[], help="headers to leave out")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("root", nargs="?", type=Path, default=Path("."))
    parser.add_argument("flags", nargs="*")
    args = parser.parse_args()

    include = args.root / "include"
    headers = [str(path.relative_to(include)) for path in sorted(include.rglob("*.hpp"))]
    headers = [name for name in headers if not any(re.search(skip, name) for skip in args.skip)]
    if not headers:
        sys.exit(f"{include}: no headers")

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        messages = pool.map(
            lambda name: compile_alone(args.compiler, args.root, name, args.flags), headers)
        failed = [(name, text) for name, text in zip(headers, messages) if text]
    for name, text in failed:
        print(f"{name} does not compile alone\n{text}", file=sys.stderr)
    print(f"{len(headers) - len(failed)} of {len(headers)} headers compile alone ({args.compiler})")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
