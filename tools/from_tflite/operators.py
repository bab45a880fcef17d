"""What each TFLite operator is in xenos. To add one, write a function and enter it in OPERATORS.

A function gets the model and an operator, and returns the stages that stand for it; the first of
them joins the operator's data inputs if there are several. It raises Missing where the library
computes something else."""

from from_tflite.graph import Tensor, Unreadable
from from_tflite.stage import Code, Quantisation, Stage, Weights, constant, float_text


class Missing(Exception):
    """Why an operator has no translation."""


class Model:
    """A graph, as the functions below ask for it."""

    def __init__(self, graph):
        self.graph = graph
        self.remarks = []  # what was translated, but computes a little differently

    def tensor(self, op, k):
        """Input k of an operator, None if it is left out."""
        if k >= len(op.inputs) or op.inputs[k] == -1:
            return None
        return self.graph.tensors[op.inputs[k]]

    def data_inputs(self, op):
        """The inputs that are no constants."""
        return [k for k in op.inputs if k != -1 and self.graph.tensors[k].data is None]

    def constants(self, op, k):
        """The integers of a constant input."""
        tensor = self.tensor(op, k)
        if tensor is None or tensor.data is None:
            raise Missing("its sizes are computed by the model")
        return list(tensor.values())

    def remark(self, op, text):
        self.remarks.append(f"{op.name} (operator {op.index}): {text}")


def image(tensor):
    """Rows, columns and channels of a tensor of batch 1."""
    shape = tensor.shape
    if any(extent < 0 for extent in shape):
        raise Missing("its extents are known at run time only")
    if len(shape) > 1 and shape[0] != 1:
        raise Missing(f"tensors of shape {shape} are not of batch 1")
    if len(shape) > 4 or not shape or 0 in shape:
        raise Missing(f"tensors of shape {shape} are no images, sequences or vectors")
    inner = shape[1:] if len(shape) > 1 else shape
    if len(inner) == 2:
        return (inner[0], 1, inner[1])
    return inner if len(inner) == 3 else (1, 1, *inner)


def quantisation(tensor):
    """What the int8 of a stream stand for."""
    if len(tensor.scales) != 1 or not tensor.scales[0] > 0:
        raise Missing(
            f"tensor '{tensor.name}' has {len(tensor.scales)} scales, where one is needed"
        )
    return Quantisation(tensor.scales[0], int(tensor.zero_points[0]))


def is_int8(tensor):
    return tensor.element == "int8"


def to(tensor):
    """The attribute `to` of a layer that makes `tensor`."""
    return {"to": quantisation(tensor)} if is_int8(tensor) else {}


def same_quantisation(model, op):
    """For operators that move or limit integers, which here keep what they stand for."""
    out = model.graph.tensors[op.outputs[0]]
    for index in model.data_inputs(op):
        before = model.graph.tensors[index]
        if is_int8(out) and quantisation(before) != quantisation(out):
            raise Missing("it changes the quantisation")


def activation(op):
    """The stages of a fused activation."""
    fused = op.options.get("activation", "NONE")
    names = {"NONE": None, "RELU": "relu", "RELU6": "relu6", "RELU_N1_TO_1": "relu_n1_to_1"}
    if fused not in names:
        raise Missing(f"its fused activation is {fused}")
    return [Stage(names[fused], follows=True)] if names[fused] else []


