#!/usr/bin/env python3
"""Measures what the presets firmware-* have built, and prints it beside the figures of a peer.

    tools/firmware_table.py [table]    microcontrollers beside TensorFlow Lite Micro with CMSIS-NN
    tools/firmware_table.py matrix     every target and compiler: the result, instructions, text
    tools/firmware_table.py symbols    the largest symbols of each program for microcontrollers
    options: --build build  --presets firmware-m4 ...

Columns, in bytes unless said otherwise:
  instructions  of one inference, the mean of all samples, counted exactly by QEMU (tools/qemu-roi)
  code          sections .text (vectors, functions, constants), .ARM.exidx and .data's load image, with
                the start-up, the test and its printing; without .weights and .samples
  weights       section .weights, as packed
  RAM           sections .bss, .data and the arena's (.dtcm, .l2); the stack's high-water mark beside it
  init          instructions from reset to the first inference, of them about 8,000 to paint the stack
  cycles        estimated for a Cortex-M4: see `cycles`
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
NETWORKS = {"kws": "keyword spotting", "ic": "image classification"}
MICROCONTROLLERS = ["firmware-m4", "firmware-m7", "firmware-m55", "firmware-m55-clang"]
PRESETS = MICROCONTROLLERS + ["firmware-host", "firmware-aarch64", "firmware-riscv64",
                              "firmware-hexagon"]  # of which QEMU counts packets

# TensorFlow Lite Micro and CMSIS-NN. Instructions of its fastest builds: for M4 and M7 core -Os, kernels
# -O2; for M55 those of clang 19 at -O3, with either compiler. Code of its smallest, -Os, without the model, of
# which 1.6 KB are its harness; RAM is arena, .bss and .data; init of the build with -O3 for M4.
PEER = {
    ("m4", "kws"): {"instructions": 7228342, "code": 47136, "ram": 23396, "init": 670012},
    ("m4", "ic"): {"instructions": 28505073, "code": 46572, "ram": 55644, "init": 449825},
    ("m7", "kws"): {"instructions": 7226021},
    ("m7", "ic"): {"instructions": 28641896},
    ("m55", "kws"): {"instructions": 1756348, "code": 42260, "ram": 27928},
    ("m55", "ic"): {"instructions": 4572444, "code": 41300, "ram": 55696},
}


def output_of(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"firmware_table: {' '.join(map(str, command))}: {done.stderr.strip()[-500:]}")
    return done.stdout + done.stderr


def commands(build):
    """Name and command of every test of a build whose program is there."""
    tests = json.loads(output_of(["ctest", "--test-dir", build, "--show-only=json-v1"]))["tests"]
    return {test["name"]: test["command"] for test in tests if "command" in test}


def sections(path, kind):
    """Bytes of the sections of an ELF file, by name."""
    found = {}
    for line in output_of([kind + "readelf", "-S", "-W", path]).splitlines():
        match = re.match(r"\s*\[ *\d+\] (\S+)\s+\S+\s+[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+)", line)
        if match:
            found[match[1]] = found.get(match[1], 0) + int(match[2], 16)
    return found


def lines_of(text):
    """What a program has printed: name and value."""
    return dict(re.findall(r"^(\w+) (\w+)$", text, re.M))


def run(command, plugin, options=""):
    """Output of a program under QEMU with the plugin; of the host's processor none is counted."""
    if pathlib.Path(command[0]).name.startswith("qemu-"):
        command = [command[0], "-plugin", f"{plugin}{options}", *command[1:]]
    return output_of(command)


def cycles(text):
    """Least and most cycles of an inference on a Cortex-M4, from its mnemonics and memory accesses.

    By the timings of its Technical Reference Manual (DDI 0439, table 3-1): an instruction takes one
    cycle, multiply-accumulates too; a load takes 1 (behind another one) or 2, of several words one
    each and one more; a taken branch takes 1 and refills the pipeline in 1 to 3; a division takes 2 to
    12. Branches that are not taken count as taken, stores never wait, memory has no wait states: rough.
    """
    counts = {m[2]: int(m[1]) for m in re.finditer(r"^ *(\d+) +[\d.]+% (\S+)$", text, re.M)}
    total = re.search(r"roi count=(\d+) insns=(\d+) loads=(\d+) stores=(\d+)", text)
    runs, instructions, loads, stores = (int(number) for number in total.groups())

    def those(pattern):
        return sum(n for name, n in counts.items() if re.fullmatch(pattern, name))

    branches = those(r"(b|bl|bx|blx|cbz|cbnz|tb[bh]|b(eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le))"
                     r"(\.[nw])?")
    divisions = those(r"[su]div(\.w)?")
    several = those(r"(ldrd|ldm\w*|pop)(\.w)?")
    several_stores = those(r"(strd|stm\w*|push)(\.w)?")
    single_loads = those(r"ldr(s?[bh])?(\.w)?")
    # Words beyond the first of instructions that move several.
    words = loads - single_loads - several + stores - those(r"str[bh]?(\.w)?") - several_stores
    least = instructions + max(words, 0) + branches + divisions
    most = least + single_loads + several + 2 * branches + 10 * divisions
    return least // runs, most // runs


