"""Finds what repeats in an expression, so that it is written once.

Two parts of a model are of one form when they differ at most in output channels, strides and
quantisations. A form becomes a function with those that differ as template parameters: residual
blocks and their bodies, and runs of stages that stand behind each other."""

from dataclasses import dataclass, field

from from_tflite.stage import Fork, Input, Stage


def residual_parts(fork):
    """(body, shortcut or None) if the fork is what xn::residual writes, operands in its order."""
    if fork.join.name not in ("add", "add_to") or len(fork.branches) != 2:
        return None
    first, second = fork.branches
    if not second or len(layers(first)) > len(layers(second)):
        return None
    return (second, first or None)


def in_text_order(fork):
    """The branches as they are written."""
    parts = residual_parts(fork)
    return fork.branches if parts is None else [p for p in parts if p is not None]


def layers(nodes):
    """The stages with weights, in the order in which they are written."""
    found = []
    for node in nodes:
        if isinstance(node, Fork):
            found += [s for branch in in_text_order(node) for s in layers(branch)]
        elif node.weights is not None:
            found.append(node)
    return found


def form(nodes):
    return tuple(
        (node.join.form(), *(form(branch) for branch in node.branches))
        if isinstance(node, Fork)
        else node.form()
        for node in nodes
    )


def holes(nodes):
    """What may differ between nodes of one form, as (stage, attribute, value)."""
    found = []
    for node in nodes:
        if isinstance(node, Fork):
            for branch in in_text_order(node):
                found += holes(branch)
            node = node.join
        found += [(node, key, value) for key, value in node.holes()]
    return found


def is_quantisation(hole):
    return hole[1] in ("to", None)


@dataclass
class Unit:
    """Some nodes of the main chain that belong to a family: what they are called, and the body in
    them that may have a function of its own."""

    nodes: list
    family: "Family"
    body: list | None = None
    path: str = ""  # of the weights
    number: int = 0

    def members(self):
        """(name, weights) of the layers."""
        return [(s.weights.name, s.weights) for s in layers(self.nodes)]

    def quantisations(self):
        """Member of the family's struct -> quantisation."""
        return {
            self.family.member[id(stage)]: value
            for stage, key, value in holes(self.nodes)
            if key in ("to", None)
        }


@dataclass
class Function:
    """A form with its parameters. `binding` has for each hole the text that stands there; `first`
    for each parameter the first hole that it fills."""

    name: str
    nodes: list
    family: "Family"
    units: list
    parameters: list = field(default_factory=list)
    first: list = field(default_factory=list)
    binding: list = field(default_factory=list)
    uses_quantisations: bool = False
    comment: str = ""


@dataclass
class Family:
    """Units that share functions. `varying`: members of its struct of quantisations."""

    name: str = ""
    units: list = field(default_factory=list)
    functions: dict = field(default_factory=dict)  # by form
    member: dict = field(default_factory=dict)  # of a stage, by id
    varying: list = field(default_factory=list)
    zero_points: dict = field(default_factory=dict)  # by member; empty if they vary
    kind: str = ""


def find_units(nodes):
    """The main chain with units in place of what repeats, and the families."""
    families = []
    chain = residual_units(list(nodes), families)
    chain = runs(chain, families)
    return chain, families


def follows_of(nodes, at):
    """The end of the stages that are written behind node `at`."""
    end = at + 1
    while (
        end < len(nodes)
        and isinstance(nodes[end], Stage)
        and nodes[end].follows
        and nodes[end].weights is None
        and not nodes[end].once
    ):
        end += 1
    return end


def residual_units(nodes, families):
    found = []  # (begin, end, body or None)
    for at, node in enumerate(nodes):
        if isinstance(node, Fork) and node.join.name != "outputs" and not once([node]):
            parts = residual_parts(node)
            body = parts[0] if parts and len(layers(parts[0])) > 1 else None
            found.append((at, follows_of(nodes, at), body))
    bodies = {form(body) for _, _, body in found if body}
    taken = set()
    for begin, end, _ in found:
        taken.update(range(begin, end))
    # A body without its shortcut in the main chain.
    for wanted in bodies:
        size = len(wanted)
        for at in range(len(nodes) - size + 1):
            place = range(at, at + size)
            if not taken & set(place) and form(nodes[at : at + size]) == wanted:
                found.append((at, at + size, nodes[at : at + size]))
                taken.update(place)
    groups = {}
    for begin, end, body in sorted(found, key=lambda f: f[0]):
        key = form(body) if body else form(nodes[begin:end])
        groups.setdefault(key, []).append((begin, end, body))
    chain, units = list(nodes), {}
    for key, places in groups.items():
        if len(places) < 2:
            continue
        family = Family(kind="residual" if places[0][2] else "fork")
        families.append(family)
        for begin, end, body in places:
            unit = Unit(nodes[begin:end], family, body)
            family.units.append(unit)
            units[begin] = (end, unit)
        forms = [form(unit.nodes) for unit in family.units]
        if places[0][2] and len(set(forms)) > 1:
            bodies_of = [unit.body for unit in family.units]
            family.functions[key] = Function("body", bodies_of[0], family, family.units)
        for one in dict.fromkeys(forms):
            same = [u for u in family.units if form(u.nodes) == one]
            if len(same) > 1 and one not in family.functions:
                family.functions[one] = Function("", same[0].nodes, family, same)
    for begin in sorted(units, reverse=True):
        end, unit = units[begin]
        chain[begin:end] = [unit]
    return chain


def once(nodes):
    """Whether there is something in nodes that stands in no function."""
    return any(
        node.join.once or any(once(branch) for branch in node.branches)
        if isinstance(node, Fork)
        else isinstance(node, Input) or node.once
        for node in nodes
    )


def runs(chain, families):
    """Replaces the longest runs of equal parts by units, then looks on both sides."""
    best = None
    tokens = [form([n]) if isinstance(n, Stage) and not n.once else object() for n in chain]
    for begin, node in enumerate(chain):
        if not isinstance(node, Stage) or node.weights is None:
            continue
        for period in range(2, (len(chain) - begin) // 2 + 1):
            end = begin + period
            while tokens[end : end + period] == tokens[begin : begin + period]:
                end += period
            covered = end - begin
            if covered > period and (
                best is None or (covered, -period) > (best[1] - best[0], -best[2])
            ):
                best = (begin, end, period)
    if best is None:
        return chain
    begin, end, period = best
    family = Family(kind="run")
    for at in range(begin, end, period):
        family.units.append(Unit(chain[at : at + period], family))
    before = runs(chain[:begin], families)
    families.append(family)
    after = runs(chain[end:], families)
    key = form(family.units[0].nodes)
    family.functions[key] = Function("", family.units[0].nodes, family, family.units)
    return [*before, *family.units, *after]