def layer_weights(model, op, order, extents, weights, bias, out):
    """The weights of a layer, scales and bias; a bias that is left out is zero."""
    data = model.tensor(op, 0 if op.name != "TRANSPOSE_CONV" else 2)
    if weights is None or weights.data is None:
        raise Missing("its weights are computed by the model")
    if bias is not None and bias.data is None:
        raise Missing("its bias is computed by the model")
    given = bias.values() if bias is not None else [0] * out
    if len(given) != out:
        raise Missing(f"it has {len(given)} biases for {out} channels")
    if not is_int8(data):
        if weights.element not in ("float32", "float16"):
            weights = dequantised(weights)
            model.remark(
                op,
                "its weights were integers behind a float input, which TFLite quantises on "
                "the way; here both are float, so that results differ a little",
            )
        return Weights(
            order, extents, {"weights": constant(weights), "bias": constant_of(given, "float32")}
        )
    if weights.element != "int8" or (bias is not None and bias.element != "int32"):
        raise Missing(f"weights of {weights.element}, bias of {bias.element if bias else 'none'}")
    if any(weights.zero_points):
        raise Missing("its weights have a zero point")
    if len(weights.scales) > 1 and weights.axis != (3 if order == "hwo" else 0):
        raise Missing(f"its weights are quantised along axis {weights.axis}")
    if len(weights.scales) not in (1, out):
        raise Missing(f"it has {len(weights.scales)} scales for {out} channels")
    return Weights(
        order,
        extents,
        {
            "weights": weights,
            "scales": constant_of(weights.scales, "float32"),
            "bias": constant_of(given, "int32"),
        },
    )


def constant_of(values, element):
    """A vector of constants."""
    return constant(Tensor("", (len(values),), element), element, list(values))


def dequantised(tensor):
    """A constant of integers as float, each product rounded to float as TFLite does."""
    scales, zeros = tensor.scales, tensor.zero_points
    if not scales:
        raise Missing(f"tensor '{tensor.name}' of {tensor.element} has no scale")
    inner = 1
    for extent in tensor.shape[tensor.axis + 1 :]:
        inner *= extent
    values = []
    for k, value in enumerate(tensor.values()):
        which = k // inner % len(scales) if len(scales) > 1 else 0
        values.append(scales[which] * (value - zeros[which]))
    return constant(tensor, "float32", values)


