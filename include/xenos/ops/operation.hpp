// What an operation is: a value with attributes, a shape, a window and a scalar definition.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/fault.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/shape.hpp>
#include <xenos/core/weights.hpp>

#include <concepts>

namespace xenos::inline XENOS_ABI {

/// The extents of the weight views a stage takes, in order. The first `required` must be given.
struct parameters {
  int count = 0;
  int required = 0;
  filter at[4] = {};
  // Of operations on integers, which convert nothing: the element types, and a view that may also
  // have one element for all channels.
  bool typed = false;
  dtype type[4] = {};
  int shared = -1;
};

// clang-format off
/// An operation is a structural value: its members are its attributes, so that a stage is
/// `stage<conv{.out = 64}>`. The planner sees only what these members tell it:
///   name                  for messages and explain; static storage
///   map                   its mapping class
///   arity                 streams it reads; 0: any number, at least one; absent: 1
///   check(shapes)         -> fault        whether it accepts streams of these shapes
///   output(shapes)        -> shape        the shape it makes of accepted ones
///   reads(shapes, input)  -> access       which rows and columns an output row needs
///   params(shapes)        -> parameters   extents of its weight views; absent: none
///   macs(shapes)          -> int64        multiply-accumulates of the whole tensor; absent: 0
///   takes_epilogue        false when no follower may run on its values; absent: true
///   integer_form(shapes, quantisations)
///                         the operation that takes its place where the streams are int8. Of that
///                         `output_quantisation(quantisations)` tells its result's; absent: the
///                         first stream's. Absent, with `keeps_quantisation`: the operation itself,
///                         which moves or picks elements of streams of one quantisation; absent
///                         both: it computes with float only
///   wide_form(shapes, quantisations)
///                         the same where the streams are int16 or int32, of `quantisations.type`
///   takes                 dtype::i32 if it reads indices
///   makes                 the element type of its result; absent: that of its streams
///   tabulated             whether kernels apply it, one-to-one on one stream of int8, by a table of
///                         its values; absent: they call `apply`
///   channelwise(shapes)   whether an output channel reads that channel of its streams only; absent:
///                         one-to-one operations do, others do not
///
/// and its definition, the scalar reference against which every kernel is tested:
///   one-to-one            `apply(value...)`; it needs neither check, output nor reads: its streams
///                         have one shape, which is the output's. Of two streams or more it is
///                         `apply(a, b)`, folded from the first; where `arity` is 3, `apply(a, b,
///                         c)`. With `coefficients` (1 or 2)
///                         it is `apply(x, a)` or `apply(x, a, b)`, where a and b are
///                         `coefficient(weights, 0, c)` and `coefficient(weights, 1, c)`, one a
///                         channel, computed when weights are packed
///   accumulating          (global pooling, flatten) `accumulates(shapes)`, `start<Sum>()`,
///                         `accumulate(sum, in, weights, row, x, c)` and `finish(sum, shapes, y, x)`
///   sequential            (recurrent layers) `carried(shapes)`: how many numbers it carries from row
///                         to row; `step(in, weights, y, state, row)`: makes `row` y of the output,
///                         and of the `state` behind row y - 1 that behind row y. Before row 0 all
///                         of it is zero
///   any other             `at(in, weights, y, x, c)`: one element of the output, in `reference_of<T>`
/// There `in(input, y, x, c)` reads an element (inside the image only), `in.extent(input)` is that
/// input's shape and `weights.get<k>()(o, h, w, i)` the k-th view.
// clang-format on
template <class Op>
concept operation = requires {
  { Op::name } -> std::convertible_to<const char*>;
  { Op::map } -> std::convertible_to<mapping>;
}
&&(Op::map == mapping::one_to_one || requires(const Op op, const shapes in) {
  { op.check(in) } -> std::same_as<fault>;
  { op.output(in) } -> std::same_as<shape>;
  { op.reads(in, 0) } -> std::same_as<access>;
});

/// An operation that works element by element, so that it may run on another stage's accumulators.
template <class Op>
concept one_to_one_operation = operation<Op> && Op::map == mapping::one_to_one;

/// An operation that consumes its input row by row into one output row.
template <class Op>
concept accumulating_operation = operation<Op> && requires(const Op op, const shapes in) {
  { op.accumulates(in) } -> std::same_as<bool>;
};

/// An operation that carries state from row to row.
template <class Op>
concept sequential_operation =
    operation<Op> && !one_to_one_operation<Op> && requires(const Op op, const shapes in) {
  { op.carried(in) } -> std::same_as<int>;
};

/// Streams that an operation reads; 0: any number.
template <operation Op>
constexpr int arity_of() {
  if constexpr (requires { Op::arity; }) {
    return Op::arity;
  } else {
    return 1;
  }
}

/// Coefficients a channel that a one-to-one operation is applied with: 0, 1 or 2.
template <operation Op>
constexpr int coefficients_of() {
  if constexpr (requires { Op::coefficients; }) {
    static_assert(Op::coefficients == 1 || Op::coefficients == 2,
                  "xenos: an operation has one or two coefficients a channel");
    return Op::coefficients;
  } else {
    return 0;
  }
}

/// Whether `apply` of a one-to-one operation also takes vectors (core/simd.hpp).
template <operation Op>
constexpr bool takes_vectors() {
  if constexpr (requires { Op::vectors; }) {
    return Op::vectors;
  } else {
    return false;
  }
}

/// Whether `op` accumulates over input rows of this shape.
template <operation Op>
constexpr bool accumulates(const Op& op, const shapes& in) {
  if constexpr (accumulating_operation<Op>) {
    return op.accumulates(in);
  } else {
    return false;
  }
}

/// The shape that `op` makes of accepted inputs.
template <operation Op>
constexpr shape output_of(const Op& op, const shapes& in) {
  if constexpr (requires { op.output(in); }) {
    return op.output(in);
  } else {
    return in[0];
  }
}

constexpr bool is_wide(dtype type) { return type == dtype::i16 || type == dtype::i32; }

/// Whether `op` can run on streams of integers: of int8, or wide ones.
template <operation Op, bool Wide = false>
constexpr bool has_integer_form() {
  constexpr bool narrow_form = requires(const Op op, const shapes in, const quantisations q) {
    op.integer_form(in, q);
  };
  constexpr bool wide_form = requires(const Op op, const shapes in, const quantisations q) {
    op.wide_form(in, q);
  };
  if constexpr (Wide ? wide_form : narrow_form) {
    return true;
  } else if constexpr (requires { Op::keeps_quantisation; }) {
    return Op::keeps_quantisation;
  } else {
    return false;
  }
}

/// Whether `op` takes elements from one place to another and nothing else: then it runs on indices.
template <operation Op>
constexpr bool only_moves() {
  constexpr bool computes = Op::map == mapping::one_to_one || Op::map == mapping::many_to_many;
  if constexpr (requires { Op::keeps_quantisation; }) {
    return !computes && Op::keeps_quantisation;
  } else {
    return false;
  }
}

/// What runs in the place of `op` on streams of integers.
template <bool Wide, operation Op>
constexpr auto integer_form_of(const Op& op, const shapes& in, const quantisations& q) {
  if constexpr (Wide && requires { op.wide_form(in, q); }) {
    return op.wide_form(in, q);
  } else if constexpr (!Wide && requires { op.integer_form(in, q); }) {
    return op.integer_form(in, q);
  } else {
    return op;
  }
}

/// Whether an operation reads ids.
template <operation Op>
constexpr bool takes_ids() {
  if constexpr (requires { Op::takes; }) {
    return Op::takes == dtype::i32;
  } else {
    return false;
  }
}

/// The element type and the quantisation of what `op` makes.
template <operation Op>
constexpr dtype type_made_by(dtype in) {
  if constexpr (requires { Op::makes; }) {
    return Op::makes;
  } else {
    return in;
  }
}
template <operation Op>
constexpr quantisation quantisation_made_by(const Op& op, const quantisations& q) {
  if constexpr (requires { op.output_quantisation(q); }) {
    return op.output_quantisation(q);
  } else {
    return q[0];
  }
}

/// What `op` reads of input number `input`.
template <operation Op>
constexpr access access_of(const Op& op, const shapes& in, int input) {
  if constexpr (requires { op.reads(in, input); }) {
    return op.reads(in, input);
  } else {
    return identity_access;
  }
}

/// The weight views that `op` takes.
template <operation Op>
constexpr parameters parameters_of(const Op& op, const shapes& in) {
  if constexpr (requires { op.params(in); }) {
    return op.params(in);
  } else {
    return {};
  }
}

/// The faults common to all operations; then the operation's own.
template <operation Op>
constexpr fault check(const Op& op, const shapes& in) {
  constexpr int arity = arity_of<Op>();
  if (in.count < 1 || (arity != 0 && in.count != arity)) return fault::wrong_stream_count;
  for (int i = 0; i < in.count; ++i) {
    if (in[i].height < 1 || in[i].width < 1 || in[i].channels < 1) return fault::empty_shape;
    if (one_to_one_operation<Op> && in[i] != in[0]) return fault::branches_differ;
  }
  if constexpr (requires { op.check(in); }) {
    return op.check(in);
  } else {
    return fault::none;
  }
}

/// The record of `op` reading the nodes `from`; `in` and `q` are their shapes and quantisations,
/// checked before.
template <operation Op>
constexpr record describe(const Op& op, const shapes& in, const int* from, dtype type,
                          const quantisations& q = quantisations{}) {
  record node;
  node.name = Op::name;
  node.map = Op::map;
  node.type = type_made_by<Op>(type);
  node.quantised = quantisation_made_by(op, q);
  node.out = output_of(op, in);
  node.accumulates = accumulates(op, in);
  node.steps = node.accumulates ? in[0].height : node.out.height;
  node.inputs = in.count;
  for (int i = 0; i < in.count; ++i) {
    node.from[i] = from[i];
    node.reads[i] = access_of(op, in, i);
    if (node.accumulates) node.reads[i] = {.columns = node.reads[i].columns};
  }
  node.sequential = sequential_operation<Op>;
  if constexpr (requires { op.macs(in); }) node.macs = op.macs(in);
  if constexpr (requires { Op::takes_epilogue; }) node.takes_epilogue = Op::takes_epilogue;
  node.channelwise = one_to_one_operation<Op>;
  if constexpr (requires { op.channelwise(in); }) node.channelwise = op.channelwise(in);
  return node;
}

}  // namespace xenos::inline XENOS_ABI
