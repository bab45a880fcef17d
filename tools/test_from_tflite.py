#!/usr/bin/env python3
"""Tests of tflite_to_xenos.py: what it writes compiles and computes the right thing, and it refuses
what it cannot read. Trained networks are in tests/golden/generated.cpp."""

import contextlib
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import tflite_to_xenos
from from_tflite import reference
from from_tflite.graph import Unreadable
from from_tflite.small_files import Network
from from_tflite.stage import as_float32, float_text
from from_tflite.tflite import read_tflite

INCLUDE = Path(__file__).resolve().parent.parent / "include"
COMPILER = shutil.which("g++") or shutil.which("clang++")
WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wshadow",
    "-Wconversion",
    "-Wno-sign-conversion",
    "-Werror",
]
Q = (0.5, -128)


class ScriptTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def run_script(self, *arguments):
        """Exit status and what it wrote to stderr."""
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            try:
                status = tflite_to_xenos.main([str(a) for a in arguments])
            except SystemExit as end:
                status = end.code
        return status, said.getvalue()

    def made(self, data, *options, status=0, name="net"):
        """The text of the model's header, and what was said."""
        path = self.root / f"{name}.tflite"
        path.write_bytes(data)
        found, said = self.run_script(path, "--out", self.root / "out", *options)
        self.assertEqual(found, status, said)
        return (self.root / "out" / f"{name}.hpp").read_text(), said

    def refused(self, data, fault, *options):
        path = self.root / "net.tflite"
        path.write_bytes(data)
        status, said = self.run_script(path, "--out", self.root / "out", *options)
        self.assertEqual(status, 2, said)
        self.assertRegex(said, fault)
        self.assertEqual(list((self.root / "out").glob("*")), [])

    def compile(self, text):
        """Status and messages of a compiler run over a program."""
        source = self.root / "program.cpp"
        source.write_text(text)
        done = subprocess.run(
            [
                COMPILER,
                "-std=c++20",
                "-O0",
                *WARNINGS,
                f"-I{INCLUDE}",
                f"-I{self.root / 'out'}",
                str(source),
                "-o",
                str(self.root / "program"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr


def small():
    """Input 1x8x8x4, a convolution with its weights in the file, relu: the network and its ends."""
    net = Network()
    x = net.tensor([1, 8, 8, 4])
    weights, bias = net.constant([6, 3, 3, 4]), net.constant([6])
    y = net.operator(
        "CONV_2D",
        [x, weights, bias],
        [1, 8, 8, 6],
        padding="SAME",
        stride_w=1,
        stride_h=1,
        activation="RELU",
    )
    return net, x, y


class Refuses(ScriptTest):
    def test_files_of_another_kind(self):
        self.refused(b"", "too short")
        self.refused(b"\x00\x00\x00\x00ABCD" + bytes(100), "identifier")

    def test_no_file_and_no_manifest(self):
        self.assertEqual(self.run_script(self.root / "gone.tflite")[0], 2)
        status, said = self.run_script(self.root)
        self.assertEqual(status, 2)
        self.assertIn("neither manifest.json nor layers.txt", said)

    def test_cut_off_anywhere(self):
        net, x, y = small()
        data = net.file([x], [y])
        for length in [*range(0, 200), *range(200, len(data) - 1, 17)]:
            path = self.root / "net.tflite"
            path.write_bytes(data[:length])
            status, said = self.run_script(path, "--out", self.root / "out")
            self.assertEqual(status, 2, f"{length} bytes: {said}")
        self.assertFalse((self.root / "out").exists())

    def test_damaged_anywhere(self):
        net, x, y = small()
        data, dice = net.file([x], [y]), random.Random(1)
        ends = set()
        for _ in range(1500):
            bad = bytearray(data)
            for _ in range(dice.randint(1, 3)):
                bad[dice.randrange(len(bad))] = dice.randrange(256)
            path = self.root / "net.tflite"
            path.write_bytes(bad)
            status, said = self.run_script(path, "--out", self.root / "out")  # no exception
            self.assertIn(status, (0, 1, 2))
            self.assertEqual(
                status == 0, not re.search("^not translated|^tflite_to_xenos.py:", said, re.M)
            )
            ends.add(status)
        self.assertEqual(ends, {0, 1, 2})

    def test_dynamic_extents(self):
        net = Network()
        x = net.tensor([1, 1, 8, 4], signature=[-1, -1, 8, 4])
        self.refused(net.file([x], [net.operator("RELU", [x], [1, 1, 8, 4])]), "run time only")
        net = Network()
        x = net.tensor([1, 8, 8, 4], signature=[-1, 8, 8, 4])
        self.made(net.file([x], [net.operator("RELU", [x], [1, 8, 8, 4])]))

    def test_batch_and_elements(self):
        net = Network()
        x = net.tensor([2, 8, 8, 4])
        self.refused(net.file([x], [net.operator("RELU", [x], [2, 8, 8, 4])]), "batch 1")
        net = Network()
        x = net.tensor([1, 8, 8, 4], "int16", Q)
        self.refused(net.file([x], [net.operator("RELU", [x], [1, 8, 8, 4], "int16", Q)]), "int16")
        net = Network()
        x = net.tensor([1, 8, 8, 4], "int8")
        self.refused(net.file([x], [net.operator("RELU", [x], [1, 8, 8, 4], "int8")]), "0 scales")

    def test_names(self):
        net, x, y = small()
        for option in (
            ["--name", "2d"],
            ["--name", "float"],
            ["--namespace", "a::"],
            ["--rounding", "up"],
        ):
            self.refused(net.file([x], [y]), "usage", *option)

    def test_weights_that_are_no_number(self):
        net = Network()
        x = net.tensor([1, 4])
        weights = net.constant([1, 4], values=[1, 2, float("nan"), 4])
        self.refused(
            net.file([x], [net.operator("FULLY_CONNECTED", [x, weights, -1], [1, 1])]), "no number"
        )


class Folder(ScriptTest):
    def folder(self, lines, manifest=None):
        path = self.root / "folder"
        path.mkdir(exist_ok=True)
        (path / "layers.txt").write_text(lines)
        if manifest is not None:
            (path / "manifest.json").write_text(manifest)
        return path

    def test_layers_without_manifest(self):
        path = self.folder(
            "0 RELU in=0 out=3 in_shape=1x4x4x2 out_shape=1x4x4x2 in_q=0.5:3 out_q=0.5:3\n"
        )
        self.assertEqual(self.run_script(path, "--name", "net", "--out", path)[0], 0)
        self.assertIn(
            "xn::hwc{4, 4, 2}, xn::quantisation{0.5F, 3, Round}", (path / "net.hpp").read_text()
        )

    def test_missing_and_damaged_arrays(self):
        line = (
            "0 FULLY_CONNECTED in=0 out=1 in_shape=1x4 out_shape=1x2 in_q=- out_q=- weights=w.npy "
            "weights_shape=2x4 activation=NONE\n"
        )
        path = self.folder(line)
        self.assertRegex(self.run_script(path)[1], "w.npy: No such file")
        (path / "w.npy").write_bytes(b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f4'")
        self.assertRegex(self.run_script(path)[1], "w.npy: damaged header")
        self.assertRegex(
            self.run_script(self.folder(line, "{"))[1], "manifest.json: JSONDecodeError"
        )
        self.assertRegex(self.run_script(self.folder(line, "{}"))[1], "manifest.json: KeyError")


class Texts(unittest.TestCase):
    def test_floats_return_exactly(self):
        dice = random.Random(2)
        values = [
            as_float32(dice.uniform(-1, 1) * 10.0 ** dice.randint(-38, 38)) for _ in range(3000)
        ]
        for value in [
            *values,
            0.0,
            -0.0,
            1.0,
            as_float32(1e-45),
            16777216.0,
            3.4028234663852886e38,
        ]:
            text = float_text(value)
            self.assertRegex(text, r"^-?[0-9.e+-]+F$")
            self.assertEqual(as_float32(float(text[:-1])), value)
        self.assertEqual(float_text(as_float32(0.1)), "0.1F")
        self.assertEqual(float_text(2.0), "2.0F")
        self.assertRaises(Unreadable, float_text, float("inf"))


# --- networks -------------------------------------------------------------------------------------


class Builder(Network):
    """Networks with fewer words: float, or int8 with `integers`."""

    def __init__(self, integers=False):
        super().__init__()
        self.integers, self.scale = integers, 0

    def q(self):
        self.scale += 1
        return (0.01 * self.scale, self.scale % 5 - 128) if self.integers else None

    @property
    def element(self):
        return "int8" if self.integers else "float32"

    def input(self, *shape):
        return self.tensor([1, *shape], self.element, self.q())

    def weights(self, shape, scales, axis):
        return self.constant(
            shape, self.element, [0.01] * scales if self.integers else None, axis=axis
        )

    def bias(self, count):
        return self.constant([count], "int32" if self.integers else "float32")

    def shape(self, tensor):
        return self.tensors[tensor][0][1][1:]

    def window(self, tensor, kernel, stride, padding):
        extents = self.shape(tensor)[:2]
        if padding == "SAME":
            return [-(-e // stride) for e in extents]
        return [(e - kernel) // stride + 1 for e in extents]

    def conv(self, x, out, kernel=1, stride=1, padding="SAME", activation="NONE"):
        channels = self.shape(x)[2]
        inputs = [x, self.weights([out, kernel, kernel, channels], out, 0), self.bias(out)]
        return self.operator(
            "CONV_2D",
            inputs,
            [1, *self.window(x, kernel, stride, padding), out],
            self.element,
            self.q(),
            padding=padding,
            stride_w=stride,
            stride_h=stride,
            activation=activation,
        )

    def depthwise(self, x, stride=1, padding="SAME", activation="NONE", multiplier=1):
        out = self.shape(x)[2] * multiplier
        inputs = [x, self.weights([1, 3, 3, out], out, 3), self.bias(out)]
        return self.operator(
            "DEPTHWISE_CONV_2D",
            inputs,
            [1, *self.window(x, 3, stride, padding), out],
            self.element,
            self.q(),
            padding=padding,
            stride_w=stride,
            stride_h=stride,
            activation=activation,
        )

    def dense(self, x, out, activation="NONE"):
        terms = 1
        for extent in self.shape(x):
            terms *= extent
        inputs = [x, self.weights([out, terms], 1, 0), self.bias(out)]
        return self.operator(
            "FULLY_CONNECTED", inputs, [1, out], self.element, self.q(), activation=activation
        )

    def add(self, *inputs, activation="NONE", name="ADD"):
        return self.operator(
            name, inputs, [1, *self.shape(inputs[0])], self.element, self.q(), activation=activation
        )

    def keep(self, name, inputs, shape, **options):
        """An operator that keeps the quantisation."""
        old = self.tensors[inputs[0]].get(4)
        out = self.operator(name, inputs, [1, *shape], self.element, None, **options)
        if old:
            self.tensors[out][4] = old
        return out

    def ints(self, *values):
        return self.constant([len(values)], "int32", values=values)

    def pads(self, x, top, bottom, left, right):
        h, w, c = self.shape(x)
        amounts = self.constant([4, 2], "int32", values=[0, 0, top, bottom, left, right, 0, 0])
        return self.keep("PAD", [x, amounts], [h + top + bottom, w + left + right, c])


def mobilenet_v2(integers):
    """Bottlenecks with and without residual, strides by PAD and VALID as Keras writes them."""
    net = Builder(integers)
    x = first = net.input(32, 32, 3)
    x = net.conv(x, 8, 3, 2, activation="RELU6")

    def bottleneck(x, out, stride):
        y = net.conv(x, net.shape(x)[2] * 6, activation="RELU6")
        if stride == 2:
            y = net.depthwise(net.pads(y, 0, 1, 0, 1), 2, "VALID", "RELU6")
        else:
            y = net.depthwise(y, 1, activation="RELU6")
        y = net.conv(y, out)
        return net.add(x, y) if stride == 1 and out == net.shape(x)[2] else y

    for out, stride in ((8, 1), (16, 2), (16, 1), (16, 1), (24, 1), (24, 1), (32, 2)):
        x = bottleneck(x, out, stride)
    x = net.keep(
        "AVERAGE_POOL_2D",
        [x],
        [1, 1, 32],
        padding="VALID",
        stride_w=4,
        stride_h=4,
        kernel_w=4,
        kernel_h=4,
        activation="NONE",
    )
    x = net.keep("RESHAPE", [x, net.ints(1, 32)], [32])
    return net, [first], [net.dense(x, 5)]


def mobilenet_v1(integers):
    net = Builder(integers)
    x = first = net.input(16, 16, 3)
    x = net.conv(x, 8, 3, 2, activation="RELU6")
    for out, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1)):
        x = net.conv(net.depthwise(x, stride, activation="RELU6"), out, activation="RELU6")
    return net, [first], [x]


def u_net():
    """Skips that nest, a transposed convolution, up-sampling, two outputs."""
    net = Builder()
    first = net.input(16, 16, 3)
    a = net.conv(first, 4, 3, activation="RELU")
    pool = dict(padding="VALID", stride_w=2, stride_h=2, kernel_w=2, kernel_h=2, activation="NONE")
    b = net.conv(net.keep("MAX_POOL_2D", [a], [8, 8, 4], **pool), 8, 3, activation="RELU")
    c = net.conv(net.keep("MAX_POOL_2D", [b], [4, 4, 8], **pool), 16, 3, activation="RELU")
    up = net.operator(
        "TRANSPOSE_CONV",
        [net.ints(1, 8, 8, 8), net.constant([8, 3, 3, 16]), c],
        [1, 8, 8, 8],
        padding="SAME",
        stride_w=2,
        stride_h=2,
    )
    d = net.conv(net.keep("CONCATENATION", [b, up], [8, 8, 16], axis=-1), 8, 3)
    wide = net.keep(
        "RESIZE_NEAREST_NEIGHBOR", [d, net.ints(16, 16)], [16, 16, 8], align_corners=False
    )
    e = net.keep("CONCATENATION", [wide, a], [16, 16, 12], axis=3)
    return net, [first], [net.keep("LOGISTIC", [net.conv(e, 1)], [16, 16, 1]), net.conv(e, 2)]


def crossing(integers):
    """Branches that read what is made in others, two inputs, operands in both orders."""
    net = Builder(integers)
    left, right = net.input(8, 8, 4), net.input(8, 8, 4)
    a = net.conv(left, 4, activation="RELU")
    b = net.conv(a, 4, 3)
    c = net.add(b, a)  # the body comes first
    d = net.add(net.conv(c, 4), b)
    e = net.add(d, right, name="MUL")
    return net, [left, right], [net.add(e, e, activation="RELU6")]


def heads():
    """Sequences, reshapes, slices, reductions: float."""
    net = Builder()
    x = first = net.tensor([1, 6, 4])
    x = net.operator("FULLY_CONNECTED", [x, net.constant([5, 4]), -1], [1, 6, 5])
    x = net.operator("LEAKY_RELU", [x], [1, 6, 5], alpha=0.25)
    x = net.operator(
        "STRIDED_SLICE",
        [x, net.ints(0, 2, 0), net.ints(0, 6, 0), net.ints(1, 1, 1)],
        [1, 4, 5],
        begin_mask=5,
        end_mask=7,
    )
    x = net.operator("EXPAND_DIMS", [x, net.ints(2)], [1, 4, 1, 5])
    x = net.operator("TRANSPOSE", [x, net.ints(0, 3, 1, 2)], [1, 5, 4, 1])
    x = net.operator("MEAN", [x, net.ints(2)], [1, 5, 1])
    x = net.operator("RESHAPE", [x, net.ints(1, 5)], [1, 5])
    x = net.operator("PRELU", [x, net.constant([5])], [1, 5])
    x = net.operator("MUL", [net.constant([1, 5]), x], [1, 5], activation="NONE")
    x = net.operator("ADD", [x, net.constant([])], [1, 5], activation="NONE")
    return net, [first], [x]


def vgg(integers):
    """Layers and pools that repeat, then dense layers."""
    net = Builder(integers)
    x = first = net.input(16, 16, 3)
    for out in (8, 16):
        x = net.conv(net.conv(x, out, 3, activation="RELU"), out, 3, activation="RELU")
        h, w, c = net.shape(x)
        x = net.keep(
            "MAX_POOL_2D",
            [x],
            [h // 2, w // 2, c],
            padding="VALID",
            stride_w=2,
            stride_h=2,
            kernel_w=2,
            kernel_h=2,
            activation="NONE",
        )
    for out in (32, 32, 16):
        x = net.dense(x, out, "RELU")
    return net, [first], [net.dense(x, 4)]


def inception():
    net = Builder()
    x = first = net.input(8, 8, 8)
    for _ in range(2):
        pooled = net.keep(
            "AVERAGE_POOL_2D",
            [x],
            net.shape(x),
            padding="SAME",
            stride_w=1,
            stride_h=1,
            kernel_w=3,
            kernel_h=3,
            activation="NONE",
        )
        branches = [
            net.conv(x, 4),
            net.conv(net.conv(x, 4, activation="RELU"), 4, 3),
            net.conv(pooled, 4),
        ]
        x = net.keep("CONCATENATION", branches, [8, 8, 12], axis=3, activation="RELU")
    return net, [first], [x]


def windows():
    """Padding of every kind in front of convolutions, groups, dilation, transposed convolution."""
    net = Builder()
    x = first = net.input(9, 7, 2)
    x = net.conv(net.pads(x, 2, 0, 1, 3), 4, 3, 2, "VALID", "RELU6")  # 5x5
    x = net.depthwise(net.pads(x, 1, 1, 1, 1), 1, "VALID", multiplier=2)
    options = dict(stride_w=1, stride_h=1, activation="RELU")
    weights = [net.constant([6, 3, 2, 4]), net.constant([6])]  # two groups
    x = net.operator("CONV_2D", [x, *weights], [1, 5, 5, 6], padding="SAME", **options)
    weights = [net.constant([4, 2, 3, 6]), net.constant([4])]
    x = net.operator(
        "CONV_2D",
        [x, *weights],
        [1, 5, 5, 4],
        padding="SAME",
        dilation_h=3,
        dilation_w=2,
        **options,
    )
    x = net.conv(x, 2, 2, 2, "SAME")  # 3x3
    inputs = [net.ints(1, 8, 7, 3), net.constant([3, 3, 3, 2]), x, net.bias(3)]
    x = net.operator(
        "TRANSPOSE_CONV", inputs, [1, 8, 7, 3], padding="VALID", stride_w=2, stride_h=2
    )
    return net, [first], [net.pads(x, 1, 0, 2, 0)]


def borders():
    """Float outside, int8 inside; weights of float16; a depthwise layer with multiplier."""
    net = Builder()
    first = net.input(8, 8, 2)
    half = net.constant([4, 3, 3, 2], "float16")
    x = net.operator(
        "CONV_2D",
        [first, net.operator("DEQUANTIZE", [half], [4, 3, 3, 2]), -1],
        [1, 4, 4, 4],
        padding="SAME",
        stride_w=2,
        stride_h=2,
        activation="RELU_N1_TO_1",
    )
    x = net.operator("QUANTIZE", [x], [1, 4, 4, 4], "int8", (0.01, 3))
    net.integers = True
    x = net.depthwise(x, 1, "VALID", multiplier=2)
    return net, [first], [net.operator("DEQUANTIZE", [x], [1, 2, 2, 8])]


def functions():
    """What makes quantisations of its own: integers."""
    net = Builder(True)
    x = first = net.tensor([1, 3, 5, 4], "int8", (0.02, 3))

    def make(name, inputs, shape, q, **options):
        return net.operator(name, inputs, [1, *shape], "int8", q, **options)

    def layer(shape, bias):
        scales = [0.03 + 0.005 * k for k in range(shape[0])]
        return [net.constant(shape, "int8", scales), net.constant([bias], "int32")]

    x = make("TANH", [x], [3, 5, 4], (1 / 128, 0))
    weights, bias = layer([3, 3, 3, 4], 3)
    x = make(
        "TRANSPOSE_CONV",
        [net.ints(1, 6, 10, 3), weights, x, bias],
        [6, 10, 3],
        (0.02, -5),
        padding="SAME",
        stride_w=2,
        stride_h=2,
    )
    x = make("HARD_SWISH", [x], [6, 10, 3], (0.015, -90))
    x = make("LEAKY_RELU", [x], [6, 10, 3], (0.014, -80), alpha=0.25)
    x = make("QUANTIZE", [x], [6, 10, 3], (0.013, -70))
    alpha = net.constant([1, 1, 3], "int8", (0.1, 3))
    x = make("PRELU", [x, alpha], [6, 10, 3], (0.015, -60))
    x = net.keep("RESIZE_BILINEAR", [x, net.ints(12, 20)], [12, 20, 3], half_pixel_centers=True)
    x = wide = make("GELU", [x], [12, 20, 3], (0.012, -115))
    most = net.keep("REDUCE_MAX", [x, net.ints(2)], [12, 1, 3])
    least = net.keep("REDUCE_MIN", [most, net.ints(1, 2)], [1, 1, 3])
    x = make("LOGISTIC", [x], [12, 20, 3], (1 / 256, -128))
    x = make("MEAN", [x, net.ints(1)], [20, 3], (0.003, -128))
    total = make("SUM", [x, net.ints(2)], [20, 1], (0.01, -120))
    x = make("FULLY_CONNECTED", [x, *layer([5, 60], 5)], [5], (0.01, 4))
    return net, [first], [wide, least, total, x]


def constants():
    """Joins of integers with constants: one number a channel, and one for all, on either side."""
    net = Builder(True)
    x = net.tensor([1, 3, 5, 4], "int8", (0.02, 3))
    factors = net.constant([1, 1, 4], "int8", (0.03, -20))
    offset = net.constant([], "int8", (0.01, 3))
    options = dict(activation="RELU")
    product = net.operator("MUL", [x, factors], [1, 3, 5, 4], "int8", (0.04, -50), **options)
    total = net.operator("ADD", [offset, x], [1, 3, 5, 4], "int8", (0.025, -60), **options)
    return net, [x], [product, total]


def swishes():
    """Blocks of integers whose activations have the same quantisations."""
    net = Builder(True)
    x = first = net.input(6, 6, 4)
    for out in (4, 8, 16):
        x = net.conv(x, out, 3)
        x = net.operator("HARD_SWISH", [x], [1, 6, 6, out], "int8", (0.05, -120))
        x = net.operator("LEAKY_RELU", [x], [1, 6, 6, out], "int8", net.q(), alpha=0.5)
    return net, [first], [x]


def random_network(seed, integers=False):
    """Chains, residual blocks, forks and repeated blocks of random kinds."""
    dice, net = random.Random(seed), Builder(integers)
    x = first = net.input(6, 5, dice.choice((2, 4)))
    made = [x]

    def stage(x):
        kind = dice.randrange(7)
        channels = net.shape(x)[2]
        activation = dice.choice(("NONE", "RELU", "RELU6"))
        if kind == 0:
            return net.conv(x, dice.choice((2, 4)), dice.choice((1, 3)), activation=activation)
        if kind == 1:
            return net.conv(x, channels, activation=activation)
        if kind == 2:
            return net.depthwise(x, activation=activation)
        if kind == 3:
            return net.keep(
                "MAX_POOL_2D",
                [x],
                net.shape(x),
                padding="SAME",
                stride_w=1,
                stride_h=1,
                kernel_w=2,
                kernel_h=3,
                activation="NONE",
            )
        if kind == 4:
            return net.keep("RELU", [x], net.shape(x))
        if kind == 5 and channels % 2 == 0:
            element, old = net.element, net.tensors[x].get(4)
            parts = net.operator_of_many(
                "SPLIT",
                [net.constant([], "int32", values=[3]), x],
                [[1, *net.shape(x)[:2], channels // 2]] * 2,
                element,
            )
            for part in parts:
                if old:
                    net.tensors[part][4] = old
            parts = parts[:: dice.choice((1, -1))]
            return net.keep("CONCATENATION", parts, net.shape(x), axis=3)
        return net.conv(net.depthwise(x, activation=activation), channels, activation=activation)

    def block(x, seed):
        """A block; the same seed makes one of the same form."""
        nonlocal dice
        kept, dice = dice, random.Random(seed)
        y = x
        for _ in range(dice.randint(1, 3)):
            y = stage(y)
        kind = dice.randrange(4)
        if kind == 0 and net.shape(y) == net.shape(x):
            y = net.add(*((x, y) if dice.random() < 0.7 else (y, x)), activation="RELU")
        elif kind == 1 and net.shape(y)[:2] == net.shape(x)[:2]:
            y = net.add(net.conv(x, net.shape(y)[2]), y)
        dice = kept
        return y

    forms = [dice.randrange(1000) for _ in range(3)]
    for _ in range(dice.randint(3, 8)):
        x = block(x, dice.choice(forms))
        earlier = [t for t in made if net.shape(t) == net.shape(x)]
        if earlier and dice.random() < 0.2:
            x = net.keep("RELU6", [net.add(dice.choice(earlier), x)], net.shape(x))
        made.append(x)
    return net, [first], [x]


# By name: the network, and the shape of its last output. Those with "int8" or "borders" in their
# name are compiled; the others run too, of integers those in `STEPS`. XENOS_SEED (hexadecimal) and
# XENOS_NETWORKS make other random ones.
NETWORKS = {
    "mobilenet_v2": (mobilenet_v2(False), "{1, 1, 5}"),
    "mobilenet_v2_int8": (mobilenet_v2(True), "{1, 1, 5}"),
    "mobilenet_v1": (mobilenet_v1(False), "{2, 2, 64}"),
    "mobilenet_v1_int8": (mobilenet_v1(True), "{2, 2, 64}"),
    "u_net": (u_net(), "{16, 16, 2}"),
    "heads": (heads(), "{1, 1, 5}"),
    "inception": (inception(), "{8, 8, 12}"),
    "crossing": (crossing(False), "{8, 8, 4}"),
    "crossing_int8": (crossing(True), "{8, 8, 4}"),
    "vgg": (vgg(False), "{1, 1, 4}"),
    "vgg_int8": (vgg(True), "{1, 1, 4}"),
    "windows": (windows(), "{9, 9, 3}"),
    "functions": (functions(), "{1, 1, 5}"),
    "constants": (constants(), "{3, 5, 4}"),
    "swishes_int8": (swishes(), "{6, 6, 16}"),
    "borders": (borders(), "{2, 2, 8}"),
}
FIRST, COUNT = int(os.environ.get("XENOS_SEED", "0"), 16), int(
    os.environ.get("XENOS_NETWORKS", "4")
)
for seed in range(FIRST, FIRST + COUNT):
    for integers in (False, True):
        network = random_network(seed, integers)
        extents = ", ".join(map(str, network[0].shape(network[2][0])))
        NETWORKS[f"random{'_int8' if integers else ''}_{seed:x}"] = (network, f"{{{extents}}}")


# Networks of integers, and by how much a result may be off where roundings meet halves.
STEPS = {"functions": 1, "constants": 1}


def sample(tensor):
    """The input of a network; integers as what they stand for."""
    if tensor.element == "int8":
        scale, zero = tensor.scales[0], tensor.zero_points[0]
        return [scale * (k * 5 % 11 * 20 - 100 - zero) for k in range(tensor.count)]
    return [(k * 5 % 11 - 5) / 4 for k in range(tensor.count)]


class Translates(ScriptTest):
    def programs(self):
        """Includes, and the networks, linked without weights, with assertions of their shapes."""
        lines = ["#include <cstdio>"]
        for name, ((net, inputs, outputs), shape) in NETWORKS.items():
            self.made(net.file(inputs, outputs), name=name)
            lines += [
                f'#include "{name}_weights.hpp"',
                f"constexpr auto {name}_net =",
                f"    xenos::link<xenos::targets::host>(models::{name}({{}}));",
                f"using {name}_type = decltype({name}_net);",
                f"static_assert({name}_type::records[{name}_type::size - 1].out ==",
                f"              xenos::hwc{shape});",
            ]
        return lines

    @unittest.skipUnless(COMPILER, "no compiler")
    def test_networks_compute_what_tflite_computes(self):
        lines, calls, graphs = self.programs(), [], {}
        for name, ((net, _, _), _) in NETWORKS.items():
            if "int8" in name or name == "borders":
                continue
            graph = graphs[name] = read_tflite(self.root / f"{name}.tflite")
            ends, arguments = [*graph.inputs, *graph.outputs], []
            integers = name in STEPS
            value = (
                "static_cast<std::int8_t>(i * 5 % 11 * 20 - 100)"
                if integers
                else "static_cast<float>(i * 5 % 11 - 5) / 4"
            )
            kind = "std::int8_t" if integers else "float"
            for k, tensor in enumerate(ends):
                count = graph.tensors[tensor].count
                calls.append(f"  static {kind} {name}_{k}[{count}];")
                if tensor in graph.inputs:
                    calls.append(f"  for (int i = 0; i < {count}; ++i) {name}_{k}[i] = {value};")
                arguments.append(f"{name}_{k}")
            calls += [
                f"  static {name}_type::weights {name}_packed;",
                f"  static {name}_type::arena {name}_arena;",
                f"  const auto {name}_views =",
                f"      xenos::link<xenos::targets::host>(models::{name}(models::trained_{name}));",
                f"  {name}_views.pack({name}_packed);",
                f"  if ({name}_views.fingerprint() != models::{name}_fingerprint) return 1;",
                f"  {name}_net.run({name}_packed, {name}_arena, {', '.join(arguments)});",
            ]
            calls += [
                f'  for (const auto x : {argument}) std::printf("{name} %.9g\\n", double(x));'
                for argument in arguments[len(graph.inputs) :]
            ]
        status, said = self.compile("\n".join([*lines, "int main() {", *calls, "}", ""]))
        self.assertEqual(status, 0, said[:3000])
        printed = subprocess.run(
            [self.root / "program"], capture_output=True, text=True, check=True
        ).stdout
        for name, graph in graphs.items():
            found = [
                float(line.split()[1]) for line in printed.splitlines() if line.split()[0] == name
            ]
            expected = reference.run(graph, [sample(graph.tensors[k]) for k in graph.inputs])
            if name in STEPS:
                for k, values in zip(graph.outputs, expected):
                    self.compare_integers(graph.tensors[k], found[: len(values)], values, name)
                    found = found[len(values) :]
                continue
            expected = sum(expected, [])
            largest = max(map(abs, expected))
            self.assertEqual(len(found), len(expected), name)
            self.assertGreater(largest, 0, name)
            for one, other in zip(found, expected):
                self.assertLessEqual(abs(one - other), 1e-5 * largest, name)

    def compare_integers(self, tensor, found, expected, name):
        scale, zero = tensor.scales[0], tensor.zero_points[0]
        integers = [round(value / scale) + zero for value in expected]
        self.assertGreater(len({x for x in integers if -128 < x < 127}), 2, (name, integers))
        for one, other in zip(found, integers):
            self.assertLessEqual(abs(one - other), STEPS[name], (name, tensor.name))

    def test_what_has_no_counterpart(self):
        net = Network()
        x = net.tensor([1, 8, 8, 4])
        y = net.operator("CUMSUM", [x, net.constant([1], "int32")], [1, 8, 8, 4])
        y = net.operator("RELU", [net.operator("WRITTEN_BY_US", [y], [1, 8, 8, 4])], [1, 8, 8, 4])
        y = net.operator("ADD", [y, net.constant([1, 1, 8, 4])], [1, 8, 8, 4])
        text, said = self.made(net.file([x], [y]), status=1)
        for name in (
            "CUMSUM (operator 0)",
            "CUSTOM 'WRITTEN_BY_US' (operator 1)",
            "ADD (operator 3)",
        ):
            self.assertIn(f"not translated: {name}", said)
            self.assertIn(f"// NOT TRANSLATED: {name}", text)
        self.assertRegex(
            text,
            r"\| missing_cumsum_0\(\)\s+\| missing_written_by_us_1\(\) \| xn::relu\s+"
            r"\| missing_add_3\(\);",
        )
        if COMPILER:
            program = '#include "net_weights.hpp"\nint main() {}\n'
            status, said = self.compile(program)
            self.assertEqual(status, 1)
            self.assertIn("write missing_cumsum_0", said)
            # Written by hand:
            (self.root / "out" / "net.hpp").write_text(re.sub(r"  static_assert.*\n", "", text))
            status, said = self.compile(program)
            self.assertEqual(status, 0, said)

    def test_integers_that_need_another_operation(self):
        for name, q, fault in (
            ("REDUCE_PROD", (0.5, 0), "not of int8"),
            ("RELU", (0.25, -128), "changes the"),
            ("SOFTMAX", (0.5, 0), "1 / 256"),
        ):
            net = Network()
            x = net.tensor([1, 4, 4, 2], "int8", (0.5, -128))
            _, said = self.made(
                net.file([x], [net.operator(name, [x], [1, 4, 4, 2], "int8", q, beta=1.0)]),
                status=1,
            )
            self.assertIn(fault, said)

    def test_integers_whose_places_drift(self):
        for extent, status in ((511, 0), (512, 1)):
            net = Builder(True)
            x = net.input(extent, 1, 1)
            size, options = net.ints(3 * extent, 3), dict(half_pixel_centers=True)
            y = net.keep("RESIZE_BILINEAR", [x, size], [3 * extent, 3, 1], **options)
            _, said = self.made(net.file([x], [y]), status=status)
            self.assertEqual(status == 1, "off by half a pixel" in said)

    def test_integers_of_another_kind(self):
        net = Network()
        x = net.tensor([1, 4, 4, 2], "int8", Q)
        weights = net.constant([2, 1, 1, 2], "int8", [0.5, 0.25], axis=3)
        options = dict(padding="SAME", stride_w=1, stride_h=1)
        y = net.operator("CONV_2D", [x, weights, -1], [1, 4, 4, 2], "int8", Q, **options)
        y = net.operator("RELU", [y], [1, 4, 4, 2], "int16", Q)
        _, said = self.made(net.file([x], [y]), status=1)
        self.assertIn("quantised along axis 3", said)
        self.assertIn("it mixes int16 and int8", said)

    def test_bytes_around_integers(self):
        net = Network()
        x = net.tensor([1, 4, 4, 2], "uint8", (0.5, 3))
        y = net.operator("QUANTIZE", [x], [1, 4, 4, 2], "int8", (0.5, -125))
        y = net.operator("RELU", [y], [1, 4, 4, 2], "int8", (0.5, -125))
        text, said = self.made(
            net.file([x], [net.operator("QUANTIZE", [y], [1, 4, 4, 2], "uint8", (0.5, 3))])
        )
        self.assertIn("xn::quantisation{0.5F, -125, Round}> | xn::relu;", text)
        self.assertRegex(said, "Input 0 .* less 128")
        self.assertRegex(said, "Output 0 .* less by 128")

    def test_weights_of_integers_behind_float(self):
        net = Network()
        x = net.tensor([1, 3])
        weights = net.constant([2, 3], "int8", [0.5, 0.25], values=[1, -2, 3, 4, 5, -6])
        _, said = self.made(
            net.file([x], [net.operator("FULLY_CONNECTED", [x, weights, -1], [1, 2])])
        )
        self.assertIn("results differ a little", said)
        self.assertIn(
            "0.5F, -1.0F, 1.5F, 1.0F, 1.25F, -1.5F", (self.root / "out/net_weights.hpp").read_text()
        )

    def test_options(self):
        net, x, y = small()
        text, _ = self.made(
            net.file([x], [y]), "--name", "mine", "--namespace", "a::b", name="mine"
        )
        self.assertIn("namespace a::b {", text)
        self.assertIn("constexpr auto mine(const mine_weights& w)", text)
        weights = self.root / "out" / "mine_weights.hpp"
        weights.unlink()
        self.made(net.file([x], [y]), "--only", "model", name="mine")
        self.assertFalse(weights.exists())
        net = Network()
        x = net.tensor([1, 4], "int8", Q)
        data = net.file([x], [net.operator("RELU", [x], [1, 4], "int8", Q)])
        self.assertIn("rounding::once>", self.made(data, "--rounding", "once")[0])
        self.assertIn("rounding::twice>", self.made(data)[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
