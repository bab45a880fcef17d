#!/usr/bin/env python3
"""Writes the samples of a reference network, and the outputs expected of them, as a header.

usage: samples_header.py FOLDER HEADER

FOLDER holds inputs.npy, outputs.npy and outputs_single_rounding.npy of int8, as the golden tests read
them. The arrays lie in the section .samples.
"""

import ast
import pathlib
import sys


def rows_of(path):
    """The samples in a file of format 1.0 and C order, each a list of integers."""
    data = path.read_bytes()
    end = 10 + int.from_bytes(data[8:10], "little")
    header = ast.literal_eval(data[10:end].decode())
    assert data[:8] == b"\x93NUMPY\x01\x00" and not header["fortran_order"], path
    assert header["descr"] == "|i1", path
    values = [(byte ^ 128) - 128 for byte in data[end:]]
    each = len(values) // header["shape"][0]
    return [values[k : k + each] for k in range(0, len(values), each)]


def text_of(values, width=24):
    """Values as text, some of them a line."""
    return ",\n".join(", ".join(map(str, values[k : k + width])) for k in range(0, len(values), width))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, header = map(pathlib.Path, sys.argv[1:])
    lines = ["// Written by samples_header.py.", "#pragma once", "", "#include <cstdint>", "",
             "namespace samples {", ""]
    for name, file in (("inputs", "inputs.npy"), ("expected_twice", "outputs.npy"),
                       ("expected_once", "outputs_single_rounding.npy")):
        rows = rows_of(folder / file)
        body = ",\n".join("{" + text_of(row) + "}" for row in rows)
        lines.append(f'[[gnu::section(".samples")]] constexpr std::int8_t '
                     f"{name}[{len(rows)}][{len(rows[0])}] = {{\n{body}}};")
    lines += ["", "}  // namespace samples", ""]
    header.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
