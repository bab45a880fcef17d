"""Names of layers, blocks and parameters."""

from from_tflite.blocks import Unit, form, holes, is_quantisation, layers, residual_parts
from from_tflite.stage import Fork, value_text

KINDS = {
    "conv2d": "conv",
    "depthwise2d": "depthwise",
    "dense": "dense",
    "transposed_conv2d": "transposed_conv",
    "prelu": "alpha",
    "prelu_to": "alpha",
    "add_constant": "offset",
    "add_constant_to": "offset",
    "mul_constant": "factor",
    "mul_constant_to": "factor",
}
ORDINALS = ("first", "second", "third", "fourth", "fifth")


def is_pointwise(stage):
    return stage.name == "conv2d" and stage.attributes["kernel"] == (1, 1)


def pattern(stages):
    """What a sequence of layers is known as, or ""."""
    if len(stages) == 2 and stages[0].name == "depthwise2d" and is_pointwise(stages[1]):
        return "separable"
    if (
        len(stages) == 3
        and stages[1].name == "depthwise2d"
        and is_pointwise(stages[0])
        and is_pointwise(stages[2])
    ):
        return "bottleneck"
    return ""


def numbered(kinds):
    """Kinds, with numbers where there are several of one."""
    seen, names = {}, []
    for kind in kinds:
        seen[kind] = seen.get(kind, 0) + 1
        names.append(f"{kind}{seen[kind]}" if kinds.count(kind) > 1 else kind)
    return names


def role_names(stages):
    """Names of the layers of a block."""
    known = {
        "separable": ("depthwise", "pointwise"),
        "bottleneck": ("expand", "depthwise", "project"),
    }
    if pattern(stages):
        return known[pattern(stages)]
    kinds = [KINDS[s.name] for s in stages]
    if len(set(kinds)) == 1 and 1 < len(kinds) <= len(ORDINALS):
        return ORDINALS[: len(kinds)]
    return numbered(kinds)


def name_unit(unit):
    """Names the layers and the quantisations of a unit."""
    body = unit.body or unit.nodes
    for stage, name in zip(layers(body), role_names(layers(body))):
        stage.weights.name = name
    inner = {id(s) for s in layers(body)}
    others = [s for s in layers(unit.nodes) if id(s) not in inner]
    for stage, name in zip(others, numbered(["shortcut"] * len(others))):
        stage.weights.name = name
    words = {"add_to": "sum", "mul_to": "product", "quantize": "quantised"}

    def word(stage):
        return words.get(stage.name) or stage.name.removeprefix("reduce_").removesuffix("_to")

    found = [(stage, key) for stage, key, _ in holes(unit.nodes) if key in ("to", None)]
    rest = [stage for stage, _ in found if stage.weights is None]
    names = dict(zip(map(id, rest), numbered(list(map(word, rest)))))
    for stage, _ in found:
        unit.family.member[id(stage)] = names.get(id(stage)) or stage.weights.name


def name_families(families, model):
    """Names families, their functions and the parameters of these."""
    for family in families:
        for unit in family.units:
            name_unit(unit)
        stages = layers(family.units[0].body or family.units[0].nodes)
        family.pattern = pattern(stages)
        if len(layers(family.units[0].nodes)) == 1 and all(
            len(u.members()) == 1 for u in family.units
        ):
            family.single = True
            family.base = KINDS[stages[0].name]
        else:
            family.single = False
            family.base = (
                "bottleneck"
                if family.pattern == "bottleneck"
                else {"residual": "stack"}.get(family.kind, "block")
            )
    bases = [family.base for family in families]
    seen = {}
    for family in families:
        number = seen[family.base] = seen.get(family.base, -1) + 1
        family.suffix = f"_{letters(number)}" if bases.count(family.base) > 1 else ""
        family.name = family.base + family.suffix
        vary(family)
        forms = [function for function in family.functions.values() if function.name != "body"]
        for function in family.functions.values():
            part = (
                "_body"
                if function.name == "body"
                else f"_form{forms.index(function) + 1}"
                if len(forms) > 1
                else ""
            )
            function.comment = comment(function)
            function.name = f"{model}_{family.name}{part}"
            parametrise(function)


