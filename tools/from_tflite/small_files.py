"""Writes small .tflite files, for tests of the script that reads them."""

import struct

from from_tflite.tflite import ACTIVATIONS, NAMES, OPTIONS, PADDINGS, TYPES


class Writer:
    """Lays tables one behind the other; what a table points to comes behind it."""

    def __init__(self, root):
        self.data = bytearray(8)
        self.data[4:8] = b"TFL3"
        self.point(0, self.table(root))

    def point(self, at, target):
        struct.pack_into("<I", self.data, at, target - at)

    def table(self, fields):
        """`fields`: number -> (letter, scalar), (letter, list), bytes, a string, a dict (a table),
        or a list of tables."""
        size = 4 + 2 * (max(fields, default=-1) + 1)
        vtable = len(self.data)
        self.data += bytes(size)
        at = len(self.data)
        self.data += struct.pack("<i", at - vtable)
        places = {}
        for number, value in fields.items():
            places[number] = len(self.data)
            scalar = isinstance(value, tuple) and not isinstance(value[1], list)
            self.data += struct.pack("<" + value[0], value[1]) if scalar else bytes(4)
        struct.pack_into("<HH", self.data, vtable, size, len(self.data) - at)
        for number, place in places.items():
            struct.pack_into("<H", self.data, vtable + 4 + 2 * number, place - at)
        for number, place in places.items():
            value = fields[number]
            if isinstance(value, str):
                value = value.encode()
            if isinstance(value, bytes):
                self.vector(place, "s", value, len(value))
            elif isinstance(value, dict):
                self.point(place, self.table(value))
            elif isinstance(value, list):
                self.point(place, len(self.data))
                start = len(self.data) + 4
                self.data += struct.pack("<I", len(value)) + bytes(4 * len(value))
                for k, inner in enumerate(value):
                    self.point(start + 4 * k, self.table(inner))
            elif isinstance(value[1], list):
                self.vector(place, value[0], value[1], len(value[1]))
        return at

    def vector(self, place, letter, values, count):
        self.point(place, len(self.data))
        self.data += struct.pack("<I", count)
        self.data += values if letter == "s" else struct.pack(f"<{count}{letter}", *values)


def options_table(name, given):
    """The table of an operator's options, by their names."""
    fields = {}
    for number, (key, letter, _) in OPTIONS.get(name, {}).items():
        if key in given:
            value = given[key]
            if letter in "AP":
                value, letter = (ACTIVATIONS if letter == "A" else PADDINGS).index(value), "b"
            fields[number] = (letter, value)
    return fields


class Network:
    """Tensors and operators, in order; each method returns the index of the tensor it makes."""

    def __init__(self):
        self.tensors, self.buffers, self.operators, self.codes = [], [{}], [], []

    def tensor(self, shape, element="float32", q=None, data=None, signature=None, axis=0):
        """`q`: (scale, zero point) or a list of scales."""
        buffer = 0
        if data is not None:
            buffer = len(self.buffers)
            self.buffers.append({0: data})
        fields = {
            0: ("i", list(shape)),
            1: ("b", TYPES.index(element)),
            2: ("I", buffer),
            3: f"tensor {len(self.tensors)}",
        }
        if q is not None:
            scales, zeros = ([q[0]], [q[1]]) if isinstance(q, tuple) else (q, [0] * len(q))
            fields[4] = {2: ("f", scales), 3: ("q", zeros), 6: ("i", axis)}
        if signature is not None:
            fields[7] = ("i", list(signature))
        self.tensors.append(fields)
        return len(self.tensors) - 1

    def constant(self, shape, element="float32", q=None, values=None, axis=0):
        letter = {"float32": "f", "int8": "b", "int32": "i", "float16": "e"}[element]
        count = 1
        for extent in shape:
            count *= extent
        values = [(k * 7 % 13 - 6) for k in range(count)] if values is None else values
        return self.tensor(shape, element, q, struct.pack(f"<{count}{letter}", *values), axis=axis)

    def operator(self, name, inputs, shape, element="float32", q=None, **options):
        """`inputs`: indices. Returns the index of the output."""
        return self.operator_of_many(name, inputs, [shape], element, q, **options)[0]

    def operator_of_many(self, name, inputs, shapes, element="float32", q=None, **options):
        """The same with several outputs."""
        outs = [self.tensor(shape, element, q) for shape in shapes]
        if name not in self.codes:
            self.codes.append(name)
        self.operators.append(
            {
                0: ("I", self.codes.index(name)),
                1: ("i", list(inputs)),
                2: ("i", outs),
                4: options_table(name, options),
            }
        )
        return outs

    def file(self, inputs, outputs):
        """The bytes of a .tflite file."""
        codes = [
            {0: ("b", min(NAMES.index(name), 127)), 3: ("i", NAMES.index(name))}
            if name in NAMES
            else {0: ("b", 32), 1: name}
            for name in self.codes
        ]
        graph = {
            0: self.tensors,
            1: ("i", list(inputs)),
            2: ("i", list(outputs)),
            3: self.operators,
        }
        return bytes(Writer({0: ("I", 3), 1: codes, 2: [graph], 4: self.buffers}).data)
