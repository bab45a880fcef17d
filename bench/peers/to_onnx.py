#!/usr/bin/env python3
"""Makes NETWORK.onnx from the description NETWORK.txt and NETWORK.floats (see describe.hpp).

Networks of int8 become QDQ models: each layer between dequantised inputs and a quantised output.
Activations are without sign, 128 more, which ONNX Runtime is faster with on x86. Where ReLU and
ReLU6 end at the limits of the integers, the rounding to them is the activation.

usage: to_onnx.py FOLDER/NETWORK...       needs the Python packages onnx and numpy
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Writer:
    """The ONNX graph of one description."""

    def __init__(self, path):
        self.floats = np.fromfile(path + ".floats", np.float32)
        self.nodes, self.constants, self.names, self.shapes = [], [], [], []
        self.quantised = []  # by line: (scale, zero point), or None
        self.outputs = []
        self.splits = {}  # by line: the names of its parts
        for line in open(path + ".txt"):
            op, *numbers = line.split()
            self.line(op, [int(n) for n in numbers])
        graph = helper.make_graph(self.nodes, "network", [self.input], self.outputs,
                                  self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17),
                                                        helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        onnx.save(model, path + ".onnx")

    def constant(self, position, shape, order=None):
        """The name of a constant: floats from a position on, its axes in another order."""
        values = self.floats[position:position + int(np.prod(shape))].reshape(shape)
        values = np.ascontiguousarray(values.transpose(order)) if order else values
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def array(self, values):
        """The name of a constant."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def integers(self, position, shape, kind, scales, order=None):
        """Dequantised constant integers, by channel if there are several scales."""
        values = self.floats[position:position + int(np.prod(shape))].reshape(shape)
        values = np.ascontiguousarray(values.transpose(order)) if order else values
        scales = np.asarray(scales, np.float32)
        zeros = np.zeros(scales.shape, kind)
        names = [self.array(v) for v in (values.astype(kind), scales, zeros)]
        return self.node("DequantizeLinear", names, **({"axis": 0} if scales.ndim else {}))

    def scale_and_zero(self, quantised):
        return [self.array(np.float32(quantised[0])), self.array(np.uint8(quantised[1] + 128))]

    def parameters(self, source, channels, shape, order, positions):
        """Weights and bias: floats, or integers dequantised."""
        if len(positions) == 2:
            return [self.constant(positions[0], shape, order),
                    self.constant(positions[1], (channels,))]
        count = channels if order else 1  # dense layers have one for all
        scales = self.floats[positions[2]:positions[2] + count]
        scales = scales if order else scales[0]
        biases = np.float32(self.quantised[source][0]) * scales
        return [self.integers(positions[0], shape, np.int8, scales, order),
                self.integers(positions[1], (channels,), np.int32, biases)]

    def node(self, op, inputs, **attributes):
        """Adds a node that makes the value of this line; returns its name."""
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    @staticmethod
    def extents(shape):
        """Of vectors, sequences (rows of one pixel) and images."""
        height, width, channels = shape
        if width > 1:
            return [1, channels, height, width]
        return [height, 1, channels] if height > 1 else [1, channels]

    def integer_constant(self, values):
        return self.array(np.asarray(values, np.int64))

    def lstm(self, inputs, shape, channels_in, positions):
        """An LSTM whose gates are in ONNX's order: input, output, forget, cell."""
        hidden = shape[2]
        def gates(position, columns):
            count = 4 * hidden * columns
            values = self.floats[position:position + count].reshape(4, hidden, columns)
            return values[[0, 3, 1, 2]].reshape(1, 4 * hidden, columns)
        bias = gates(positions[1], 1).reshape(1, -1)
        constants = [gates(positions[0], channels_in), gates(positions[2], hidden),
                     np.concatenate([bias, np.zeros_like(bias)], 1)]
        made = self.node("LSTM", [*inputs, *(self.array(c) for c in constants)],
                         hidden_size=hidden)
        return self.node("Squeeze", [made, self.integer_constant([1])])

    def attention(self, inputs, shape, heads):
        """ONNX Runtime's own operator, which takes {1, steps, channels}."""
        steps, _, channels = shape
        rows = [self.node("Reshape", [name, self.integer_constant([1, steps, channels])])
                for name in inputs]
        name = self.node("MultiHeadAttention", rows, domain="com.microsoft", num_heads=heads)
        return self.node("Reshape", [name, self.integer_constant([steps, 1, channels])])

    def part_of(self, line, which, channels):
        """A part of a split, of which the first makes all."""
        if line not in self.splits:
            count = self.shapes[line][2] // channels
            self.splits[line] = [f"part{line}_{k}" for k in range(count)]
            self.nodes.append(helper.make_node("Split", [self.names[line]], self.splits[line],
                                               axis=1))
        return self.splits[line][which]

    def line(self, op, numbers):
        height, width, channels, count = numbers[:4]
        sources, rest = numbers[4:4 + count], numbers[4 + count:]
        inputs = [self.names[i] for i in sources]
        shape = (height, width, channels)
        own = {"input": 1, "conv2d": 10, "depthwise2d": 10, "transpose_conv": 10, "dense": 2,
               "max_pool2d": 8, "split": 1, "channel_shuffle": 1, "lstm": 3,
               "attention": 1, "layer_norm": 2}.get(op, 0)
        quantised = None
        if len(rest) > own:  # integers: rest ends in [scales,] scale and zero point
            scale, zero = self.floats[rest[-1]:rest[-1] + 2]
            quantised, rest = (scale, int(zero)), rest[:-1]
            inputs = [self.node("DequantizeLinear",
                                [name, *self.scale_and_zero(self.quantised[i])])
                      for name, i in zip(inputs, sources)] if op != "output" else inputs
        if op == "input":
            kind = TensorProto.UINT8 if quantised else TensorProto.FLOAT
            self.input = helper.make_tensor_value_info("input", kind, self.extents(shape))
            name = "input"
        elif op in ("conv2d", "depthwise2d"):
            kernel, stride, pads, positions = rest[:2], rest[2:4], rest[4:8], rest[8:]
            channels_in = 1 if op == "depthwise2d" else self.shapes[sources[0]][2]
            constants = self.parameters(sources[0], channels, (channels, *kernel, channels_in),
                                        (0, 3, 1, 2), positions)
            name = self.node("Conv", [*inputs, *constants], kernel_shape=kernel,
                             strides=stride, pads=pads,
                             group=channels if op == "depthwise2d" else 1)
        elif op == "dense":
            columns = self.shapes[sources[0]][2]
            if height > 1:
                weights = self.constant(rest[0], (channels, columns), (1, 0))
                name = self.node("MatMul", [*inputs, weights])
                name = self.node("Add", [name, self.constant(rest[1], (channels,))])
            else:
                constants = self.parameters(sources[0], channels, (channels, columns), None, rest)
                name = self.node("Gemm", [*inputs, *constants], transB=1)
        elif op == "attention":
            name = self.attention(inputs, shape, rest[0])
        elif op == "layer_norm":
            constants = [self.constant(position, (channels,)) for position in rest]
            name = self.node("LayerNormalization", [*inputs, *constants], axis=-1, epsilon=1e-12)
        elif op == "gelu":
            name = self.node("Gelu", inputs, domain="com.microsoft")
        elif op in ("relu", "relu6") and quantised:
            name = self.names[sources[0]]
        elif op == "transpose_conv":
            kernel, stride, pads, positions = rest[:2], rest[2:4], rest[4:8], rest[8:]
            of = self.shapes[sources[0]][2]
            constants = [self.constant(positions[0], (channels, *kernel, of), (3, 0, 1, 2)),
                         self.constant(positions[1], (channels,))]
            name = self.node("ConvTranspose", [*inputs, *constants], kernel_shape=kernel,
                             strides=stride, pads=pads)
        elif op == "max_pool2d":
            name = self.node("MaxPool", inputs, kernel_shape=rest[:2], strides=rest[2:4],
                             pads=rest[4:8])
        elif op == "concat":
            name = self.node("Concat", inputs, axis=1)
        elif op == "split":
            name = self.part_of(sources[0], rest[0], channels)
        elif op == "channel_shuffle":
            wide = [1, rest[0], channels // rest[0], height, width]
            name = self.node("Reshape", [*inputs, self.integer_constant(wide)])
            name = self.node("Transpose", [name], perm=[0, 2, 1, 3, 4])
            name = self.node("Reshape", [name, self.integer_constant([1, channels, height, width])])
        elif op == "lstm":
            name = self.lstm(inputs, shape, self.shapes[sources[0]][2], rest)
        elif op == "sigmoid":
            name = self.node("Sigmoid", inputs)
        elif op == "relu":
            name = self.node("Relu", inputs)
        elif op == "relu6":
            bounds = [numpy_helper.from_array(np.float32(v), f"bound{len(self.constants) + k}")
                      for k, v in enumerate((0, 6))]
            self.constants += bounds
            name = self.node("Clip", inputs + [b.name for b in bounds])
        elif op == "add":
            name = self.node("Add", inputs)
        elif op == "global_average_pool":
            name = self.node("Flatten", [self.node("GlobalAveragePool", inputs)])
        elif op == "softmax":
            name = self.node("Softmax", inputs, axis=1)
        elif op == "output":
            kind = TensorProto.UINT8 if self.quantised[sources[0]] else TensorProto.FLOAT
            name = f"output{len(self.outputs)}"
            self.outputs.append(helper.make_tensor_value_info(name, kind, self.extents(shape)))
            made = next(n for n in self.nodes if inputs[0] in n.output)
            made.output[list(made.output).index(inputs[0])] = name
        else:
            sys.exit(f"to_onnx.py knows no {op}")
        if quantised and op not in ("input", "relu", "relu6", "output"):
            name = self.node("QuantizeLinear", [name, *self.scale_and_zero(quantised)])
        self.names.append(name)
        self.quantised.append(quantised)
        self.shapes.append(shape)


for network in sys.argv[1:]:
    Writer(network)
