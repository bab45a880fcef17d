#!/usr/bin/env python3
"""xenos beside other libraries: one table of latencies, measured in alternation in one run.

    bench/compare.py [--build [NAME=]FOLDER]... [--threads N] [--passes N] [options]

Contestants are the programs `peers.*` that the build folders hold (bench/peers/README.md says how
to get them): xenos of each folder, peers of the first. In each pass every contestant computes every
network for some time, in another order each time; what counts is ratios within a pass. All compute
the same: results that differ by more than 1e-4 of the largest value end in exit code 1.

Cells are the median of the passes' median times of one inference in ms and, in brackets, the least
time of all. `ratio` is the median over passes of (median time of xenos / of the best peer), and in
brackets the same of the passes' least times, which a clock that rises now and then may favour.
`peak` is the share of the rate of fused multiply-adds that the same cores reached just before. A
peer marked ~ was not in the run: its time on another machine (bench/peers/stored.txt) counts, times
(ONNX Runtime here / there).
"""

import argparse
import array
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ["ort", "xnnpack", "ncnn", "onednn"]
NETWORKS = ["resnet8", "dscnn", "mobilenetv1_025_96", "fc_autoencoder", "mobilenetv1",
            "mobilenetv2", "resnet18", "squeezenet", "shufflenetv2", "centrenet", "lstm128",
            "lstm256", "bert_small"]
INT8_NETWORKS = ["resnet8_int8", "dscnn_int8", "mobilenetv1_025_96_int8", "mobilenetv1_int8",
                 "mobilenetv2_int8"]
INT8_PEERS = ["ort", "xnnpack"]
TOLERANCE = 1e-4
INT8_TOLERANCE = 2, 0.05  # steps, or of all values' spread: peers differ as much from each other


def output_of(command, unknown=None):
    """What a command prints, or None if it ends with `unknown`; ends the program if it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if unknown is not None and done.returncode == unknown:
        return None
    if done.returncode != 0:
        sys.exit(f"compare: {command}: {done.stderr.strip() or done.returncode}")
    return done.stdout.strip()


class Machine:
    """Runs programs on chosen processors, before everything else where that is allowed."""

    def __init__(self, cpus, threads, programs):
        self.cpus = cpus[:threads]
        self.pair = cpus[:2]
        self.first = ["chrt", "-f", "1"] if os.geteuid() == 0 and shutil.which("chrt") else []
        self.program = programs / "peers.machine"
        os.environ.setdefault("OMP_WAIT_POLICY", "active")  # peers' threads spin, as ours do

    def run(self, command, cpus=None):
        """What a program prints, or None if it does not know the network."""
        chosen = ",".join(str(c) for c in cpus or self.cpus)
        return output_of([*self.first, "taskset", "-c", chosen, *command], unknown=3)

    def peak(self):
        """GFLOP/s of all processors of this run."""
        return sum(float(self.run([self.program, "peak"], [cpu])) for cpu in self.cpus)

    def roundtrip(self):
        """Nanoseconds of a cache line's way to the other core and back."""
        return float(self.run([self.program, "roundtrip"], self.pair))


def flops(description):
    """Floating-point operations of convolutions, products and recurrent layers of a description."""
    shapes, total = [], 0
    for line in description.read_text().splitlines():
        op, *numbers = line.split()
        height, width, channels, count = (int(n) for n in numbers[:4])
        shapes.append(channels)
        rest = [int(n) for n in numbers[4 + count:]]
        of = shapes[int(numbers[4])] if count else 0
        taps = {"conv2d": lambda: rest[0] * rest[1] * of, "depthwise2d": lambda: rest[0] * rest[1],
                "transpose_conv": lambda: rest[0] * rest[1] * of // (rest[2] * rest[3]),
                "dense": lambda: of, "lstm": lambda: 4 * (of + channels),
                "attention": lambda: 2 * height}.get(op, lambda: 0)()
        total += 2 * height * width * channels * taps
    return total


def difference(got, want):
    """The largest difference of two files of floats, relative to the largest value."""
    got, want = (array.array("f", path.read_bytes()) for path in (got, want))
    if len(got) != len(want) or not all(math.isfinite(v) for v in got):
        return math.inf
    return max(abs(a - b) for a, b in zip(got, want)) / max(abs(v) for v in want)


