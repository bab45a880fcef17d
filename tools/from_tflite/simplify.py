"""What a graph says in several operators and xenos in none or in an attribute."""

from from_tflite.graph import Unreadable
from from_tflite.operators import Missing, constant, dequantised, quantisation


def simplify(graph):
    """Changes the graph in place."""
    fold_constants(graph)
    bytes_to_int8(graph)
    pads_into_windows(graph)


def fold_constants(graph):
    """Constants kept as float16 or integers, and made float by DEQUANTIZE."""
    for op in list(graph.operators):
        tensor = graph.tensors[op.inputs[0]] if op.inputs and op.inputs[0] != -1 else None
        if op.name != "DEQUANTIZE" or tensor is None or tensor.data is None:
            continue
        try:
            made = constant(tensor) if tensor.element == "float16" else dequantised(tensor)
        except Missing as why:
            raise Unreadable(f"DEQUANTIZE (operator {op.index}): {why}") from why
        made.name = tensor.name
        graph.tensors[op.outputs[0]] = made
        graph.operators.remove(op)


def shifted(byte, integer):
    """Whether an int8 tensor is a uint8 one less 128."""
    if byte.element != "uint8" or integer.element != "int8":
        return False
    try:
        before, after = quantisation(byte), quantisation(integer)
    except Missing:
        return False
    return before.scale == after.scale and before.zero_point == after.zero_point + 128


def bytes_to_int8(graph):
    """Inputs and outputs of uint8 around a model of int8."""
    for k, index in enumerate(graph.inputs):
        readers = graph.readers(index)
        op = readers[0] if len(readers) == 1 else None
        if (
            op
            and op.name == "QUANTIZE"
            and shifted(graph.tensors[index], graph.tensors[op.outputs[0]])
        ):
            graph.inputs[k] = op.outputs[0]
            graph.operators.remove(op)
            graph.notes.append(
                f"Input {k} of the file is uint8, here int8: give each value less 128."
            )
    for k, index in enumerate(graph.outputs):
        op = graph.producer(index)
        if (
            op
            and op.name == "QUANTIZE"
            and shifted(graph.tensors[index], graph.tensors[op.inputs[0]])
        ):
            graph.outputs[k] = op.inputs[0]
            graph.operators.remove(op)
            graph.notes.append(
                f"Output {k} of the file is uint8, here int8: each value is less by 128."
            )


def pads_into_windows(graph):
    """A PAD right before a convolution without padding is the convolution's padding."""
    for op in graph.operators:
        if op.name not in ("CONV_2D", "DEPTHWISE_CONV_2D") or op.options.get("padding") != "VALID":
            continue
        pad = graph.producer(op.inputs[0])
        if pad is None or pad.name != "PAD" or len(graph.readers(pad.outputs[0])) != 1:
            continue
        amounts = graph.tensors[pad.inputs[1]]
        before, after = graph.tensors[pad.inputs[0]], graph.tensors[pad.outputs[0]]
        if (
            amounts.data is None
            or amounts.count != 8
            or before.scales != after.scales
            or before.zero_points != after.zero_points
        ):
            continue
        given = list(amounts.values())
        if not any(given[:2] + given[6:]):
            op.options["padding"] = tuple(given[2:6])
            op.inputs[0] = pad.inputs[0]
            graph.operators.remove(pad)
