"""Writes the two headers: the model's definition, and its weights as constants."""

import textwrap

from from_tflite.blocks import Unit, find_units, form, layers
from from_tflite.layout import LIMIT, chain_lines, function_lines, main_pieces
from from_tflite.naming import (
    name_chain,
    name_families,
    place,
    quantisation_parameter,
    quantisation_type,
)
from from_tflite.stage import float_text


class Names:
    def __init__(self, model, namespace, rounding):
        self.model, self.namespace, self.rounding = model, namespace, rounding
        self.weights = f"{model}_weights"
        self.values = f"{model}_values"
        self.trained = f"trained_{model}"


class Definition:
    """A model in the words of the headers: its chain with units, families, and named layers."""

    def __init__(self, expression, names):
        self.names, self.expression = names, expression
        self.chain, self.families = find_units(expression.nodes)
        name_families(self.families, names.model)
        for family in self.families:
            place(family)
        name_chain(self.chain)
        self.integers = any("Round" in stage.text(["?"] * 4) for stage in flat(self.nodes()))

    def nodes(self):
        return [
            n for node in self.chain for n in (node.nodes if isinstance(node, Unit) else [node])
        ]


def flat(nodes):
    """All stages and inputs of a list of nodes, those of branches too."""
    found = []
    for node in nodes:
        if hasattr(node, "branches"):
            for branch in node.branches:
                found += flat(branch)
            found.append(node.join)
        else:
            found.append(node)
    return found


# --- the definition -------------------------------------------------------------------------------


def comment_lines(text, indent="// "):
    lines = []
    for paragraph in text.split("\n"):
        lines += textwrap.wrap(
            paragraph,
            LIMIT,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
        ) or [indent.rstrip()]
    return lines


def member_lines(members, indent):
    """Declarations; neighbours of one type share one."""
    lines, k = [], 0
    while k < len(members):
        end = k + 1
        while end < len(members) and members[end][1].type_text() == members[k][1].type_text():
            end += 1
        names = ", ".join(name for name, _ in members[k:end])
        lines.append(f"{indent}{members[k][1].type_text()} {names};")
        k = end
    return lines


def template_of(family):
    """For units that differ in extents only: the parameters, their values for each unit, and the
    types of members with parameters in them; None if a template does not pay."""
    members = [unit.members() for unit in family.units]
    shapes = {
        tuple((n, w.order, len(w.extents), w.type_text().rsplit("}", 1)[-1]) for n, w in m)
        for m in members
    }
    if len(shapes) != 1 or len(family.units) < 3 or family.single:
        return None
    columns = {}
    for k, (name, weights) in enumerate(members[0]):
        for axis in range(len(weights.extents)):
            values = tuple(m[k][1].extents[axis] for m in members)
            if len(set(values)) > 1:
                columns.setdefault(values, []).append((k, axis))
    named = {}
    for values, places in columns.items():
        first, axis = places[0]
        order = members[0][first][1].order
        last = len(members[0]) - 1
        if first == 0 and (order == "hwo" or axis == len(members[0][0][1].extents) - 1):
            named[values] = "In"
        elif any(k == last and members[0][k][1].order != "hwo" and a == 0 for k, a in places):
            named[values] = "Out"
        else:
            named[values] = members[0][first][0].title()
    if len(set(named.values())) < len(named):
        return None
    ordered = sorted(named, key=lambda v: (named[v] != "In", named[v] == "Out"))
    types = []
    for k, (name, weights) in enumerate(members[0]):
        extents = [
            named.get(tuple(m[k][1].extents[axis] for m in members), weights.extents[axis])
            for axis in range(len(weights.extents))
        ]
        types.append(f"{weights.type_text(extents)} {name};")
    return (
        [named[v] for v in ordered],
        [[v[k] for v in ordered] for k in range(len(members))],
        types,
    )


def weights_lines(definition):
    """The struct of the model's weights."""
    lines = [f"struct {definition.names.weights} {{"]
    declared = set()
    body = []
    for node in definition.chain:
        if isinstance(node, Unit):
            family = node.family
            if not node.members():
                continue
            if family.single:
                if family.equal and node.number == 0:
                    kind = node.members()[0][1].type_text()
                    body.append(f"  {kind} {family.array}[{len(family.units)}];")
                elif not family.equal:
                    body += [f"  {node.members()[0][1].type_text()} {node.name};"]
            elif family.equal:
                if node.number == 0:
                    lines += [
                        f"  struct {family.name} {{",
                        *member_lines(node.members(), "    "),
                        "  };",
                    ]
                    body.append(f"  {family.name} {family.array}[{len(family.units)}];")
            elif template_of(family):
                parameters, arguments, types = template_of(family)
                if id(family) not in declared:
                    declared.add(id(family))
                    lines += [
                        f"  template <{', '.join('int ' + p for p in parameters)}>",
                        f"  struct {family.name} {{",
                        *("    " + t for t in types),
                        "  };",
                    ]
                values = ", ".join(map(str, arguments[node.number]))
                body.append(f"  {family.name}<{values}> {node.name};")
            else:
                body += ["  struct {", *member_lines(node.members(), "    "), f"  }} {node.name};"]
        else:
            body += member_lines([(s.weights.name, s.weights) for s in layers([node])], "  ")
    return [*lines, *body, "};"] if body else [f"{lines[0]}}};"]


