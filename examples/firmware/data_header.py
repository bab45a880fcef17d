#!/usr/bin/env python3
"""Writes a reference network as a header: its weights, samples and the outputs expected of them.

usage: data_header.py FOLDER NETWORK HEADER

FOLDER is one of int8 as the golden tests read it (.npy files), NETWORK kws or ic. Weights are constants
that only `pack` reads, while compiling; samples and outputs lie in the section .samples. Without
FOLDER nothing is written and the exit status is 77.
"""

import ast
import pathlib
import re
import struct
import sys

# The layers in the order of the fields of the model's structure of weights.
DS_CNN = ("{00_conv, {{01_dwconv, 02_conv}, {03_dwconv, 04_conv}, {05_dwconv, 06_conv}, "
          "{07_dwconv, 08_conv}}, 11_fc}")
RESNET8 = ("{00_conv, {01_conv, 02_conv}, {04_conv, 05_conv, 06_conv}, {08_conv, 09_conv, 10_conv}, "
           "14_fc}")
NETWORKS = {"kws": ("ds_cnn_int8", DS_CNN), "ic": ("resnet8_int8", RESNET8)}
# The layers in the order of the model's stages, where it is another: shortcuts come before bodies.
STAGES = {"ic": "00_conv 01_conv 02_conv 06_conv 04_conv 05_conv 10_conv 08_conv 09_conv 14_fc"}
PARTS = ("w", "wscale", "b")

TYPES = {"|i1": ("std::int8_t", "b"), "<i4": ("std::int32_t", "i"), "<f4": ("float", "f")}


def body_of(path):
    """The bytes of the elements in a file of format 1.0."""
    data = path.read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", path
    return data[10 + struct.unpack("<H", data[8:10])[0]:]


def read_npy(path):
    """C++ type, shape and values of a file in C order."""
    body = body_of(path)
    header = ast.literal_eval(path.read_bytes()[10:-len(body)].decode())
    assert not header["fortran_order"], path
    name, code = TYPES[header["descr"]]
    size = struct.calcsize(code)
    return name, header["shape"], struct.unpack(f"<{len(body) // size}{code}", body)


def literal(value):
    """Floats exactly."""
    return value.hex() + "F" if isinstance(value, float) else str(value)


def fingerprint(folder, layers):
    """FNV-1a of the weights, scales and biases of all layers."""
    value = 2166136261
    for layer in layers:
        for part in PARTS:
            for byte in body_of(folder / f"{layer}_{part}.npy"):
                value = (value ^ byte) * 16777619 % 2**32
    return value


def rows(values, width=24):
    """Values as text, some of them a line."""
    text = [literal(value) for value in values]
    return ",\n".join(", ".join(text[i:i + width]) for i in range(0, len(text), width))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, network, header = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    if not (folder / "outputs.npy").exists():
        print(f"{folder} has no network")
        sys.exit(77)
    model, fields = NETWORKS[network]
    lines = [f"// Written by data_header.py from {network}.", "#pragma once", "",
             "#include <cstdint>", "", f'#include "models/{model}.hpp"', "", "namespace data {", ""]
    for layer in re.findall(r"\w+", fields):
        for part in PARTS:
            kind, _, values = read_npy(folder / f"{layer}_{part}.npy")
            lines.append(f"inline constexpr {kind} layer_{layer}_{part}[] = {{\n{rows(values)}}};")
    views = re.sub(r"\w+", lambda layer: "{" + ", ".join(f"layer_{layer[0]}_{part}"
                                                         for part in PARTS) + "}", fields)
    lines.append(f"\nconstexpr models::{model}_weights weights = {views};\n")
    stages = STAGES.get(network, fields)
    known = fingerprint(folder, re.findall(r"\w+", stages))
    lines.append(f"/// Of all weights, by the generator.\nconstexpr std::uint32_t fingerprint = {known:#x};")
    for name, file in (("inputs", "inputs"), ("expected", "outputs")):
        kind, shape, values = read_npy(folder / f"{file}.npy")
        each = len(values) // shape[0]
        samples = ",\n".join("{" + rows(values[i:i + each]) + "}"
                             for i in range(0, len(values), each))
        lines.append(f'[[gnu::section(".samples")]] constexpr {kind} '
                     f"{name}[{shape[0]}][{each}] = {{\n{samples}}};")
    lines += ["", "}  // namespace data", ""]
    header.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