def letters(number):
    """a, b, ..., z, ba, bb, ..."""
    return (letters(number // 26) if number > 25 else "") + chr(ord("a") + number % 26)


def vary(family):
    """Which quantisations differ between the units of a family."""
    values = {}
    # In the order of the unit that has most.
    for unit in sorted(family.units, key=lambda u: -len(u.quantisations())):
        for name, q in unit.quantisations().items():
            values.setdefault(name, []).append(q)
    family.varying = [name for name, all_of in values.items() if len(set(all_of)) > 1]
    zeros = {name: {q.zero_point for q in values[name]} for name in family.varying}
    if all(len(found) == 1 for found in zeros.values()):
        family.zero_points = {name: found.pop() for name, found in zeros.items()}
    family.alone = len(family.varying) == 1
    if family.alone:
        family.zero_points = {}
    family.complete = all(len(values[name]) == len(family.units) for name in family.varying)


def part_of(function, unit):
    """The nodes of a unit that a function stands for."""
    return unit.body if form(function.nodes) != form(unit.nodes) else unit.nodes


def parametrise(function):
    family = function.family
    columns = list(zip(*(holes(part_of(function, unit)) for unit in function.units)))
    vectors, wide = {}, set()
    for index, column in enumerate(columns):
        values = tuple(hole[2] for hole in column)
        if not is_quantisation(column[0]) and len(set(values)) > 1:
            vectors.setdefault(values, []).append(index)
            wide.add((column[0][1], values))
    outs = sum(key == "out" for key, _ in wide)
    names = {}
    for values, indices in vectors.items():
        stage, key, _ = columns[indices[0]][0]
        name = "Stride" if key == "stride" else "Out"
        if key == "out" and outs > 1 and stage is not layers(function.nodes)[-1]:
            name = stage.weights.name.title().replace("_", "")
        while name in names.values():
            name += "2"
        names[values] = name
        function.parameters.append(f"int {name}")
        function.first.append(indices[0])
    word = quantisation_parameter(family)
    for column in columns:
        stage, _, value = column[0]
        if is_quantisation(column[0]):
            member = family.member[id(stage)]
            if member not in family.varying:
                text = value_text(value)
            elif family.alone:
                text = word
            elif family.zero_points:
                text = f"{{{word}.{member}, {family.zero_points[member]}}}"
            else:
                text = f"{word}.{member}"
            if column[0][1] is None and text.startswith("{"):  # an argument of a template
                text = f"xn::quantisation{text}"
            function.uses_quantisations |= member in family.varying
        else:
            text = names.get(tuple(hole[2] for hole in column)) or value_text(value)
        function.binding.append(text)


def quantisation_parameter(family):
    return "Scales" if family.zero_points else "Q"


def quantisation_type(family, model):
    if family.alone:
        return "xn::quantisation"
    return f"{model}_{family.name}_{'scales' if family.zero_points else 'quantisation'}"


def comment(function):
    """What a function is, in words."""
    if function.name == "body":
        return "The layers of a residual block."
    node = function.nodes[0]
    if isinstance(node, Fork):
        parts = residual_parts(node)
        if parts is None:
            return f"What repeats: {len(node.branches)} branches."
        return "A residual block" + (" with a shortcut." if parts[1] else ".")
    known = {
        "separable": "A depthwise and a pointwise convolution.",
        "bottleneck": "Channels are expanded, filtered depth-wise and projected.",
    }
    return known.get(pattern(layers(function.nodes)), "Layers that repeat.")


def name_chain(chain):
    """Names the layers that are in no unit, and the members that hold the weights of units."""
    every = layers(
        [n for node in chain for n in (node.nodes if isinstance(node, Unit) else [node])]
    )
    ended = any(getattr(node, "name", "") == "softmax" for node in chain)
    named, kinds = [], []
    for node in chain:
        if not isinstance(node, Unit):
            for stage in layers([node]):
                kind = KINDS[stage.name]
                if stage is every[0] and stage.name == "conv2d" and len(every) > 1:
                    kind = "stem"
                elif stage is every[-1] and stage.name == "dense" and len(every) > 1:
                    kind = "classifier" if ended else "last"
                named.append(stage.weights)
                kinds.append(kind)
        elif node.family.single and not node.family.equal:
            named.append(node)
            kinds.append(node.family.base)
    for thing, name in zip(named, numbered(kinds)):
        thing.name = name
    for unit in [node for node in chain if isinstance(node, Unit)]:
        family = unit.family
        if family.equal:
            unit.name = f"{family.array}[{unit.number}]"
        elif not family.single:
            unit.name = f"{family.base}{unit.number + 1}{family.suffix}"
        unit.path = f"w.{unit.name}"


def place(family):
    """Numbers the units of a family. `equal`: weights are of one type and stand in `array`."""
    types = [[(name, w.type_text()) for name, w in unit.members()] for unit in family.units]
    family.equal = all(t == types[0] for t in types)
    family.array = f"{family.base}{'_layers' if family.single else 's'}{family.suffix}"
    for number, unit in enumerate(family.units):
        unit.number = number
        if family.single:
            for stage in layers(unit.nodes):
                stage.weights.name = ""