def measure(build, preset, network, plugin):
    """All figures of one program, or None where it is not built."""
    if not (build / preset / "CMakeCache.txt").exists():
        return None
    command = commands(build / preset).get(f"firmware.{network}")
    if not command or not pathlib.Path(command[-1]).exists():
        return None
    elf = pathlib.Path(command[-1])
    text = run(command, plugin)
    figures = lines_of(text)
    counted = [int(n) for n in re.findall(r"^roi\[\d+\] insns=(\d+)", text, re.M)]
    if counted:
        figures["instructions"] = sum(counted) // len(counted)
        figures["init"] = int(re.search(r"before the first roi insns=(\d+)", text)[1])
    if preset in MICROCONTROLLERS:
        size = sections(elf, "arm-none-eabi-")
        figures["code"] = sum(size.get(name, 0) for name in (".text", ".ARM.exidx", ".data"))
        figures["flash_weights"] = size[".weights"]
        figures["ram"] = sum(size.get(name, 0) for name in (".bss", ".data", ".dtcm", ".l2"))
    if preset == "firmware-m4":
        figures["cycles"] = cycles(run(command, plugin, ",mnem=1,mem=1"))
    cache = (build / preset / "CMakeCache.txt").read_text()
    flags = re.search(r"CMAKE_CXX_FLAGS_RELEASE:\w+=(.*)", cache)[1]
    compiler = next((build / preset / "CMakeFiles").glob("*/CMakeCXXCompiler.cmake")).read_text()
    name, version = (re.search(rf'CMAKE_CXX_COMPILER_{what} "(\w+)', compiler)[1]
                     for what in ("ID", "VERSION"))
    figures["compiler"] = f"{name} {version}, {flags.replace('-DNDEBUG', '').strip()}"
    objects = list((build / preset / f"examples/firmware/CMakeFiles/firmware.{network}.dir").glob(
        f"{network}.cpp.*o*"))
    figures["text"] = sum(size for path in objects if path.suffix in (".o", ".obj")
                          for name, size in sections(path, "").items() if name.startswith(".text"))
    return figures


def number(value):
    return f"{value:,}" if isinstance(value, int) else "-"


def beside(ours, theirs):
    """Ours, theirs, ratio."""
    if ours is None or theirs is None:
        return f"{number(ours)} | - | -"
    return f"{number(ours)} | {number(theirs)} | {ours / theirs:.2f}"


def print_table(options, plugin):
    print("| | instructions | peer | ratio | code | peer | ratio | RAM | peer | ratio | stack | init "
          "| peer | weights |\n" + "|---" * 14 + "|")
    estimates = []
    for network, title in NETWORKS.items():
        for preset in options.presets:
            figures = measure(options.build, preset, network, plugin)
            if figures is None or "code" not in figures:
                continue
            machine = preset.removeprefix("firmware-")
            peer = PEER.get((machine.removesuffix("-clang"), network), {})
            columns = [beside(figures.get(name), peer.get(name))
                       for name in ("instructions", "code", "ram")]
            print(f"| {title}, {machine} | " + " | ".join(columns) + f" | {figures['stack']} | "
                  f"{number(figures['init'])} | {number(peer.get('init'))} | "
                  f"{number(figures['flash_weights'])} |", flush=True)
            if "cycles" in figures:
                estimates.append((title, *figures["cycles"]))
    for title, least, most in estimates:
        print(f"\n{title} on a Cortex-M4: {least:,} to {most:,} cycles, estimated from mnemonics")


def print_matrix(options, plugin):
    print("| network | target | compiler | wrong | result | model | instructions | text | stack |\n" +
          "|---" * 9 + "|")
    for network in NETWORKS:
        for preset in options.presets:
            figures = measure(options.build, preset, network, plugin)
            if figures is None:
                continue
            print(f"| {network} | {preset.removeprefix('firmware-')} | {figures['compiler']} | "
                  f"{figures['wrong']} of {figures['samples']} samples | {figures['result']} | "
                  f"{figures['fingerprint']} | {number(figures.get('instructions'))} | "
                  f"{number(figures['text'])} | {figures['stack']} |", flush=True)


def print_symbols(options, _):
    for network in NETWORKS:
        for preset in options.presets:
            elf = options.build / preset / f"examples/firmware/firmware.{network}"
            if preset not in MICROCONTROLLERS or not elf.exists():
                continue
            print(f"-- {network}, {preset}")
            names = output_of(["arm-none-eabi-nm", "-C", "-S", "--size-sort", "-r", elf])
            found = re.findall(r"^\w+ (\w+) ([tTwWrRvV]) (.*)$", names, re.M)
            samples = ("data::", "(anonymous namespace)::weights")
            for size, kind, name in [row for row in found if not row[2].startswith(samples)][:24]:
                name = re.sub(r"xenos::v\w+::", "", name)
                print(f"{int(size, 16):7} {kind} {short(name)}")


def short(name):
    """A symbol without the names of models."""
    name = re.sub(r"program<.*?planning\{[^}]*\}>", "Net", name)
    return name if len(name) < 150 else name[:147] + "..."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=["table", "matrix", "symbols"], default="table")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--presets", nargs="+", default=PRESETS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plugin = pathlib.Path(folder) / "libroi.so"
        output_of(["g++", "-O2", "-shared", "-fPIC", "-fvisibility=hidden",
                   ROOT / "tools/qemu-roi/roi.cc", "-o", plugin])
        {"table": print_table, "matrix": print_matrix, "symbols": print_symbols}[options.what](
            options, plugin)


if __name__ == "__main__":
    main()
