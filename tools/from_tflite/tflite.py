"""Reads .tflite files: a flatbuffer of the TFLite schema, version 3."""

import re
import struct

from from_tflite.graph import ELEMENTS, Graph, Operator, Tensor, Unreadable

TYPES = [
    "float32",
    "float16",
    "int32",
    "uint8",
    "int64",
    "string",
    "bool",
    "int16",
    "complex64",
    "int8",
    "float64",
    "complex128",
    "uint64",
    "resource",
    "variant",
    "uint32",
    "uint16",
    "int4",
]

# BuiltinOperator, in the order of its numbers.
NAMES = """ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE
EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D
LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1
RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM
CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND
SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE
BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM
CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE
SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW
ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK
REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR
LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS
WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE
NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM
BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG
REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL
CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL
BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU""".split()

# Options that are read: for each operator's table the fields by number, as (name, type, default).
# Types are those of `struct`; "A" is an ActivationFunctionType, "P" a Padding.
CONV_STRIDES = {0: ("padding", "P", 0), 1: ("stride_w", "i", 0), 2: ("stride_h", "i", 0)}
OPTIONS = {
    "CONV_2D": CONV_STRIDES
    | {3: ("activation", "A", 0), 4: ("dilation_w", "i", 1), 5: ("dilation_h", "i", 1)},
    "DEPTHWISE_CONV_2D": CONV_STRIDES
    | {4: ("activation", "A", 0), 5: ("dilation_w", "i", 1), 6: ("dilation_h", "i", 1)},
    "TRANSPOSE_CONV": CONV_STRIDES | {3: ("activation", "A", 0)},
    "AVERAGE_POOL_2D": CONV_STRIDES
    | {3: ("kernel_w", "i", 0), 4: ("kernel_h", "i", 0), 5: ("activation", "A", 0)},
    "FULLY_CONNECTED": {0: ("activation", "A", 0), 1: ("weights_format", "b", 0)},
    "SOFTMAX": {0: ("beta", "f", 0.0)},
    "CONCATENATION": {0: ("axis", "i", 0), 1: ("activation", "A", 0)},
    "ADD": {0: ("activation", "A", 0)},
    "RESIZE_BILINEAR": {2: ("align_corners", "?", False), 3: ("half_pixel_centers", "?", False)},
    "RESIZE_NEAREST_NEIGHBOR": {
        0: ("align_corners", "?", False),
        1: ("half_pixel_centers", "?", False),
    },
    "LEAKY_RELU": {0: ("alpha", "f", 0.0)},
    "STRIDED_SLICE": {
        0: ("begin_mask", "i", 0),
        1: ("end_mask", "i", 0),
        2: ("ellipsis_mask", "i", 0),
        3: ("new_axis_mask", "i", 0),
        4: ("shrink_axis_mask", "i", 0),
    },
    "GELU": {0: ("approximate", "?", False)},
}
OPTIONS["MAX_POOL_2D"] = OPTIONS["AVERAGE_POOL_2D"]
OPTIONS["MUL"] = OPTIONS["ADD"]
ACTIVATIONS = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"]
PADDINGS = ["SAME", "VALID"]