def stored_times(threads):
    """{network: {peer: ms}} of bench/peers/stored.txt."""
    times = {}
    for line in (ROOT / "bench/peers/stored.txt").read_text().splitlines():
        words = line.split()
        if words and words[0] != "#" and int(words[1]) == threads:
            times[words[0]] = dict(zip(("ort", "ncnn", "xnnpack"), map(float, words[2:])))
    return times


class Times:
    """By pass: the least and the median time of a contestant."""

    def __init__(self, passes=()):
        self.least = [p[0] for p in passes]
        self.median = [p[1] for p in passes]

    def scaled(self, factor):
        return Times([(a * factor, b * factor) for a, b in zip(self.least, self.median)])

    def typical(self):
        return statistics.median(self.median)

    def ratios(self, other):
        """Of the median and of the least times, each within a pass."""
        return [statistics.median(a / b for a, b in zip(mine, theirs))
                for mine, theirs in ((self.median, other.median), (self.least, other.least))]

    def __str__(self):
        return f"{self.typical():.4g} ({min(self.least):.4g})"


def measure(machine, ours, peers, networks, folder, arguments):
    """{network: {contestant: Times}} and {network: peak in GFLOP/s by pass}, in alternation."""
    def program(contestant, network):
        builds = dict(ours)
        if contestant in builds:
            return builds[contestant] / f"peers.ours.{network}"
        return peers[contestant]

    contestants = [name for name, _ in ours] + list(peers)
    results = {n: {c: [] for c in contestants} for n in networks}
    peaks, trips = {n: [] for n in networks}, []
    for number in range(arguments.passes):
        if arguments.threads > 1:
            trips.append(machine.roundtrip())
        for network in networks:
            peaks[network].append(machine.peak())
            turn = number % len(contestants)
            for contestant in contestants[turn:] + contestants[:turn]:
                printed = machine.run([program(contestant, network), "run", folder / network,
                                       arguments.threads, arguments.seconds,
                                       folder / f"{network}.{contestant}"])
                if printed is not None:
                    least, median = (float(word) for word in printed.split()[:2])
                    results[network][contestant].append((least, median))
        print(f"pass {number + 1} of {arguments.passes}", file=sys.stderr)
    if arguments.threads > 1:
        trips.append(machine.roundtrip())
        print("Cache-line round trip before each pass and after the last, ns:",
              ", ".join(f"{t:.0f}" for t in trips))
    times = {n: {c: Times(p) for c, p in of.items() if p} for n, of in results.items()}
    return times, peaks


def check_results(times, networks, folder):
    """Whether all contestants that know a network agree; prints how well."""
    reference = next(iter(times[networks[0]]))
    good = True
    print("Largest difference from", reference, "relative to the largest value, or in steps of int8:")
    for network in networks:
        others = [c for c in times[network] if c != reference]
        if network in INT8_NETWORKS:
            good &= check_integers(network, reference, others, folder)
            continue
        apart = {c: difference(folder / f"{network}.{c}", folder / f"{network}.{reference}")
                 for c in others}
        bad = [c for c, value in apart.items() if not value <= TOLERANCE]
        good &= not bad
        print(f"  {network}:", ", ".join(f"{c} {value:.1e}" for c, value in apart.items()),
              f"- {', '.join(bad)} WRONG" if bad else "")
    return good


def check_integers(network, reference, others, folder):
    """The same of a network of int8: scaled sums are rounded in other ways, which adds up."""
    def values(contestant):
        return array.array("f", (folder / f"{network}.{contestant}").read_bytes())

    want = values(reference)
    most = max(INT8_TOLERANCE[0], INT8_TOLERANCE[1] * (max(want) - min(want)))
    distinct = len(set(want))
    good, parts = distinct > 1, [f"{distinct} different values"]
    for other in others:
        apart = [abs(a - b) for a, b in zip(values(other), want)]
        bad = len(values(other)) != len(want) or max(apart) > most
        good &= not bad
        parts.append(f"{other} {max(apart):.0f}, mean {statistics.mean(apart):.2f}"
                     + (" WRONG" if bad else ""))
    print(f"  {network}:", ", ".join(parts))
    return good


