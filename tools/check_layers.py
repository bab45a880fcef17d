#!/usr/bin/env python3
"""Checks the structure of include/xenos: who includes whom, and what the device path may use.

usage: check_layers.py [root of the project]
"""

import re
import sys
from pathlib import Path

# A folder includes only itself and folders before it.
LAYERS = ["config", "core", "ops", "expr", "target", "plan", "kernels", "exec", "model", "cluster",
          "report", "interop"]
# Folders that see even less than their place in the list allows.
FORBIDDEN_LAYERS = {"kernels": {"expr", "plan"}, "plan": {"ops", "expr"}}

# Everything from config to model runs on devices, except what is named here.
DEVICE_LAYERS = set(LAYERS[:LAYERS.index("model") + 1])
HOST_ONLY_HEADERS = {"exec/threads.hpp", "exec/transport_thread.hpp"}
HOST_ONLY_STD = {"filesystem", "fstream", "functional", "iostream", "locale", "mutex", "sstream",
                 "stdexcept", "string", "thread", "vector"}

# Third-party headers and the folders that may include them.
THIRD_PARTY = {"Eigen/": {"interop"}, "mpi.h": {"cluster"}, "xsimd/": {"interop"}}

MAX_LINES = 400
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
NAMESPACE = re.compile(r"^namespace xenos\b(?!::inline XENOS_ABI\b)", re.MULTILINE)


def layer_of(name):
    """Folder of a header given relative to include/xenos; empty for the umbrella."""
    return name.split("/")[0] if "/" in name else ""


class Tree:
    """All headers with their text and their includes."""

    def __init__(self, root):
        self.folder = Path(root) / "include" / "xenos"
        self.text = {str(path.relative_to(self.folder)): path.read_text()
                     for path in sorted(self.folder.rglob("*.hpp"))}
        self.includes = {name: INCLUDE.findall(text) for name, text in self.text.items()}

    def own(self, name):
        """Headers of the library that a header includes, relative to include/xenos."""
        return [target[len("xenos/"):] for _, target in self.includes[name]
                if target.startswith("xenos/")]

    def reached(self, name):
        """A header and all headers of the library that it includes, directly or not."""
        seen, todo = set(), [name]
        while todo:
            current = todo.pop()
            if current not in seen and current in self.text:
                seen.add(current)
                todo += self.own(current)
        return seen


def check_header(tree, name):
    """Yields what is wrong with one header."""
    layer = layer_of(name)
    text = tree.text[name]
    if layer and layer not in LAYERS:
        yield f"the folder {layer}/ is not a layer"
        return
    if text.count("\n") > MAX_LINES:
        yield f"{text.count(chr(10))} lines; at most {MAX_LINES}"
    if "#pragma once" not in text:
        yield "#pragma once is missing"
    if NAMESPACE.search(text):
        yield "write `namespace xenos::inline XENOS_ABI`"

    for quote, target in tree.includes[name]:
        if quote == '"':
            yield f'#include "{target}": write <xenos/...>'
        if target.startswith("xenos/"):
            other = layer_of(target[len("xenos/"):])
            if target[len("xenos/"):] not in tree.text:
                yield f"<{target}> does not exist"
            elif layer and (not other or LAYERS.index(other) > LAYERS.index(layer)):
                yield f"{layer} may not include <{target}>: it stands below"
            elif other in FORBIDDEN_LAYERS.get(layer, set()):
                yield f"{layer} may not include <{target}>"
        for prefix, allowed in THIRD_PARTY.items():
            if target.startswith(prefix) and layer not in allowed:
                yield f"<{target}> belongs to {', '.join(sorted(allowed))}"
        if layer in DEVICE_LAYERS and name not in HOST_ONLY_HEADERS and target in HOST_ONLY_STD:
            yield f"<{target}> is not for devices"


def check_umbrella(tree):
    """Yields what the umbrella reaches and must not."""
    for name in sorted(tree.reached("xenos.hpp") - {"xenos.hpp"}):
        if layer_of(name) not in DEVICE_LAYERS or name in HOST_ONLY_HEADERS:
            yield f"reaches <xenos/{name}>, which is for hosts"
    for _, target in tree.includes.get("xenos.hpp", []):
        if target in HOST_ONLY_STD:
            yield f"<{target}> is not for devices"


def main():
    tree = Tree(sys.argv[1] if len(sys.argv) > 1 else ".")
    if not tree.text:
        sys.exit(f"{tree.folder}: no headers")
    faults = [f"include/xenos/{name}: {fault}"
              for name in tree.text for fault in check_header(tree, name)]
    faults += [f"include/xenos/xenos.hpp: {fault}" for fault in check_umbrella(tree)]
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(tree.text)} headers keep the order of layers")


if __name__ == "__main__":
    main()