class Table:
    """A table of a flatbuffer; fields by their numbers in the schema."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        vtable = at - self.scalar_at(at, "i")
        if vtable < 0:
            raise struct.error("a table lies outside the file")
        size = self.scalar_at(vtable, "H")
        self.fields = [self.scalar_at(vtable + k, "H") for k in range(4, size, 2)]

    def scalar_at(self, at, letter):
        if at < 0:
            raise struct.error("an offset points before the file")
        return struct.unpack_from("<" + letter, self.data, at)[0]

    def place(self, field):
        offset = self.fields[field] if field < len(self.fields) else 0
        return self.at + offset if offset else None

    def scalar(self, field, letter, default):
        at = self.place(field)
        return default if at is None else self.scalar_at(at, letter)

    def target(self, field):
        at = self.place(field)
        return None if at is None else at + self.scalar_at(at, "I")

    def table(self, field):
        at = self.target(field)
        return None if at is None else Table(self.data, at)

    def vector(self, field, letter):
        """Scalars; bytes for the letter B."""
        at = self.target(field)
        if at is None:
            return b"" if letter == "B" else []
        count = self.scalar_at(at, "I")
        values = struct.unpack_from(
            f"<{count}s" if letter == "B" else f"<{count}{letter}", self.data, at + 4
        )
        return values[0] if letter == "B" else list(values)

    def text(self, field):
        return self.vector(field, "B").decode(errors="replace")

    def tables(self, field):
        at = self.target(field)
        if at is None:
            return []
        count = self.scalar_at(at, "I")
        if count * 4 > len(self.data):
            raise struct.error("a vector is longer than the file")
        places = range(at + 4, at + 4 + 4 * count, 4)
        return [Table(self.data, place + self.scalar_at(place, "I")) for place in places]


def read_options(name, table):
    options = {}
    for number, (key, letter, default) in OPTIONS.get(name, {}).items():
        value = (
            default
            if table is None
            else table.scalar(number, letter.replace("A", "b").replace("P", "b"), default)
        )
        if letter in "AP":
            names = ACTIVATIONS if letter == "A" else PADDINGS
            value = names[value] if 0 <= value < len(names) else f"number {value}"
        options[key] = value
    return options


def read_tensor(table, index, buffers):
    kind = table.scalar(1, "b", 0)
    element = TYPES[kind] if 0 <= kind < len(TYPES) else f"type {kind}"
    tensor = Tensor(table.text(3) or f"tensor {index}", tuple(table.vector(0, "i")), element)
    # The signature has -1 where an extent is free; a free batch is 1.
    for axis, extent in enumerate(table.vector(7, "i")[: len(tensor.shape)]):
        if extent < 0 and axis > 0:
            tensor.shape = (*tensor.shape[:axis], -1, *tensor.shape[axis + 1 :])
    quantisation = table.table(4)
    if quantisation is not None:
        tensor.scales = quantisation.vector(2, "f")
        tensor.zero_points = quantisation.vector(3, "q") or [0] * len(tensor.scales)
        tensor.axis = quantisation.scalar(6, "i", 0)
    buffer = table.scalar(2, "I", 0)
    if buffer >= len(buffers):
        raise struct.error(f"tensor '{tensor.name}' names a buffer that is not there")
    tensor.data = buffers[buffer].vector(0, "B") or None
    if tensor.data is not None and element in ELEMENTS:
        tensor.values()  # their number is right
    return tensor


def read_tflite(path):
    """The graph of a .tflite file. Raises Unreadable."""
    data = path.read_bytes()
    if len(data) < 8:
        raise Unreadable(f"{path}: too short for a .tflite file ({len(data)} bytes)")
    if data[4:8] != b"TFL3":
        raise Unreadable(
            f"{path}: not a .tflite file: its identifier is {data[4:8]!r}, not b'TFL3'"
        )
    try:
        return read_model(path, Table(data, struct.unpack_from("<I", data)[0]))
    except (struct.error, RecursionError, MemoryError, OverflowError) as error:
        raise Unreadable(f"{path}: the file is damaged or cut off ({error})") from error


def read_model(path, model):
    codes = []
    for code in model.tables(1):
        number = max(code.scalar(0, "b", 0), code.scalar(3, "i", 0))
        name = NAMES[number] if 0 <= number < len(NAMES) else f"OPERATOR_{number}"
        custom = re.sub(r"[^\w.:/-]", "?", code.text(1))
        codes.append(f"CUSTOM '{custom}'" if name == "CUSTOM" else name)
    subgraphs, buffers = model.tables(2), model.tables(4)
    if not subgraphs:
        raise Unreadable(f"{path}: the file holds no graph")
    graph = subgraphs[0]
    tensors = {k: read_tensor(table, k, buffers) for k, table in enumerate(graph.tables(0))}
    operators = []
    for index, table in enumerate(graph.tables(3)):
        number = table.scalar(0, "I", 0)
        inputs, outputs = table.vector(1, "i"), table.vector(2, "i")
        if number >= len(codes) or any(
            k not in tensors for k in outputs + [k for k in inputs if k != -1]
        ):
            raise struct.error(f"operator {index} names something that is not there")
        name = codes[number]
        operators.append(Operator(index, name, inputs, outputs, read_options(name, table.table(4))))
    inputs, outputs = graph.vector(1, "i"), graph.vector(2, "i")
    if any(k not in tensors for k in inputs + outputs):
        raise struct.error("an input or output is not there")
    made = {k for k in inputs} | {k for k, t in tensors.items() if t.data is not None} | {-1}
    for op in operators:
        if any(tensors[k].count and k not in made for k in op.inputs if k != -1):
            raise struct.error(f"operator {op.index} reads what no operator before it writes")
        made.update(op.outputs)
    return Graph(path.name, tensors, operators, inputs, outputs)