def quantisation_struct(family, model):
    """The struct of what differs between the quantisations of a family's units."""
    kind = "float" if family.zero_points else "xn::quantisation"
    rest = "" if family.complete else "{}"
    names = ", ".join(name + rest for name in family.varying)
    zeros = " Their zero points are in the function." if family.zero_points else ""
    what = "The scales behind" if family.zero_points else "What the integers stand for behind"
    return [
        *comment_lines(f"{what} the layers of a {family.name}.{zeros}", "/// "),
        f"struct {quantisation_type(family, model)} {{",
        f"  {kind} {names};",
        "};",
    ]


def quantisation_values(unit, model):
    """A value of that struct, as an expression."""
    family, own = unit.family, unit.quantisations()
    if family.alone:
        return f"xn::quantisation{own[family.varying[0]].text()}"
    values = {n: own[n] for n in family.varying if n in own}
    texts = {n: float_text(q.scale) if family.zero_points else q.text() for n, q in values.items()}
    if family.zero_points and family.complete:
        return f"{quantisation_type(family, model)}{{{', '.join(texts.values())}}}"
    named = ", ".join(f".{name} = {text}" for name, text in texts.items())
    return f"{quantisation_type(family, model)}{{{named}}}"


def is_short(family):
    """Whether the quantisations of its units are written where they are used."""
    if family.alone:
        return True
    return (
        family.zero_points
        and family.complete
        and len(family.varying) <= 2
        and all(form(unit.nodes) in family.functions for unit in family.units)
    )


def constant_name(unit):
    return f"{unit.family.base}{unit.number + 1}{unit.family.suffix}"


def local_constants(definition):
    """Constants in the model's function: the quantisations of units that have many."""
    lines = []
    for family in definition.families:
        if not family.varying or is_short(family):
            continue
        for unit in family.units:
            kind = quantisation_type(family, definition.names.model)
            value = quantisation_values(unit, definition.names.model)[len(kind) :]
            head = f"  constexpr {kind} {constant_name(unit)}"
            if len(head) + len(value) < LIMIT:
                lines.append(f"{head}{value};")
            else:
                parts = value[1:-1].split(", .")
                parts = [parts[0], *("." + p for p in parts[1:])]
                pad = " " * (len(head) + 1)
                lines += [
                    f"{head}{{{parts[0]},",
                    *(f"{pad}{p}," for p in parts[1:-1]),
                    f"{pad}{parts[-1]}}};",
                ]
    return lines


def weights_argument(function, names):
    family = function.family
    if not layers(function.nodes):
        return ""
    if family.equal and not family.single:
        return f"const {names.weights}::{family.name}& w"
    return "const auto& w"


def gap_lines(gap, graph):
    """The function that is to be written by hand."""
    op = gap.operator
    shapes = [
        f"{graph.tensors[k].element} {'x'.join(map(str, graph.tensors[k].shape))}"
        f"{' (constant)' if graph.tensors[k].data is not None else ''}"
        for k in op.inputs
        if k != -1
    ]
    made = [
        f"{graph.tensors[k].element} {'x'.join(map(str, graph.tensors[k].shape))}"
        for k in op.outputs
    ]
    text = (
        f"TO BE WRITTEN: {op.name} (operator {op.index}), of {', '.join(shapes) or 'nothing'} to "
        f"{', '.join(made)}. Not translated: {gap.reason}. Replace the assertion, and xn::identity "
        "by the stages that compute it."
    )
    return [
        *comment_lines(text, "/// "),
        f"constexpr auto {gap.function}() {{",
        f'  static_assert(sizeof(xn::input<float, xn::vector(1)>) == 0, "write {gap.function}");',
        "  return xn::identity;",
        "}",
    ]


