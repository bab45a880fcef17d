"""Computes a graph as TFLite does, slowly: for tests of what the script writes.

Tensors of int8 hold the real numbers that their integers stand for, so that an element may be off
by its scale where TFLite rounds on the way."""

import itertools
import math

from from_tflite.operators import dequantised


def indices(shape):
    return itertools.product(*map(range, shape))


class Values:
    """A tensor's values; zero outside."""

    def __init__(self, shape, values):
        self.shape, self.values = tuple(shape), list(values)
        assert len(self.values) == math.prod(self.shape)

    def __call__(self, *at):
        place = 0
        for index, extent in zip(at, self.shape):
            if not 0 <= index < extent:
                return 0.0
            place = place * extent + index
        return self.values[place]


def on_grid(tensor, value):
    """The number next to `value` that a tensor of int8 can hold; of others the value."""
    if tensor.element != "int8":
        return value
    scale, zero = tensor.scales[0], tensor.zero_points[0]
    return scale * (min(max(round(value / scale) + zero, -128), 127) - zero)


def constants(graph):
    """Real numbers of the constants. A layer's bias has the scales of its input and weights."""
    known = {}
    for k, tensor in graph.tensors.items():
        if tensor.data is not None:
            real = dequantised(tensor) if tensor.scales else tensor
            known[k] = Values(tensor.shape, real.values())
    for op in graph.operators:
        if op.name not in LAYERS:
            continue
        places = (2, 1, 3) if op.name == "TRANSPOSE_CONV" else (0, 1, 2)
        data, weights, bias = ((op.inputs + [-1])[k] for k in places)
        if bias != -1 and graph.tensors[bias].element == "int32":
            scales, count = graph.tensors[weights].scales, known[bias].shape[0]
            known[bias].values = [
                value * graph.tensors[data].scales[0] * scale
                for value, scale in zip(known[bias].values, scales * (count // len(scales)))
            ]
    return known


LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")
ACTIVATIONS = {
    "NONE": lambda x: x,
    "RELU": lambda x: max(x, 0.0),
    "RELU6": lambda x: min(max(x, 0.0), 6.0),
    "RELU_N1_TO_1": lambda x: min(max(x, -1.0), 1.0),
    "LOGISTIC": lambda x: 1 / (1 + math.exp(min(-x, 700.0))),
    "TANH": math.tanh,
    "HARD_SWISH": lambda x: x * min(max(x + 3, 0.0), 6.0) / 6,
    "GELU": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "QUANTIZE": lambda x: x,
}


def run(graph, inputs):
    """The values of the graph's outputs."""
    known = constants(graph)
    for k, values in zip(graph.inputs, inputs):
        known[k] = Values(graph.tensors[k].shape, values)
    for op in graph.operators:
        taken = [known.get(k) for k in op.inputs]
        act = ACTIVATIONS[op.options.get("activation", "NONE")]
        for part, out in enumerate(op.outputs):
            tensor = graph.tensors[out]
            shape = tensor.shape
            element = (
                element_of(op, taken, shape)
                if op.name != "SPLIT"
                else lambda n, h, w, c, first=part * shape[3]: taken[1](n, h, w, first + c)
            )
            made = (act(element(*at)) for at in indices(shape))
            known[out] = Values(shape, [on_grid(tensor, value) for value in made])
    return [known[k].values for k in graph.outputs]


def element_of(op, taken, shape):
    """What computes one element of an operator's output."""
    x, options = taken[0], op.options
    if op.name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return convolution(op, *taken, shape)
    if op.name in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
        return pool(op, x, shape)
    if op.name == "TRANSPOSE_CONV":
        return transposed(op, taken[1], taken[2], taken[3] if len(taken) > 3 else None, shape)
    if op.name == "FULLY_CONNECTED":
        count, terms = taken[1].shape

        def dense(*at):
            row = math.prod(shape[:-1]) and place_of(at[:-1], shape[:-1])
            return (taken[2](at[-1]) if taken[2] else 0.0) + sum(
                x.values[row * terms + i] * taken[1](at[-1], i) for i in range(terms)
            )

        assert count == shape[-1]
        return dense
    if op.name in ("ADD", "MUL"):
        first, second = (broadcast(part, shape) for part in taken)
        return (
            (lambda *at: first(*at) + second(*at))
            if op.name == "ADD"
            else (lambda *at: first(*at) * second(*at))
        )
    if op.name == "CONCATENATION":

        def joined(*at):
            channel = at[-1]
            for part in taken:
                if channel < part.shape[-1]:
                    return part(*at[:-1], channel)
                channel -= part.shape[-1]

        return joined
    if op.name == "PAD":
        before = taken[1].values[::2]
        return lambda *at: x(*(int(a - b) for a, b in zip(at, before)))
    if op.name in ("RESHAPE", "EXPAND_DIMS", "DEQUANTIZE", "SQUEEZE"):
        return lambda *at: x.values[place_of(at, shape)]
    if op.name == "TRANSPOSE":
        order = [int(a) for a in taken[1].values]
        return lambda *at: x(*(at[order.index(axis)] for axis in range(len(at))))
    if op.name == "STRIDED_SLICE":
        begin = [
            0 if options["begin_mask"] >> k & 1 else int(b) for k, b in enumerate(taken[1].values)
        ]
        return lambda *at: x(*(a + b for a, b in zip(at, begin)))
    if op.name in REDUCTIONS:
        return reduction(op, x, [int(axis) for axis in taken[1].values], shape)
    if op.name == "RESIZE_NEAREST_NEIGHBOR":
        factors = (shape[1] // x.shape[1], shape[2] // x.shape[2])
        return lambda n, h, w, c: x(n, h // factors[0], w // factors[1], c)
    if op.name == "RESIZE_BILINEAR":
        return bilinear(op, x, shape)
    if op.name == "PRELU":
        return lambda *at: x(*at) * (1 if x(*at) >= 0 else taken[1].values[at[-1]])
    if op.name == "LEAKY_RELU":
        return lambda *at: x(*at) * (1 if x(*at) >= 0 else options["alpha"])
    return lambda *at: ACTIVATIONS[op.name](x(*at))


def broadcast(part, shape):
    """A tensor as if it had `shape`, where it may have one value, or one for each channel."""
    if part.shape == tuple(shape):
        return part
    return lambda *at: part.values[at[-1] if len(part.values) > 1 else 0]


def bilinear(op, x, shape):
    factors = [shape[k] / x.shape[k] for k in (1, 2)]
    middle = 0.5 if op.options["half_pixel_centers"] else 0.0

    def element(n, h, w, c):
        near = []  # of each axis: both neighbours with their weights
        for at, factor, extent in zip((h, w), factors, x.shape[1:3]):
            place = min(max((at + middle) / factor - middle, 0), extent - 1)
            rest = place - int(place)
            near.append([(int(place), 1 - rest), (min(int(place) + 1, extent - 1), rest)])
        return sum(a * b * x(n, i, j, c) for i, a in near[0] for j, b in near[1])

    return element


REDUCTIONS = {
    "MEAN": lambda seen: sum(seen) / len(seen),
    "SUM": sum,
    "REDUCE_MAX": max,
    "REDUCE_MIN": min,
}


def reduction(op, x, axes, shape):
    """The output has the reduced axes with extent 1, or not at all."""
    kept = len(shape) == len(x.shape)

    def element(*at):
        rest = iter(at)
        whole = [next(rest) if kept or k not in axes else 0 for k in range(len(x.shape))]
        seen = []
        for inner in itertools.product(*(range(x.shape[axis]) for axis in axes)):
            for axis, index in zip(axes, inner):
                whole[axis] = index
            seen.append(x(*whole))
        return REDUCTIONS[op.name](seen)

    return element


def place_of(at, shape):
    place = 0
    for index, extent in zip(at, shape):
        place = place * extent + index
    return place


def before(op, extents, kernel, shape):
    """Padding before rows and columns."""
    if op.options["padding"] == "VALID":
        return 0, 0

    def axis(k, word):
        reach = (kernel[k] - 1) * op.options.get("dilation_" + word, 1) + 1
        covered = (shape[k + 1] - 1) * op.options["stride_" + word] + reach
        return max(covered - extents[k + 1], 0) // 2

    return axis(0, "h"), axis(1, "w")


def convolution(op, x, weights, bias, shape):
    _, height, width, inner = weights.shape
    top, left = before(op, x.shape, (height, width), shape)
    step_h, step_w = op.options["stride_h"], op.options["stride_w"]
    wide_h, wide_w = op.options["dilation_h"], op.options["dilation_w"]
    multiplier = max(inner // x.shape[3], 1)
    of_group = shape[3] * inner // x.shape[3]  # output channels that read the same input channels

    def element(n, h, w, c):
        total = bias(c) if bias else 0.0
        for i, j in indices((height, width)):
            row, column = h * step_h + i * wide_h - top, w * step_w + j * wide_w - left
            if op.name == "CONV_2D":
                first = c // of_group * inner
                total += sum(
                    x(n, row, column, first + k) * weights(c, i, j, k) for k in range(inner)
                )
            else:
                total += x(n, row, column, c // multiplier) * weights(0, i, j, c)
        return total

    return element


def pool(op, x, shape):
    kernel = op.options["kernel_h"], op.options["kernel_w"]
    top, left = before(op, x.shape, kernel, shape)

    def element(n, h, w, c):
        seen = []
        for i, j in indices(kernel):
            row, column = (
                h * op.options["stride_h"] + i - top,
                w * op.options["stride_w"] + j - left,
            )
            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                seen.append(x(n, row, column, c))
        return max(seen) if op.name == "MAX_POOL_2D" else sum(seen) / len(seen)

    return element


def transposed(op, weights, x, bias, shape):
    _, height, width, inner = weights.shape
    step = op.options["stride_h"]
    # Padding is that of the convolution from the output to the input.
    missing = max((x.shape[1] - 1) * step + height - shape[1], 0)
    first = 0 if op.options["padding"] == "VALID" else missing // 2

    def element(n, h, w, c):
        total = bias(c) if bias else 0.0
        for i, j in indices((height, width)):
            if (h + first - i) % step == 0 and (w + first - j) % step == 0:
                row, column = (h + first - i) // step, (w + first - j) // step
                total += sum(x(n, row, column, k) * weights(c, i, j, k) for k in range(inner))
        return total

    return element