def table(times, peaks, ours, peers, networks, folder, threads):
    """The rows of the table, the first being its head."""
    stored = stored_times(threads) if "ort" in peers else {}
    absent = [p for p in PEERS
              if p not in peers and any(p in stored.get(n, {}) for n in networks)]
    own = [name for name, _ in ours]
    columns = own + list(peers) + ["~" + p for p in absent]
    yield ["network", "GFLOP", *columns, "best peer",
           *(f"{what} {name}" for name in own for what in ("ratio", "peak"))]
    ratios = {name: [] for name in own}
    for network in networks:
        of = dict(times[network])
        for peer in absent:
            known = stored.get(network, {})
            if peer in known:
                of["~" + peer] = of["ort"].scaled(known[peer] / known["ort"])
        gflop = flops(folder / f"{network}.txt") * 1e-9
        row = [network, f"{gflop:.3g}", *(str(of.get(c, "-")) for c in columns)]
        rivals = {c: t for c, t in of.items() if c not in own}
        best = min(rivals.values(), key=Times.typical, default=None)
        row.append(next((c for c, t in rivals.items() if t is best), "-"))
        for name in own:
            if best:
                ratio, ratio_of_least = of[name].ratios(best)
                ratios[name].append(ratio)
                row.append(f"{ratio:.2f} ({ratio_of_least:.2f})")
            else:
                row.append("-")
            shares = (gflop * 1e3 / t / p for t, p in zip(of[name].median, peaks[network]))
            share = f"{statistics.median(shares) * 100:.0f} %"
            row.append("-" if network in INT8_NETWORKS else share)
        yield row
    if all(ratios.values()):
        means = [f"{statistics.geometric_mean(ratios[name]):.2f}" for name in own]
        yield ["geometric mean", *[""] * (len(columns) + 2), *(c for m in means for c in (m, ""))]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", action="append", metavar="[NAME=]FOLDER",
                        help="build folder (default build/release); several compare builds")
    parser.add_argument("--threads", type=int, default=1, choices=(1, 2))
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each program in each pass")
    parser.add_argument("--networks", nargs="+", default=NETWORKS, metavar="N",
                        choices=NETWORKS + INT8_NETWORKS)
    parser.add_argument("--int8", action="store_true", help="the networks of int8")
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS, metavar="PEER")
    parser.add_argument("--cpus", default=None, help="processors to use, e.g. 0,1")
    parser.add_argument("--python", default=sys.executable,
                        help="a Python that has the package onnx, for ONNX Runtime")
    arguments = parser.parse_args()
    if arguments.int8:
        arguments.networks = INT8_NETWORKS
    if any(n in INT8_NETWORKS for n in arguments.networks):
        arguments.peers = [p for p in arguments.peers if p in INT8_PEERS]

    ours = []
    for build in arguments.build or ["xenos=" + str(ROOT / "build/release")]:
        name, _, path = build.rpartition("=")
        path = pathlib.Path(path).resolve()
        ours.append((name or path.name, path / "bench/peers"))
    programs = ours[0][1]
    peers = {p: programs / f"peers.{p}" for p in arguments.peers
             if (programs / f"peers.{p}").exists()}
    cpus = ([int(c) for c in arguments.cpus.split(",")] if arguments.cpus
            else sorted(os.sched_getaffinity(0)))
    machine = Machine(cpus, arguments.threads, programs)

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for network in arguments.networks:
            output_of([programs / f"peers.ours.{network}", "describe", folder / network])
        if "ort" in peers:
            output_of([arguments.python, ROOT / "bench/peers/to_onnx.py",
                       *(folder / n for n in arguments.networks)])
        model = next((line.partition(":")[2].strip()
                      for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), "unknown")
        print(f"{model}; {arguments.threads} thread(s); load {os.getloadavg()[0]:.1f};",
              "before all others (chrt -f 1)" if machine.first else "without priority")
        for name, path in ours:
            print(f"{name}: {output_of([path / f'peers.ours.{arguments.networks[0]}', 'version'])}")
        for name, program in peers.items():
            print(f"{name}: {output_of([program, 'version'])}")
        times, peaks = measure(machine, ours, peers, arguments.networks, folder, arguments)
        good = check_results(times, arguments.networks, folder)
        rates = [rate for of in peaks.values() for rate in of]
        print(f"Peak of fused multiply-adds: {min(rates):.0f} to {max(rates):.0f} GFLOP/s\n")
        for number, row in enumerate(table(times, peaks, ours, peers, arguments.networks, folder,
                                           arguments.threads)):
            print("| " + " | ".join(row) + " |")
            if number == 0:
                print("|" + " --- |" * len(row))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
