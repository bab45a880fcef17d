#!/usr/bin/env python3
"""Makes xenos source of a trained network: a model definition to read and change, and its weights.

usage: tflite_to_xenos.py [options] INPUT

INPUT is a .tflite file, or a folder of .npy files with manifest.json or layers.txt. Two headers are
written: NAME.hpp holds the model as a function of its weights, NAME_weights.hpp the weights as
constants, which the compiler packs (docs/from-tflite.md). Needs nothing but Python.

Exit status: 0 all is translated; 1 something has no counterpart in xenos: it is listed, and
NAME.hpp has a marked place for each (a function with a static assertion); 2 the input cannot be
read or the command is wrong, nothing is written.
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from from_tflite.expression import Expression  # noqa: E402
from from_tflite.folder import read_folder  # noqa: E402
from from_tflite.graph import Unreadable  # noqa: E402
from from_tflite.headers import Definition, Names, model_header, weights_header  # noqa: E402
from from_tflite.simplify import simplify  # noqa: E402
from from_tflite.stage import float_text  # noqa: E402
from from_tflite.tflite import read_tflite  # noqa: E402

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Words of C++ that people might call a model; any other is found by the compiler.
RESERVED = {
    "auto",
    "char",
    "default",
    "double",
    "float",
    "int",
    "new",
    "this",
    "xn",
    "xenos",
    "std",
}


def identifier(text):
    if not IDENTIFIER.fullmatch(text) or text in RESERVED or "__" in text:
        raise argparse.ArgumentTypeError(f"'{text}' is no name in C++")
    return text


def namespace(text):
    for part in text.split("::"):
        identifier(part)
    return text


def arguments(argv):
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n", 1)[0],
        epilog=__doc__.split("\n\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("input", type=Path, metavar="INPUT", help=".tflite file, or folder")
    parser.add_argument(
        "--name", type=identifier, help="of function and files; default: the input's"
    )
    parser.add_argument("--namespace", type=namespace, default="models", help="default: models")
    parser.add_argument("--out", type=Path, default=Path("."), metavar="DIR", help="default: here")
    parser.add_argument(
        "--rounding",
        choices=("twice", "once"),
        default="twice",
        help="of int8, unless a program says otherwise: twice as TFLite's reference "
        "kernels and TFLite Micro (default), once as LiteRT's fast kernels",
    )
    parser.add_argument(
        "--only",
        choices=("model", "weights"),
        help="write this header only: `weights` leaves an edited model as it is",
    )
    return parser.parse_args(argv)


def default_name(path):
    stem = path.stem if path.is_file() else "_".join(path.resolve().parts[-2:])
    name = re.sub(r"_+", "_", re.sub(r"\W", "_", stem, flags=re.ASCII)).strip("_").lower()
    return (
        name if IDENTIFIER.fullmatch(name) and name not in RESERVED else f"model_{name}".rstrip("_")
    )


def shape_text(tensor):
    text = f"{tensor.element} {'x'.join(map(str, tensor.shape))}"
    if len(tensor.scales) == 1:
        text += (
            f", scale {float_text(tensor.scales[0])[:-1]}, zero point {int(tensor.zero_points[0])}"
        )
    return text


def ends(graph, which):
    """Inputs or outputs, in words."""
    indices = getattr(graph, which)
    tensors = "; ".join(shape_text(graph.tensors[k]) for k in indices)
    return f"{(which if len(indices) > 1 else which[:-1]).capitalize()}: {tensors}."


def main(argv=None):
    given = arguments(argv)
    sys.setrecursionlimit(20000)  # some ten for each operator
    try:
        if not given.input.exists():
            raise Unreadable(f"{given.input}: no such file or folder")
        graph = read_folder(given.input) if given.input.is_dir() else read_tflite(given.input)
        if not graph.inputs or not graph.outputs:
            raise Unreadable(f"{given.input}: the graph has no input or no output")
        simplify(graph)
        expression = Expression(graph)
        names = Names(given.name or default_name(given.input), given.namespace, given.rounding)
        definition = Definition(expression, names)
        missing = [
            f"{gap.operator.name} (operator {gap.operator.index}): {gap.reason}"
            for gap in expression.gaps
        ]
        about = [
            f"Made of {graph.source} by tflite_to_xenos.py; made to be read and changed.",
            ends(graph, "inputs"),
            ends(graph, "outputs"),
            *graph.notes,
            *(f"Note: {text}." for text in expression.remarks),
            *(f"NOT TRANSLATED: {text}." for text in missing),
        ]
        files = {
            "model": (f"{names.model}.hpp", lambda: model_header(definition, "\n".join(about))),
            "weights": (
                f"{names.model}_weights.hpp",
                lambda: weights_header(
                    definition,
                    f"The weights of {graph.source}, by tflite_to_xenos.py: generated, not to be "
                    "changed by hand.",
                    f"{names.model}.hpp",
                ),
            ),
        }
        texts = {name: make() for kind, (name, make) in files.items() if given.only in (None, kind)}
        given.out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (given.out / name).write_text(text)
    except Unreadable as error:
        print(f"tflite_to_xenos.py: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"tflite_to_xenos.py: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    for text in [*graph.notes, *expression.remarks]:
        print(f"note: {text}", file=sys.stderr)
    for text in missing:
        print(f"not translated: {text}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
