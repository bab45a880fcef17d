#!/usr/bin/env python3
"""Makes NETWORK.onnx from the description NETWORK.txt and NETWORK.floats (see describe.hpp).

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
        if op == "input":
            extents = [1, channels] if vector else [1, channels, height, width]
            self.input = helper.make_tensor_value_info("input", TensorProto.FLOAT, extents)
            name = "input"
        elif op in ("conv2d", "depthwise2d"):
            kernel, stride, pads, positions = rest[:2], rest[2:4], rest[4:8], rest[8:]
            channels_in = 1 if op == "depthwise2d" else self.shapes[sources[0]][2]
            weights = self.constant(positions[0], (channels, *kernel, channels_in), (0, 3, 1, 2))
            bias = self.constant(positions[1], (channels,))
            name = self.node("Conv", [*inputs, weights, bias], kernel_shape=kernel,
                             strides=stride, pads=pads,
                             group=channels if op == "depthwise2d" else 1)
        elif op == "dense":
            columns = self.shapes[sources[0]][2]
            weights = self.constant(rest[0], (channels, columns))
            bias = self.constant(rest[1], (channels,))
            name = self.node("Gemm", [*inputs, weights, bias], transB=1)
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
            self.output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, channels])
            self.nodes[-1].output[0] = name = "output"
        else:
            sys.exit(f"to_onnx.py knows no {op}")
        self.names.append(name)
        self.shapes.append(shape)


for network in sys.argv[1:]:
    Writer(network)
