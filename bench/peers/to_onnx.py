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
        for line in open(path + ".txt"):
            op, *numbers = line.split()
            self.line(op, [int(n) for n in numbers])
        graph = helper.make_graph(self.nodes, "network", [self.input], [self.output],
                                  self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
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

    def line(self, op, numbers):
        height, width, channels, count = numbers[:4]
        sources, rest = numbers[4:4 + count], numbers[4 + count:]
        inputs = [self.names[i] for i in sources]
        shape = (height, width, channels)
        vector = height * width == 1
        own = {"input": 1, "conv2d": 10, "depthwise2d": 10, "dense": 2}.get(op, 0)
        quantised = None
        if len(rest) > own:  # integers: rest ends in [scales,] scale and zero point
            scale, zero = self.floats[rest[-1]:rest[-1] + 2]
            quantised, rest = (scale, int(zero)), rest[:-1]
            inputs = [self.node("DequantizeLinear",
                                [name, *self.scale_and_zero(self.quantised[i])])
                      for name, i in zip(inputs, sources)] if op != "output" else inputs
        if op == "input":
            extents = [1, channels] if vector else [1, channels, height, width]
            kind = TensorProto.UINT8 if quantised else TensorProto.FLOAT
            self.input = helper.make_tensor_value_info("input", kind, extents)
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
            constants = self.parameters(sources[0], channels, (channels, columns), None, rest)
            name = self.node("Gemm", [*inputs, *constants], transB=1)
        elif op in ("relu", "relu6") and quantised:
            name = self.names[sources[0]]
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
            self.output = helper.make_tensor_value_info("output", kind, [1, channels])
            self.nodes[-1].output[0] = name = "output"
        else:
            sys.exit(f"to_onnx.py knows no {op}")
        if quantised and op not in ("input", "relu", "relu6", "output"):
            name = self.node("QuantizeLinear", [name, *self.scale_and_zero(quantised)])
        self.names.append(name)
        self.quantised.append(quantised)
        self.shapes.append(shape)


for network in sys.argv[1:]:
    Writer(network)
