"""What both readers make: tensors and operators, as TFLite names them."""

import math
import struct
from array import array
from dataclasses import dataclass, field


class Unreadable(Exception):
    """Input that cannot be read, or that no model of xenos can stand for."""


# TFLite's element types that can be read, with their letters of `struct`.
ELEMENTS = {
    "float32": "f",
    "float16": "e",
    "float64": "d",
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "bool": "?",
}


@dataclass
class Tensor:
    """A tensor; `data` holds the little-endian bytes of a constant. Scales and zero points: none,
    one, or one for each index of the axis `axis`."""

    name: str
    shape: tuple
    element: str
    scales: list = field(default_factory=list)
    zero_points: list = field(default_factory=list)
    axis: int = 0
    data: bytes | None = None

    @property
    def count(self):
        return math.prod(self.shape)

    def values(self):
        """The elements of a constant, in order."""
        letter = ELEMENTS.get(self.element)
        if self.data is None or letter is None:
            raise Unreadable(
                f"tensor '{self.name}' of {self.element} has no values that can be read"
            )
        if len(self.data) != struct.calcsize(letter) * self.count:
            raise Unreadable(
                f"tensor '{self.name}' has {len(self.data)} bytes, which is not "
                f"{self.count} elements of {self.element}"
            )
        values = struct.unpack(f"<{self.count}{letter}", self.data)
        return array("d" if letter in "efd" else "q", values)


@dataclass
class Operator:
    """An operator; `inputs` and `outputs` are indices of tensors, -1 an input left out."""

    index: int
    name: str
    inputs: list
    outputs: list
    options: dict = field(default_factory=dict)


@dataclass
class Graph:
    source: str  # for people
    tensors: dict  # by index
    operators: list  # each behind those it reads
    inputs: list
    outputs: list
    notes: list = field(default_factory=list)

    def producer(self, tensor):
        """The operator that writes `tensor`, or None."""
        return next((op for op in self.operators if tensor in op.outputs), None)

    def readers(self, tensor):
        """Operators that read `tensor`, once for each time; the model's outputs count as one."""
        count = [op for op in self.operators for index in op.inputs if index == tensor]
        return count + [None for index in self.outputs if index == tensor]