def window(op, kernel, extents, out, default):
    """The attribute `padding`, None where it is what the library's `default` does."""
    padding = op.options.get("padding")
    stride, dilation = pair(op.options, "stride"), pair(op.options, "dilation")

    def axis(rule, k):
        """Elements of the output, padding before and after."""
        reach = (kernel[k] - 1) * dilation[k] + 1
        if rule == "SAME":
            count = -(-extents[k] // stride[k])
            missing = max((count - 1) * stride[k] + reach - extents[k], 0)
            return count, missing // 2, missing - missing // 2
        before, after = padding[2 * k : 2 * k + 2] if isinstance(rule, tuple) else (0, 0)
        return (extents[k] + before + after - reach) // stride[k] + 1, before, after

    if padding not in ("SAME", "VALID") and not isinstance(padding, tuple):
        raise Missing(f"its padding is {padding}")
    wanted, usual = ([axis(rule, k) for k in (0, 1)] for rule in (padding, default))
    if [count for count, _, _ in wanted] != list(out[:2]):
        raise Missing(
            f"its output has {out[:2]} pixels, where its padding makes "
            f"{(wanted[0][0], wanted[1][0])}"
        )
    if wanted == usual:
        return None
    return Code(
        f"xn::{padding.lower()}"
        if isinstance(padding, str)
        else f"xn::pads({', '.join(map(str, padding))})"
    )


PAIR = (1, 1)


def pair(options, what):
    return (options.get(what + "_h", 1), options.get(what + "_w", 1))


def convolution(model, op):
    data, weights, out = (
        model.tensor(op, 0),
        model.tensor(op, 1),
        model.graph.tensors[op.outputs[0]],
    )
    rows, columns, channels = image(data)
    if weights is None or len(weights.shape) != 4:
        raise Missing("its weights have no four axes")
    count, height, width, group = weights.shape
    if group == 0 or channels % group:
        raise Missing(f"{channels} channels are no multiple of the {group} of its filters")
    attributes = {
        "out": count,
        "kernel": (height, width),
        "stride": pair(op.options, "stride"),
        "dilation": pair(op.options, "dilation"),
        "groups": channels // group,
        "padding": window(op, (height, width), (rows, columns), image(out), "SAME"),
        **to(out),
    }
    held = layer_weights(model, op, "ohwi", weights.shape, weights, model.tensor(op, 2), count)
    return [Stage("conv2d", "conv", attributes, CONV_DEFAULTS, held), *activation(op)]


CONV_DEFAULTS = {
    "kernel": PAIR,
    "stride": PAIR,
    "dilation": PAIR,
    "groups": 1,
    "multiplier": 1,
    "padding": None,
    "output_padding": (0, 0),
}


def depthwise(model, op):
    data, weights, out = (
        model.tensor(op, 0),
        model.tensor(op, 1),
        model.graph.tensors[op.outputs[0]],
    )
    rows, columns, channels = image(data)
    if weights is None or len(weights.shape) != 4 or weights.shape[0] != 1:
        raise Missing("its weights are not of shape 1, height, width, channels")
    _, height, width, count = weights.shape
    if count % channels:
        raise Missing(f"{count} filters are no multiple of {channels} channels")
    attributes = {
        "kernel": (height, width),
        "stride": pair(op.options, "stride"),
        "dilation": pair(op.options, "dilation"),
        "multiplier": count // channels,
        "padding": window(op, (height, width), (rows, columns), image(out), "SAME"),
        **to(out),
    }
    held = layer_weights(model, op, "hwo", weights.shape[1:], weights, model.tensor(op, 2), count)
    return [Stage("depthwise2d", "depthwise", attributes, CONV_DEFAULTS, held), *activation(op)]


def transposed_convolution(model, op):
    weights, data, out = (
        model.tensor(op, 1),
        model.tensor(op, 2),
        model.graph.tensors[op.outputs[0]],
    )
    if weights is None or len(weights.shape) != 4 or data is None:
        raise Missing("its weights have no four axes")
    extents, wanted = image(data), image(out)
    count, height, width, _ = weights.shape
    stride, kernel = pair(op.options, "stride"), (height, width)
    attributes = {"out": count, "kernel": kernel, "stride": stride, "padding": None}
    if op.options.get("padding") == "SAME":
        if any(wanted[k] != extents[k] * stride[k] for k in (0, 1)):
            raise Missing(
                f"its output has {wanted[:2]} pixels, not those of its input times the stride"
            )
    else:
        more = tuple(wanted[k] - (extents[k] - 1) * stride[k] - kernel[k] for k in (0, 1))
        if any(not 0 <= more[k] < stride[k] for k in (0, 1)):
            raise Missing(f"its output of {wanted[:2]} pixels is not what its kernel makes")
        attributes |= {"padding": Code("xn::valid"), "output_padding": more}
    held = layer_weights(model, op, "ohwi", weights.shape, weights, model.tensor(op, 3), count)
    return [
        Stage("transposed_conv2d", "transposed_conv", attributes | to(out), CONV_DEFAULTS, held),
        *activation(op),
    ]


def dense(model, op):
    data, weights, out = (
        model.tensor(op, 0),
        model.tensor(op, 1),
        model.graph.tensors[op.outputs[0]],
    )
    if op.options.get("weights_format") not in (None, 0):
        raise Missing("its weights are shuffled")
    if weights is None or len(weights.shape) != 2:
        raise Missing("its weights have no two axes")
    count, terms = weights.shape
    rows, columns, channels = image(data)
    before = []
    if terms == rows * columns * channels:
        before = [Stage("flatten", follows=True)] if rows * columns > 1 else []
    elif columns != 1 or terms != channels:
        raise Missing(f"its weights are for {terms} elements, its input has {image(data)}")
    held = layer_weights(model, op, "oi", weights.shape, weights, model.tensor(op, 2), count)
    return [*before, Stage("dense", "fc", {"out": count, **to(out)}, {}, held), *activation(op)]


def pool(kind):
    def stages(model, op):
        data, out = model.tensor(op, 0), model.graph.tensors[op.outputs[0]]
        same_quantisation(model, op)
        extents, made = image(data), image(out)
        kernel, stride = pair(op.options, "kernel"), pair(op.options, "stride")
        padding = window(op, kernel, extents, made, "VALID")
        if made[:2] == (1, 1) and padding is None and kernel == extents[:2]:
            return [Stage(f"global_{kind}_pool"), *activation(op)]
        attributes = {"kernel": kernel, "stride": stride, "padding": padding}
        return [Stage(f"{kind}_pool2d", f"{kind}_pool", attributes, CONV_DEFAULTS), *activation(op)]

    return stages


def reduction(name):
    def stages(model, op):
        data, out = model.tensor(op, 0), model.graph.tensors[op.outputs[0]]
        rank = len(data.shape)
        reduced = {axis % rank for axis in model.constants(op, 1)}
        extents = image(data)
        which = {4: (1, 2, 3), 3: (1, None, 2), 2: (None, None, 1)}.get(rank, ())
        over = {
            word: True
            for word, axis in zip(("rows", "columns", "channels"), which)
            if axis in reduced
        }
        if 0 in reduced and rank > 1 or not over:
            raise Missing(f"it reduces the axes {sorted(reduced)}")
        made = tuple(
            1 if word in over else extent
            for word, extent in zip(("rows", "columns", "channels"), extents)
        )
        back = [] if image(out) == made else [reshaped(image(out))]
        if name in ("max", "min"):
            same_quantisation(model, op)
        elif is_int8(out):  # TFLite's mean of int8 rounds unlike its pool
            return [Stage(f"reduce_{name}", "axes", over | to(out)), *back]
        pools = {"mean": "global_average_pool", "max": "global_max_pool"}
        if "channels" not in over and made[:2] == (1, 1) and name in pools:
            return [Stage(pools[name]), *back]
        return [Stage(f"reduce_{name}", "axes", over), *back]

    return stages


def softmax(model, op):
    out = model.graph.tensors[op.outputs[0]]
    if op.options.get("beta", 1.0) != 1.0:
        raise Missing(f"its beta is {op.options['beta']}")
    if is_int8(out) and quantisation(out) != Quantisation(1 / 256, -128):
        raise Missing("its output has not the scale 1 / 256 and zero point -128")
    return [Stage("softmax", follows=True)]


def limiting(name):
    """An activation without attributes, by which integers keep what they stand for."""

    def stages(model, op):
        same_quantisation(model, op)
        return [Stage(name, follows=True)]

    return stages


def converting(name, usual=None):
    """An activation without attributes that makes other integers: `name_to<q>`, or `name` if q is
    `usual`."""

    def stages(model, op):
        out = model.graph.tensors[op.outputs[0]]
        if is_int8(out) and quantisation(out) != usual:
            return [Stage(name + "_to", "quantisation", {None: quantisation(out)}, follows=True)]
        return [Stage(name, follows=True)]

    return stages


def leaky_relu(model, op):
    out = model.graph.tensors[op.outputs[0]]
    attributes = {"alpha": float(op.options["alpha"])} | to(out)
    return [Stage("leaky_relu", "slope", attributes, follows=True)]


def gelu(model, op):
    return converting("gelu_tanh" if op.options.get("approximate") else "gelu")(model, op)


def prelu(model, op):
    alpha = model.tensor(op, 1)
    channels = image(model.tensor(op, 0))[2]
    if (
        alpha is None
        or alpha.data is None
        or alpha.count != channels
        or alpha.shape[-1] != channels
    ):
        raise Missing("it has not one alpha for each channel")
    out = model.graph.tensors[op.outputs[0]]
    if is_int8(out):
        if not is_int8(alpha):
            raise Missing(f"its alphas are {alpha.element}")
        of_alpha = Code(f"xn::quantisation{quantisation(alpha).text()}")
        attributes = {None: quantisation(out), "": of_alpha}
        held = Weights("channel_weights", (channels,), {"weights": alpha})
        return [Stage("prelu_to", "quantisation", attributes, weights=held)]
    held = Weights("channel_weights", (channels,), {"weights": constant(alpha)})
    return [Stage("prelu", weights=held)]


def with_constant(model, op, name):
    """A sum or product with a constant that is broadcast over rows and columns, on either side."""
    data, given = (model.graph.tensors[k] for k in op.inputs)
    if data.data is not None:
        data, given = given, data
    out = model.graph.tensors[op.outputs[0]]
    channels = image(data)[2]
    if image(out) != image(data):
        raise Missing("its constant is larger than its input")
    if given.count != 1 and (given.count != channels or given.shape[-1] != channels):
        raise Missing("its constant is neither one number nor one for each channel")
    integers = is_int8(out)
    if integers and not is_int8(given):
        raise Missing(f"its constant is {given.element}")
    kind = "int8" if integers else "float32"
    values = constant_of(list(given.values()) * (channels // given.count), kind)
    held = Weights("channel_weights", (channels,), {"weights": values})
    if not integers:
        return [Stage(name + "_constant", weights=held), *activation(op)]
    of_constant = Code(f"xn::quantisation{quantisation(given).text()}")
    attributes = {None: quantisation(out), "": of_constant}
    return [
        Stage(name + "_constant_to", "quantisation", attributes, weights=held),
        *activation(op),
    ]


def join(name):
    def stages(model, op):
        inputs = [k for k in op.inputs if k != -1]
        if len(inputs) == 2 and len(model.data_inputs(op)) == 1:
            return with_constant(model, op, name)
        if len(model.data_inputs(op)) != len(inputs):
            raise Missing("one of its inputs is a constant")
        shapes = {image(model.graph.tensors[k]) for k in inputs}
        if len(shapes) != 1:
            raise Missing("its inputs are of different shapes")
        out = model.graph.tensors[op.outputs[0]]
        if is_int8(out):
            return [Stage(name + "_to", "quantisation", {None: quantisation(out)}), *activation(op)]
        return [Stage(name), *activation(op)]

    return stages


def concatenation(model, op):
    inputs = [k for k in op.inputs if k != -1]
    out = model.graph.tensors[op.outputs[0]]
    if len(model.data_inputs(op)) != len(inputs):
        raise Missing("one of its inputs is a constant")
    if len(inputs) > 8:
        raise Missing("it has more than eight inputs")
    if op.options["axis"] % len(out.shape) != len(out.shape) - 1:
        raise Missing(f"it is along axis {op.options['axis']}, not along channels")
    same_quantisation(model, op)
    return [Stage("concat"), *activation(op)]


def pad(model, op):
    amounts = model.constants(op, 1)
    rank = len(model.tensor(op, 0).shape)
    same_quantisation(model, op)
    if rank not in (3, 4) or any(amounts[:2]) or any(amounts[-2:]):
        raise Missing("it pads something else than rows and columns")
    top, bottom, left, right = amounts[2:6] if rank == 4 else [*amounts[2:4], 0, 0]
    given = {"top": top, "bottom": bottom, "left": left, "right": right}
    return [Stage("pad", "zero_pad", given, dict.fromkeys(given, 0))]


def reshaped(shape):
    return Stage("reshape", "hwc", {"": Code(", ".join(map(str, shape)))})


def reshape(model, op):
    same_quantisation(model, op)
    before, after = image(model.tensor(op, 0)), image(model.graph.tensors[op.outputs[0]])
    if before == after:
        return []
    return [Stage("flatten", follows=True) if after[:2] == (1, 1) else reshaped(after)]


def drifts(extent, factor):
    """Whether TFLite's rounded steps add up to half an element on an axis, which xenos refuses."""
    out = extent * factor
    step = (1024 * extent + out // 2) // out
    return extent * abs(step * factor - 1024) >= 512


def resize(name):
    def stages(model, op):
        before, after = image(model.tensor(op, 0)), image(model.graph.tensors[op.outputs[0]])
        same_quantisation(model, op)
        if op.options.get("align_corners"):
            raise Missing("it aligns corners")
        if any(after[k] % before[k] for k in (0, 1)):
            raise Missing(f"{before[:2]} to {after[:2]} pixels are no whole factors")
        factor = (after[0] // before[0], after[1] // before[1])
        if name == "bilinear" and is_int8(model.graph.tensors[op.outputs[0]]):
            if any(drifts(before[k], factor[k]) for k in (0, 1)):
                raise Missing("its places, in 1024ths of a pixel, are off by half a pixel")
        attributes = {"factor": factor}
        if name == "bilinear":
            attributes["half_pixel_centers"] = bool(op.options.get("half_pixel_centers"))
        return [Stage(f"resize_{name}", name, attributes, {"half_pixel_centers": True})]

    return stages


def cut(rank, begin, size, extents):
    """A slice of all axes but the first, as rows, columns and channels."""
    if rank not in (2, 3, 4) or begin[0] != 0:
        raise Missing("it cuts the batch")
    whole = {2: [None, None, 1], 3: [1, None, 2], 4: [1, 2, 3]}[rank]
    first = tuple(0 if axis is None else begin[axis] for axis in whole)
    count = tuple(1 if axis is None else size[axis] for axis in whole)
    count = tuple(-1 if first[k] + count[k] == extents[k] else count[k] for k in range(3))
    given = {"begin": first, "size": count}
    return Stage("crop", "slice", given, {"begin": (0, 0, 0), "size": (-1, -1, -1)})


def slice_of(model, op):
    data = model.tensor(op, 0)
    same_quantisation(model, op)
    return [
        cut(
            len(data.shape),
            model.constants(op, 1),
            model.graph.tensors[op.outputs[0]].shape,
            image(data),
        )
    ]


def strided_slice(model, op):
    data, out = model.tensor(op, 0), model.graph.tensors[op.outputs[0]]
    same_quantisation(model, op)
    if any(step != 1 for step in model.constants(op, 3)):
        raise Missing("it takes steps")
    if any(op.options[key] for key in ("ellipsis_mask", "new_axis_mask")):
        raise Missing("it adds axes")
    rank, mask, shrink = len(data.shape), op.options["begin_mask"], op.options["shrink_axis_mask"]
    begin = [
        0 if mask >> k & 1 else b % data.shape[k] for k, b in enumerate(model.constants(op, 1))
    ]
    kept = iter(out.shape)
    size = [1 if shrink >> k & 1 else next(kept) for k in range(rank)]
    if len(begin) != rank:
        raise Missing("it does not name all axes")
    stage = cut(rank, begin, size, image(data))
    made = {4: tuple(size[1:]), 3: (size[1], 1, size[-1]), 2: (1, 1, size[-1])}[rank]
    return [stage] if image(out) == made else [stage, reshaped(image(out))]


def split(model, op):
    data, out = model.tensor(op, 1), model.graph.tensors[op.outputs[0]]
    same_quantisation(model, op)
    rank = len(data.shape)
    axis = model.constants(op, 0)[0] % rank
    begin = [op.options.get("part", 0) * out.shape[axis] if k == axis else 0 for k in range(rank)]
    return [cut(rank, begin, out.shape, image(data))]


def transpose(model, op):
    order, rank = model.constants(op, 1), len(model.tensor(op, 0).shape)
    same_quantisation(model, op)
    if rank != 4 or order[0] != 0:
        raise Missing(f"it permutes the axes as {order}")
    return [Stage("permute", "transpose", {"order": tuple(axis - 1 for axis in order[1:])})]


def rounded(q):
    """A quantisation that says how all behind it is rounded, as C++."""
    return f"xn::quantisation{{{float_text(q.scale)}, {q.zero_point}, Round}}"


def quantize(model, op):
    data, out = model.tensor(op, 0), model.graph.tensors[op.outputs[0]]
    if data.element not in BOTH or out.element != "int8":
        raise Missing(f"it makes {out.element} of {data.element}")
    q = quantisation(out)
    if is_int8(data):
        return [Stage("quantize", "quantisation", {None: q})]
    return [Stage("quantize", "quantisation", {"": Code(rounded(q))}, once=True)]


def dequantize(model, op):
    data, out = model.tensor(op, 0), model.graph.tensors[op.outputs[0]]
    if data.element != "int8" or out.element != "float32":
        raise Missing(f"it makes {out.element} of {data.element}")
    return [Stage("dequantize")]


# The function for an operator, and whether the library has it of float and of int8.
FLOAT, INT8, BOTH = ("float32",), ("int8",), ("float32", "int8")
OPERATORS = {
    "ADD": (join("add"), BOTH),
    "AVERAGE_POOL_2D": (pool("average"), BOTH),
    "CONCATENATION": (concatenation, BOTH),
    "CONV_2D": (convolution, BOTH),
    "DEPTHWISE_CONV_2D": (depthwise, BOTH),
    "DEQUANTIZE": (dequantize, INT8),
    "EXPAND_DIMS": (reshape, BOTH),
    "FULLY_CONNECTED": (dense, BOTH),
    "GELU": (gelu, BOTH),
    "HARD_SWISH": (converting("hard_swish"), BOTH),
    "LEAKY_RELU": (leaky_relu, BOTH),
    "LOGISTIC": (converting("sigmoid", Quantisation(1 / 256, -128)), BOTH),
    "MAX_POOL_2D": (pool("max"), BOTH),
    "MEAN": (reduction("mean"), BOTH),
    "MUL": (join("mul"), BOTH),
    "PAD": (pad, BOTH),
    "PRELU": (prelu, BOTH),
    "QUANTIZE": (quantize, BOTH),
    "REDUCE_MAX": (reduction("max"), BOTH),
    "REDUCE_MIN": (reduction("min"), BOTH),
    "REDUCE_PROD": (reduction("prod"), FLOAT),
    "RELU": (limiting("relu"), BOTH),
    "RELU6": (limiting("relu6"), BOTH),
    "RELU_N1_TO_1": (limiting("relu_n1_to_1"), BOTH),
    "RESHAPE": (reshape, BOTH),
    "RESIZE_BILINEAR": (resize("bilinear"), BOTH),
    "RESIZE_NEAREST_NEIGHBOR": (resize("nearest"), BOTH),
    "SLICE": (slice_of, BOTH),
    "SOFTMAX": (softmax, BOTH),
    "SPLIT": (split, BOTH),
    "SQUEEZE": (reshape, BOTH),
    "STRIDED_SLICE": (strided_slice, BOTH),
    "SUM": (reduction("sum"), BOTH),
    "TANH": (converting("tanh", Quantisation(1 / 128, 0)), BOTH),
    "TRANSPOSE": (transpose, BOTH),
    "TRANSPOSE_CONV": (transposed_convolution, BOTH),
}


def translated(model, op):
    """The stages of an operator. Raises Missing."""
    if op.name not in OPERATORS:
        raise Missing("xenos has no such operation, or this script does not know it")
    function, elements = OPERATORS[op.name]
    if "part" in op.options and op.name != "SPLIT":
        raise Missing("it has several outputs")
    inputs = [model.graph.tensors[k] for k in model.data_inputs(op)]
    if not inputs:
        raise Missing("it reads constants only")
    for tensor in inputs:
        if tensor.element not in elements:
            raise Missing(f"not of {tensor.element} in xenos")
    made = {model.graph.tensors[op.outputs[0]].element, *(tensor.element for tensor in inputs)}
    if len(made) > 1 and op.name not in ("QUANTIZE", "DEQUANTIZE"):
        raise Missing(f"it mixes {' and '.join(sorted(made))}")
    try:
        return function(model, op)
    except (KeyError, IndexError, ZeroDivisionError, StopIteration) as error:
        raise Unreadable(f"{op.name} (operator {op.index}) is damaged: {error!r}") from error
