"""What a model is made of: stages with attributes and weights, forks, and their text."""

import math
import struct
from dataclasses import dataclass, field

from from_tflite.graph import Tensor, Unreadable


def as_float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def float_text(value):
    """The shortest decimal literal that a compiler reads as exactly this float."""
    if not math.isfinite(value):
        raise Unreadable("a scale or weight is infinite or no number")
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        try:
            if as_float32(float(text)) == value and not between(float(text), value):
                break
        except OverflowError:
            continue
    return (text if "." in text or "e" in text else text + ".0") + "F"


def between(text_value, value):
    """Whether a double lies half-way between a float and its neighbour, where the literal that it
    was read from may round elsewhere."""
    bits = struct.unpack("<I", struct.pack("<f", abs(value)))[0]
    for near in (bits - 1, bits + 1):
        if 0 <= near < 0x7F800000:
            if abs(text_value) * 2 == abs(value) + struct.unpack("<f", struct.pack("<I", near))[0]:
                return True
    return False


@dataclass(frozen=True)
class Quantisation:
    scale: float
    zero_point: int

    def text(self):
        return f"{{{float_text(self.scale)}, {self.zero_point}}}"


@dataclass(frozen=True)
class Code:
    """An attribute that is C++ already."""

    text: str


def value_text(value):
    if isinstance(value, tuple):
        return "{" + ", ".join(value_text(v) for v in value) + "}"
    if isinstance(value, Quantisation):
        return value.text()
    if isinstance(value, Code):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return float_text(value) if isinstance(value, float) else str(value)


@dataclass
class Weights:
    """What a stage takes: the order of its weights with their extents, and the tensors."""

    order: str
    extents: tuple
    tensors: dict  # weights, and where they are: scales, bias
    name: str = ""  # of the member that holds it

    def type_text(self, extents=None):
        inside = ", ".join(map(str, extents or self.extents))
        if self.order == "channel_weights":
            kind = "std::int8_t" if self.tensors["weights"].element == "int8" else "float"
            return f"xn::channel_weights<{kind}, {inside}>"
        order = f"xn::{self.order}{{{inside}}}"
        if "scales" not in self.tensors:
            return f"xn::layer<{order}>"
        return f"xn::quantised_layer<{order}{', 1' if self.tensors['scales'].count == 1 else ''}>"


# Attributes in which blocks of one form may differ.
FREE = ("out", "stride", "to", None)


@dataclass
class Stage:
    """`xn::name<xn::type{attributes}>(weights)`. The attributes are pairs of name and value; one
    without a name is written as it is. Values equal to `defaults` are left out. `follows`: it is
    written behind the stage before it, on one line."""

    name: str
    type: str = ""
    attributes: dict = field(default_factory=dict)
    defaults: dict = field(default_factory=dict)
    weights: Weights | None = None
    follows: bool = False
    call: bool = False  # a function without arguments, not a constant
    own: bool = False  # not of the library
    once: bool = False  # not to be put into a function

    def form(self):
        """All but what may differ between blocks of one form."""
        kept = tuple(
            (key, value_text(value)) for key, value in self.attributes.items() if key not in FREE
        )
        order = self.weights and (self.weights.order, "scales" in self.weights.tensors)
        return (self.name, kept, tuple(k for k in self.attributes if k in FREE), order)

    def holes(self):
        """What may differ: a list of (attribute, value)."""
        found = []
        for key, value in self.attributes.items():
            if key in FREE:
                found += [(key, v) for v in value] if isinstance(value, tuple) else [(key, value)]
        return found

    def text(self, holes, weights=""):
        """C++, with these texts in place of holes() and of the weights."""
        holes, parts = list(holes), []
        for key, value in self.attributes.items():
            if key in FREE and isinstance(value, tuple):
                inside, holes = holes[: len(value)], holes[len(value) :]
                text, plain = "{" + ", ".join(inside) + "}", tuple(inside)
            elif key in FREE:
                text, plain, holes = holes[0], holes[0], holes[1:]
            else:
                text, plain = value_text(value), value
            default = self.defaults.get(key)
            if key in self.defaults and plain in (
                default,
                value_text(default),
                hole_texts(default),
            ):
                continue
            parts.append(f".{key} = {text}" if key else text)
        prefix = "" if self.own else "xn::"
        if self.type == "quantisation":
            whole = f"{prefix}{self.name}<{', '.join(parts)}>"
        elif self.type:
            whole = f"{prefix}{self.name}<xn::{self.type}{{{', '.join(parts)}}}>"
        else:
            whole = prefix + self.name
        if self.weights is not None:
            return f"{whole}({weights})"
        return whole + "()" if self.call else whole


def hole_texts(value):
    return tuple(map(value_text, value)) if isinstance(value, tuple) else None


@dataclass
class Fork:
    """Branches, each a list of nodes, that meet in `join`."""

    branches: list
    join: Stage


@dataclass
class Input:
    """A model's input: its element type, its shape and what else it is told, as C++."""

    type: str
    shape: str
    quantisation: str = ""
    number: str = ""

    weights = None
    follows = False

    def text(self, holes=(), weights=""):
        parts = [self.type, self.shape, self.quantisation, self.number]
        return f"xn::input<{', '.join(filter(None, parts))}>"

    def form(self):
        return self.text()

    def holes(self):
        return []


def constant(tensor, element="float32", values=None):
    """A tensor of constants with the values of another, or these."""
    values = tensor.values() if values is None else values
    letter = {"float32": "f", "int32": "i", "int8": "b"}[element]
    if element == "float32":
        values = [as_float32(v) for v in values]
    return Tensor(
        tensor.name,
        tensor.shape if tensor.count == len(values) else (len(values),),
        element,
        data=struct.pack(f"<{len(values)}{letter}", *values),
    )
