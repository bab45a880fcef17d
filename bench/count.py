#!/usr/bin/env python3
"""Counts that repeat exactly, of one inference of each network (bench/once.cpp).

    bench/count.py misses [--build build/avx2]           cache misses, linked and unlinked, by
                                                         valgrind's cachegrind
    bench/count.py instructions [--build build/aarch64]  kernels with and without vectors, by a
                                                         plugin of QEMU (tools/qemu-roi)

The build folder is one with benchmarks and instructions that the tool knows (valgrind 3.19 knows
AVX2 but not AVX-512, `instructions` runs programs for 64-bit Arm), e.g.
    cmake --preset avx2 -DXENOS_BUILD_BENCHMARKS=ON -DCMAKE_CXX_FLAGS_RELEASE="-O3 -DNDEBUG"
    cmake --build build/avx2 --target bench.once
What counts is the second inference: of the same program once and twice, the difference.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
NETWORKS = re.findall(r"^struct (\w+)", (ROOT / "bench/support/networks.hpp").read_text(),
                      re.MULTILINE)
LINE = 64


def output_of(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"count: {' '.join(map(str, command))}: {done.stderr.strip()[-500:]}")
    return done.stdout + done.stderr


def misses(build, network, form, options):
    """First-level and last-level misses of data of the second inference."""
    def run(runs):
        text = output_of(["valgrind", "--tool=cachegrind", "--cachegrind-out-file=/dev/null",
                          "--cache-sim=yes", f"--D1={options.first_level}",
                          f"--LL={options.last_level}", build / f"bench/bench.once.{network}", form,
                          runs])
        found = [re.search(rf"{name}\s+misses:\s+([\d,]+)", text) for name in ("D1 ", "LLd")]
        return [int(match[1].replace(",", "")) for match in found]

    return [two - one for one, two in zip(run(1), run(2))]


def weight_lines(build, network):
    """Cache lines of a network's packed weights, each of which must be read once."""
    return -(-int(output_of([build / f"bench/bench.once.{network}", "weights"])) // LINE)


def count_misses(options):
    print(f"first level {options.first_level}, last level {options.last_level} "
          "(bytes, ways, line); misses of data in one inference, in thousands\n")
    print("| network | weight lines | first level: linked | unlinked | last level: linked | unlinked "
          "| ratio | without weights |\n" + "|---" * 8 + "|")
    for network in options.networks:
        linked = misses(options.build, network, "linked", options)
        unlinked = misses(options.build, network, "unlinked", options)
        weights = weight_lines(options.build, network)

        def ratio(least):
            """Unlinked to linked, of misses but for the first `least`; fewer than 100 are none."""
            rest = [last - least for last in (linked[1], unlinked[1])]
            return f"{rest[1] / rest[0]:.2f}" if min(rest) >= 100 else "-"

        cells = [weights, linked[0], unlinked[0], linked[1], unlinked[1]]
        print(f"| {network} | " + " | ".join(f"{cell / 1000:.1f}" for cell in cells) +
              f" | {ratio(0)} | {ratio(weights)} |", flush=True)


def count_instructions(options):
    with tempfile.TemporaryDirectory() as folder:
        plugin = pathlib.Path(folder) / "roi.so"
        output_of(["g++", "-O2", "-shared", "-fPIC", "-fvisibility=hidden",
                   ROOT / "tools/qemu-roi/roi.cc", "-o", plugin])

        def instructions(network, form):
            text = output_of(["qemu-aarch64", "-plugin", plugin,
                              options.build / f"bench/bench.once.{network}", form, 2])
            return int(re.search(r"roi\[2\] insns=(\d+)", text)[1])

        print("| network | instructions: vectors | scalars | ratio |\n" + "|---" * 4 + "|")
        for network in options.networks:
            fast, slow = instructions(network, "linked"), instructions(network, "scalar")
            print(f"| {network} | {fast:,} | {slow:,} | {slow / fast:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["misses", "instructions"])
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    parser.add_argument("--first-level", default="32768,8,64")
    parser.add_argument("--last-level", default="524288,16,64")
    options = parser.parse_args()
    if options.what == "misses":
        options.build = options.build or ROOT / "build/avx2"
        count_misses(options)
    else:
        options.build = options.build or ROOT / "build/aarch64"
        count_instructions(options)


if __name__ == "__main__":
    main()
