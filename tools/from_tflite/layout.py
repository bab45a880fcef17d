"""Lays out an expression in lines, in the manner of the models in examples/."""

from from_tflite.blocks import Unit, form, holes, in_text_order, layers, residual_parts
from from_tflite.naming import part_of, quantisation_parameter
from from_tflite.stage import Fork, value_text

LIMIT = 100


class Piece:
    """What stands between two |: its lines for a column, and whether it likes to stand behind
    another."""

    def __init__(self, text, follows=False, call=False):
        self.text, self.follows, self.call = text, follows, call

    def lines(self, _):
        return [self.text]


class Branches(Piece):
    """A call whose arguments are chains."""

    def __init__(self, head, chains):
        super().__init__("")
        self.head, self.chains, self.known = head, chains, {}

    def lines(self, column):
        if column not in self.known:
            self.known[column] = self.laid_out(column)
        return self.known[column]

    def laid_out(self, column):
        flat = [" | ".join(p.lines(0)[0] for p in chain) for chain in self.chains]
        single = f"{self.head}({', '.join(flat)})"
        if (
            all(len(p.lines(0)) == 1 for c in self.chains for p in c)
            and column + len(single) <= LIMIT
        ):
            return [single]
        inner, found = column + len(self.head) + 1, []
        if inner > 40:
            inner = column + 4
        for k, chain in enumerate(self.chains):
            lines = chain_lines(chain, inner)
            lines[-1] += ")" if k + 1 == len(self.chains) else ","
            found += [" " * inner + lines[0], *lines[1:]]
        if inner == column + 4:
            return [self.head + "(", *found]
        return [self.head + "(" + found[0].lstrip(), *found[1:]]


def chain_lines(pieces, column):
    """Lines of a chain whose text begins in `column`; the first without its indentation."""
    groups = []  # of pieces that may stand on one line
    for piece in pieces:
        alone = len(piece.lines(column)) > 1
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and not alone
            and len(last.lines(column)) == 1
            and (piece.follows or piece.call and last.call)
        ):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    lines = []
    for group in groups:
        for row in rows(group, LIMIT - column):
            texts = [text for piece in row for text in piece.lines(column)]
            found = [" | ".join(texts)] if len(row) > 1 else texts
            lines += found if not lines else [" " * (column - 2) + "| " + found[0], *found[1:]]
    return lines


def rows(group, width):
    """Cuts a group into rows of at most so many characters; calls in equal numbers."""
    filled = [[group[0]]]
    for piece in group[1:]:
        used = sum(len(p.lines(0)[0]) + 3 for p in filled[-1])
        if used + len(piece.lines(0)[0]) <= width:
            filled[-1].append(piece)
        else:
            filled.append([piece])
    if len(filled) > 1 and all(piece.call for piece in group):
        each = -(-len(group) // len(filled))
        filled = [group[k : k + each] for k in range(0, len(group), each)]
    return filled


class Writer:
    """Makes pieces of nodes. `path`: how weights are reached, "w" or what is before the dot."""

    def __init__(self, literals):
        self.literals = literals  # for a unit its argument that holds the quantisations

    def chain(self, nodes, texts, path):
        """Pieces of a chain; takes the texts of its holes from the iterator `texts`."""
        pieces = []
        for node in nodes:
            pieces += self.node(node, texts, path)
        return pieces or [Piece("xn::identity")]

    def node(self, node, texts, path):
        if isinstance(node, Fork):
            return self.fork(node, texts, path)
        mine = [next(texts) for _ in node.holes()]
        weights = ""
        if node.weights is not None:
            weights = f"{path}.{node.weights.name}" if node.weights.name else path
        return [Piece(node.text(mine, weights), node.follows)]

    def fork(self, node, texts, path):
        chains = [self.branch(branch, texts, path) for branch in in_text_order(node)]
        join = node.join.text([next(texts) for _ in node.join.holes()])
        if node.join.name == "outputs":
            return [Branches("xn::outputs", chains)]
        if residual_parts(node) is None:
            return [Branches("xn::fork", chains), Piece(join, True)]
        argument = join[join.index("<") :] if "<" in join else ""
        return [Branches("xn::residual" + argument, chains)]

    def branch(self, nodes, texts, path):
        return self.chain(nodes, texts, path)


class UnitWriter(Writer):
    """The same of a unit's nodes: its body may be a call."""

    def __init__(self, unit, literals):
        super().__init__(literals)
        self.unit = unit

    def branch(self, nodes, texts, path):
        function = self.unit.family.functions.get(form(nodes)) if self.unit.body is nodes else None
        if function is None or part_of(function, self.unit) is not nodes:
            return self.chain(nodes, texts, path)
        mine = [next(texts) for _ in holes(nodes)]
        return [call(function, mine, self.literals, path)]


def call(function, texts, quantisations, path):
    """A call of a function, of whose holes these are the texts."""
    arguments = [texts[k] for k in function.first]
    if function.uses_quantisations:
        arguments.append(quantisations)
    weights = path if layers(function.nodes) else ""
    return Piece(
        function.name + (f"<{', '.join(arguments)}>" if arguments else "") + f"({weights})",
        call=True,
    )


def function_lines(function):
    """The body of a function: an expression, in lines."""
    word = quantisation_parameter(function.family)
    unit = function.units[0]
    nodes = part_of(function, unit)
    pieces = (
        UnitWriter(unit, word).chain(nodes, iter(function.binding), "w")
        if nodes is not unit.body
        else Writer(word).chain(nodes, iter(function.binding), "w")
    )
    return chain_lines(pieces, 9)


def main_pieces(chain, quantisations):
    """The pieces of the main chain. `quantisations`: of a unit, the text of its argument."""
    pieces = []
    for node in chain:
        if not isinstance(node, Unit):
            pieces += Writer("").node(node, literal(holes([node])), "w")
            continue
        texts = literal_of_unit(node, quantisations(node))
        function = node.family.functions.get(form(node.nodes))
        if function is not None:
            pieces.append(call(function, texts, quantisations(node), node.path))
        else:
            pieces += UnitWriter(node, quantisations(node)).chain(
                node.nodes, iter(texts), node.path
            )
    return pieces


def literal(found):
    """Values as they stand in the main chain."""
    return iter(
        [
            value_text(value) if key is not None else f"xn::quantisation{value_text(value)}"
            for _, key, value in found
        ]
    )


def literal_of_unit(unit, argument):
    """The same of a unit, whose quantisations may be members of a constant."""
    texts = []
    for stage, key, value in holes(unit.nodes):
        member = unit.family.member.get(id(stage))
        if key in ("to", None) and member in unit.family.varying and not argument.endswith("}"):
            plain = f"{argument}.{member}"
            texts.append(
                plain
                if not unit.family.zero_points
                else f"{'xn::quantisation' if key is None else ''}{{{plain}, "
                f"{unit.family.zero_points[member]}}}"
            )
        else:
            texts.append(next(literal([(stage, key, value)])))
    return texts