def model_header(definition, about):
    """The text of the first header. `about`: what its comment says."""
    names, expression = definition.names, definition.expression
    body = []
    for gap in expression.gaps:
        body += gap_lines(gap, expression.graph) + [""]
    for family in definition.families:
        if family.varying and not family.alone:
            body += quantisation_struct(family, names.model)
        for function in family.functions.values():
            parameters = list(function.parameters)
            if function.uses_quantisations:
                parameters.append(
                    f"{quantisation_type(family, names.model)} {quantisation_parameter(family)}"
                )
            body.append(f"/// {function.comment}")
            if parameters:
                body.append(f"template <{', '.join(parameters)}>")
            lines = function_lines(function)
            body += [
                f"constexpr auto {function.name}({weights_argument(function, names)}) {{",
                f"  return {lines[0]}",
                *lines[1:],
            ]
            body[-1] += ";"
            body.append("}")
        body.append("")
    if definition.integers:
        body += [
            "/// `Round`: as the runtime to be matched rounds.",
            f"template <xn::rounding Round = xn::rounding::{names.rounding}>",
        ]
    weighted = any(layers([n]) for n in definition.nodes())
    body.append(
        f"constexpr auto {names.model}(const {names.weights}&{' w' if weighted else ''}) {{"
    )
    body += local_constants(definition)

    def argument(unit):
        if is_short(unit.family):
            return quantisation_values(unit, names.model)
        return constant_name(unit)

    lines = chain_lines(main_pieces(definition.chain, argument), 9)
    body += [f"  return {lines[0]}", *lines[1:]]
    body[-1] += ";"
    return "\n".join(
        [
            *comment_lines(about),
            "#pragma once",
            "",
            "#include <xenos/xenos.hpp>",
            "",
            f"namespace {names.namespace} {{",
            "",
            "namespace xn = xenos;",
            "",
            *weights_lines(definition),
            "",
            "// clang-format off",
            *body,
            "}",
            "// clang-format on",
            "",
            f"}}  // namespace {names.namespace}",
            "",
        ]
    )


# --- the weights ----------------------------------------------------------------------------------


def fingerprint(nodes):
    """What the program's `fingerprint()` is: FNV-1a of weights, scales and bias, stage by stage."""
    value = 2166136261
    for stage in flat(nodes):
        for tensor in stage.weights.tensors.values() if stage.weights else ():
            for byte in tensor.data:
                value = (value ^ byte) * 16777619 % 2**32
    return value


C_TYPES = {"float32": "float", "int8": "std::int8_t", "int32": "std::int32_t"}


def array_lines(name, tensor):
    texts = (
        [float_text(v) for v in tensor.values()]
        if tensor.element == "float32"
        else [str(v) for v in tensor.values()]
    )
    lines = textwrap.wrap(
        ", ".join(texts),
        LIMIT,
        initial_indent="    ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [
        f"inline constexpr {C_TYPES[tensor.element]} {name}[{len(texts)}] = {{",
        *lines[:-1],
        lines[-1] + "};",
    ]


def weights_header(definition, about, model_file):
    """The text of the second header: arrays, and a constant of the weights' struct."""
    names, arrays = definition.names, []

    def value(weights, prefix):
        parts = []
        for role, tensor in weights.tensors.items():
            whole = f"{prefix}_{role}"
            arrays.extend(array_lines(whole, tensor))
            parts.append(f"{names.values}::{whole}")
        return "{" + ", ".join(parts) + "}" if weights.order != "channel_weights" else parts[0]

    def unit_value(unit):
        prefix = unit.name.replace("[", "").replace("]", "")
        if unit.family.single:
            return value(unit.members()[0][1], prefix)
        values = [f".{n} = {value(w, f'{prefix}_{n}')}" for n, w in unit.members()]
        return "{" + ",\n         ".join(values) + "}"

    members = []
    for node in definition.chain:
        if not isinstance(node, Unit):
            members += [
                f".{s.weights.name} = {value(s.weights, s.weights.name)}" for s in layers([node])
            ]
        elif not node.members():
            continue
        elif not node.family.equal:
            members.append(f".{node.name} = {unit_value(node)}")
        elif node.number == 0:
            inner = ",\n        ".join(unit_value(unit) for unit in node.family.units)
            members.append(f".{node.family.array} = {{\n        {inner}}}")
    joined = ",\n    ".join(members)
    return "\n".join(
        [
            *comment_lines(about),
            "#pragma once",
            "",
            "#include <cstdint>",
            "",
            f'#include "{model_file}"',
            "",
            f"namespace {names.namespace} {{",
            "",
            "// clang-format off",
            f"namespace {names.values} {{",
            "",
            *arrays,
            "",
            f"}}  // namespace {names.values}",
            "",
            f"inline constexpr {names.weights} {names.trained}{{",
            f"    {joined}}};",
            "// clang-format on",
            "",
            "/// What `fingerprint()` of its program is.",
            f"inline constexpr std::uint32_t {names.model}_fingerprint = "
            f"{fingerprint(definition.nodes()):#010x};",
            "",
            f"}}  // namespace {names.namespace}",
            "",
        ]
    )
