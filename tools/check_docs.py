#!/usr/bin/env python3
"""Turns the snippets of Markdown pages into programs, so that they can be compiled and run.

A snippet counts when its fence reads ```cpp test. One with `int main` is a program; to any other an
empty main is added, so its declarations and static_asserts are checked. Each snippet stands alone.
Writes <out>/<page>_<number>.cpp, removes files of snippets that are gone, and prints the paths.
With --packages, checks instead that what the pages tell to install is in that list.

usage: check_docs.py --out FOLDER page.md...
       check_docs.py --packages packages.txt page.md...
"""

import argparse
import re
import sys
from pathlib import Path

FENCE = re.compile(r"^```cpp test[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
ANY_TEST_FENCE = re.compile(r"^[ \t]*```\s*cpp\b.*\btest\b", re.MULTILINE)
MAIN = re.compile(r"\bint main\b")


def snippets(page):
    """The programs of a page, with line numbers that point into it."""
    text = page.read_text()
    found = list(FENCE.finditer(text))
    if len(found) != len(ANY_TEST_FENCE.findall(text)):
        sys.exit(f"{page}: a test fence is not written ```cpp test, is indented or is not closed")
    for match in found:
        code = match.group(1)
        line = text.count("\n", 0, match.start(1)) + 1
        tail = "" if MAIN.search(code) else "int main() {}\n"
        yield f'#line {line} "{page.name}"\n{code}{tail}'


def check_packages(listed, page):
    """Yields the Debian packages of a page's apt-get commands that are not listed."""
    known = {line.strip() for line in listed.read_text().splitlines() if not line.startswith("#")}
    for command in re.findall(r"apt-get\b[^\n&;]*?\binstall\b([^\n&;`]*)", page.read_text()):
        for word in command.split():
            if not word.startswith("-") and word not in known:
                yield f"{page}: {word} is not in {listed}"


def write_snippets(out, pages):
    """Writes the programs of all pages to a folder, which then holds nothing else."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for page in pages:
        for number, program in enumerate(snippets(page), 1):
            path = out / f"{page.stem.lower()}_{number}.cpp"
            if not path.exists() or path.read_text() != program:
                path.write_text(program)
            written.append(path)
    for stale in set(out.glob("*.cpp")) - set(written):
        stale.unlink()
    return written


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--out", type=Path)
    action.add_argument("--packages", type=Path)
    parser.add_argument("pages", nargs="+", type=Path)
    args = parser.parse_args()

    if args.packages:
        faults = [fault for page in args.pages for fault in check_packages(args.packages, page)]
        sys.exit("\n".join(faults) or None)
    print("\n".join(str(path) for path in write_snippets(args.out, args.pages)))


if __name__ == "__main__":
    main()
