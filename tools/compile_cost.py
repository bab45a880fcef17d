#!/usr/bin/env python3
"""What compiling models costs: seconds, peak memory and code bytes, for each compiler found.

    tools/compile_cost.py [--runs N] [--flags "-O2 ..."] [FILE ...]

FILEs default to bench/compile/*.cpp. Prints a table in Markdown: the least of N runs in processor
seconds of the compiler (user and system), its peak resident memory, and the text bytes of the object.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPILERS = ["g++-12", "clang++-14", "clang++-19"]


def compile_once(command):
    """Processor seconds and peak KB of one compiler run."""
    pid = os.fork()
    if pid == 0:
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"compile_cost: failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def text_bytes(path):
    lines = subprocess.run(["size", path], capture_output=True, text=True, check=True).stdout
    return int(lines.splitlines()[1].split()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--flags", default="-O2 -march=native")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    files = options.files or sorted((ROOT / "bench" / "compile").glob("*.cpp"))
    compilers = [c for c in COMPILERS if shutil.which(c)]
    print(f"flags: -std=c++20 {options.flags}; least of {options.runs} runs\n")
    print("| model | " + " | ".join(f"{c}: s | MB | text" for c in compilers) + " |")
    print("|---" * (1 + 3 * len(compilers)) + "|")
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "model.o")
        for source in files:
            row = [source.stem]
            for compiler in compilers:
                command = [compiler, "-std=c++20", *options.flags.split(), f"-I{ROOT / 'include'}",
                           "-c", str(source), "-o", target]
                runs = [compile_once(command) for _ in range(options.runs)]
                seconds = min(run[0] for run in runs)
                memory = max(run[1] for run in runs) / 1024
                row += [f"{seconds:.1f}", f"{memory:.0f}", str(text_bytes(target))]
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
