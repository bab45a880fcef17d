"""Makes an expression of a graph: a list of nodes, in which what forks and meets is a Fork."""

import re
from dataclasses import dataclass, replace

from from_tflite.graph import Unreadable
from from_tflite.operators import Missing, Model, image, is_int8, quantisation, rounded, translated
from from_tflite.stage import Fork, Input, Stage

ROOT = -2  # stands for what precedes the inputs


@dataclass
class Gap:
    """An operator that was not translated."""

    function: str
    operator: object
    reason: str


@dataclass
class Mark:
    """The place of a tensor, where a tap may be needed."""

    tensor: int


class Expression:
    """`nodes` of a graph, `gaps` where operators have no translation, and `remarks`."""

    def __init__(self, graph):
        self.model, self.graph = Model(graph), graph
        self.gaps, self.tapped, self.done = [], {}, set()
        self.producers = {k: op for op in graph.operators for k in op.outputs}
        self.find_dominators()
        if len(graph.outputs) == 1:
            nodes = self.path(graph.outputs[0], ROOT)
        else:
            base = self.common(graph.outputs)
            nodes = self.path(base, ROOT)
            nodes.append(Fork([self.path(k, base) for k in graph.outputs], Stage("outputs")))
        self.nodes = self.with_taps(nodes)
        self.gaps.sort(key=lambda gap: gap.operator.index)
        self.remarks = self.model.remarks

    def find_dominators(self):
        """For each tensor the last one before it that all ways from the inputs lead through."""
        inputs = self.graph.inputs
        self.above = {ROOT: None} | {k: ROOT for k in inputs}
        self.depth = {ROOT: 0} | {k: 1 for k in inputs}
        for op in self.graph.operators:
            sources = [k for k in self.model.data_inputs(op) if k in self.above]
            for k in op.outputs if sources else []:
                self.above[k] = self.common(sources)
                self.depth[k] = self.depth[self.above[k]] + 1
        for k in self.graph.outputs:
            if k not in self.above:
                raise Unreadable(
                    f"output '{self.graph.tensors[k].name}' does not depend on an input"
                )

    def common(self, tensors):
        """The last tensor that all ways to these lead through."""
        found = tensors[0]
        for other in tensors[1:]:
            while found != other:
                if self.depth[found] >= self.depth[other]:
                    found = self.above[found]
                else:
                    other = self.above[other]
        return found

    def path(self, tensor, base):
        """The nodes that make `tensor` of the stream `base`."""
        if tensor == base:
            return []
        if tensor in self.done:
            self.tapped.setdefault(tensor, f"t{len(self.tapped) + 1}")
            return [Stage(f'from<"{self.tapped[tensor]}">', once=True)]
        if tensor in self.graph.inputs:
            nodes = [self.input(tensor)]
        else:
            op = self.producers[tensor]
            if len(op.outputs) > 1:  # seen as one operator for each
                op = replace(
                    op, outputs=[tensor], options=op.options | {"part": op.outputs.index(tensor)}
                )
            nodes = self.made(op, base)
        self.done.add(tensor)
        return [*nodes, Mark(tensor)]

    def made(self, op, base):
        """The nodes that make what an operator writes, of the stream `base`."""
        stages, sources = self.stages(op), self.model.data_inputs(op)
        if any(k not in self.above for k in sources):
            raise Unreadable(f"{op.name} (operator {op.index}) reads what no input determines")
        if len(sources) == 1:
            return self.path(sources[0], base) + stages
        # What all branches need comes before them.
        above = self.common(sources)
        nodes = self.path(above, base)
        branches = [self.path(k, above) for k in sources]
        return [*nodes, Fork(branches, stages[0]), *stages[1:]]

    def stages(self, op):
        try:
            return translated(self.model, op)
        except Missing as why:
            word = re.sub(r"[^a-z0-9]+", "_", op.name.lower().removeprefix("custom")).strip("_")
            function = f"missing_{word or 'custom'}_{op.index}"
            function += f"_{op.options['part']}" if "part" in op.options else ""
            self.gaps.append(Gap(function, op, str(why)))
            return [Stage(function, own=True, call=True, once=True)]

    def input(self, tensor):
        t, number = self.graph.tensors[tensor], self.graph.inputs.index(tensor)
        if t.element not in ("float32", "int8"):
            raise Unreadable(
                f"input '{t.name}' is of {t.element}; xenos has inputs of float32 and int8"
            )
        try:
            shape = image(t)
            q = quantisation(t) if is_int8(t) else None
        except Missing as why:
            raise Unreadable(f"input '{t.name}': {why}") from why
        if shape[:2] == (1, 1):
            text = f"xn::vector({shape[2]})"
        elif len(t.shape) == 3:
            text = f"xn::sequence({shape[0]}, {shape[2]})"
        else:
            text = f"xn::hwc{{{', '.join(map(str, shape))}}}"
        return Input(
            "std::int8_t" if q else "float",
            text,
            rounded(q) if q else "",
            str(number) if len(self.graph.inputs) > 1 else "",
        )

    def with_taps(self, nodes):
        """Marks replaced by taps, or by nothing."""
        kept = []
        for node in nodes:
            if isinstance(node, Mark):
                if node.tensor in self.tapped:
                    kept.append(
                        Stage(f'tap<"{self.tapped[node.tensor]}">', follows=True, once=True)
                    )
            else:
                if isinstance(node, Fork):
                    node.branches = [self.with_taps(branch) for branch in node.branches]
                kept.append(node)
        return kept
