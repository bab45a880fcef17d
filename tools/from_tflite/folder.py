"""Reads folders of .npy files that manifest.json, or else layers.txt, describes."""

import ast
import json

from from_tflite.graph import Graph, Operator, Tensor, Unreadable
from from_tflite.stage import as_float32

NPY_ELEMENTS = {"<f4": "float32", "|i1": "int8", "<i4": "int32"}


def read_npy(path, name):
    """A constant tensor of a .npy file of format 1.0, C order, little-endian."""
    try:
        data = path.read_bytes()
        if data[:8] != b"\x93NUMPY\x01\x00":
            raise Unreadable(f"{path}: not a .npy file of format 1.0")
        end = 10 + int.from_bytes(data[8:10], "little")
        header = ast.literal_eval(data[10:end].decode("latin-1"))
        if header["fortran_order"] or header["descr"] not in NPY_ELEMENTS:
            raise Unreadable(f"{path}: elements of {header['descr']} are not read, in C order only")
        tensor = Tensor(
            name, tuple(header["shape"]), NPY_ELEMENTS[header["descr"]], data=data[end:]
        )
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    except (ValueError, SyntaxError, KeyError, TypeError) as error:
        raise Unreadable(f"{path}: damaged header ({error})") from error
    tensor.values()  # their number is right
    return tensor


def parsed(text):
    """A value of layers.txt: number, truth or word."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def layers_of_text(path):
    """What manifest.json would say, from layers.txt."""
    tensors, layers = {}, []
    for line in path.read_text().splitlines():
        index, name, *pairs = line.split()
        values = dict(pair.split("=", 1) for pair in pairs)
        inputs, output = [int(k) for k in values["in"].split(",")], int(values["out"])
        shapes = [*values["in_shape"].split(","), values["out_shape"]]
        scales = [*values["in_q"].split(","), values["out_q"]]
        for tensor, shape, q in zip([*inputs, output], shapes, scales):
            found = {
                "id": tensor,
                "name": f"tensor {tensor}",
                "dtype": "float32",
                "shape": [int(extent) for extent in shape.split("x")],
            }
            if q != "-":
                scale, zero = q.rsplit(":", 1)
                found |= {"dtype": "int8", "scale": float(scale), "zero_point": int(zero)}
            tensors[tensor] = found
        layer = {
            "index": int(index),
            "op": name,
            "inputs": inputs,
            "output": output,
            "attributes": {key: parsed(value) for key, value in values.items()},
        }
        for key in ("weights", "bias"):
            if key in values:
                layer[key] = {"file": values[key]}
        if "weights_scale" in values:
            layer["weights"]["scale_file"] = values["weights_scale"]
        layers.append(layer)
    read = {k for layer in layers for k in layer["inputs"]}
    written = {layer["output"] for layer in layers}
    return {
        "tensors": list(tensors.values()),
        "layers": layers,
        "input": min(read - written),
        "output": max(written - read),
    }


def read_folder(folder):
    """The graph of a folder. Raises Unreadable."""
    manifest, lines = folder / "manifest.json", folder / "layers.txt"
    path = manifest if manifest.exists() else lines
    if not path.exists():
        raise Unreadable(f"{folder}: has neither manifest.json nor layers.txt")
    try:
        described = json.loads(path.read_text()) if path == manifest else layers_of_text(path)
        return graph_of(folder, described)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        raise Unreadable(f"{path}: {type(error).__name__}: {error}") from error


def graph_of(folder, described):
    tensors = {}
    for entry in described["tensors"]:
        tensor = Tensor(entry["name"], tuple(entry["shape"]), entry["dtype"])
        if "scale" in entry:
            tensor.scales = [as_float32(entry["scale"])]
            tensor.zero_points = [entry["zero_point"]]
        tensors[entry["id"]] = tensor
    free = max(tensors) + 1
    operators = []
    for layer in described["layers"]:
        inputs = list(layer["inputs"])
        for key in ("weights", "bias"):
            if key not in layer:
                continue
            tensor = read_npy(folder / layer[key]["file"], layer[key]["file"])
            if "scale_file" in layer[key]:
                tensor.scales = list(read_npy(folder / layer[key]["scale_file"], key).values())
                tensor.zero_points = [0] * len(tensor.scales)
                tensor.axis = 3 if layer["op"] == "DEPTHWISE_CONV_2D" else 0
            tensors[free] = tensor
            inputs.append(free)
            free += 1
        operators.append(
            Operator(layer["index"], layer["op"], inputs, [layer["output"]], layer["attributes"])
        )
    names = "/".join(folder.resolve().parts[-2:])
    return Graph(names, tensors, operators, [described["input"]], [described["output"]])
