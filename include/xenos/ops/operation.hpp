// What an operation is: a value with attributes, a shape, a window and a scalar definition.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/fault.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/core/shape.hpp>
#include <xenos/core/weights.hpp>

#include <concepts>

namespace xenos::inline XENOS_ABI {

/// The extents of the weight views a stage takes, in order. The first `required` must be given.
struct parameters {
  int count = 0;
  int required = 0;
  filter at[4] = {};
};

/// An operation is a structural value: its members are its attributes, so that a stage is
/// `stage<conv{.out = 64}>`. The planner sees only what these functions return.
///
/// It has, beside `name`, `map` and `arity` (streams it reads; 0: any number, at least one):
///   check(shapes)         -> fault        whether it accepts streams of these shapes
///   output(shapes)        -> shape        the shape it makes of accepted ones
///   reads(shapes, input)  -> access       which rows and columns an output row needs
///   params(shapes)        -> parameters   extents of its weight views
///   macs(shapes)          -> int64        multiply-accumulates of the whole tensor
///
/// and its definition, the scalar reference against which every kernel is tested. A one-to-one
/// operation defines `apply(value...)`. An accumulating one (global pooling, flatten) has
/// `accumulates(shapes)`, `start`, `accumulate(sum, in, weights, y, x, c, row)` and `finish(sum,
/// shapes)`. Any other defines `at(in, weights, y, x, c)`: one element of the output, in the type
/// `reference_of<T>`. There `in(input, y, x, c)` reads an element (inside the image only),
/// `in.extent(input)` is that input's shape and `weights.get<k>()(o, h, w, i)` the k-th view.
template <class Op>
concept operation = requires(const Op op, const shapes in) {
  { Op::name } -> std::convertible_to<const char*>;
  { Op::map } -> std::convertible_to<mapping>;
  { Op::arity } -> std::convertible_to<int>;
  { op.check(in) } -> std::same_as<fault>;
  { op.output(in) } -> std::same_as<shape>;
  { op.reads(in, 0) } -> std::same_as<access>;
  { op.params(in) } -> std::same_as<parameters>;
};

/// An operation that works element by element, so that it may run on another stage's accumulators.
template <class Op>
concept one_to_one_operation = operation<Op> && Op::map == mapping::one_to_one;

/// An operation that consumes its input row by row into one output row.
template <class Op>
concept accumulating_operation = operation<Op> && requires(const Op op, const shapes in) {
  { op.accumulates(in) } -> std::same_as<bool>;
};

/// Whether `op` accumulates over input rows of this shape.
template <operation Op>
constexpr bool accumulates(const Op& op, const shapes& in) {
  if constexpr (accumulating_operation<Op>) {
    return op.accumulates(in);
  } else {
    return false;
  }
}

/// Defaults that most operations share; an operation derives nothing and registers nowhere, but may
/// inherit these to leave functions out.
struct operation_defaults {
  static constexpr int arity = 1;
  [[nodiscard]] constexpr parameters params(const shapes&) const { return {}; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes&) const { return 0; }
  friend constexpr bool operator==(const operation_defaults&, const operation_defaults&) = default;
};

/// The faults common to all operations; then the operation's own.
template <operation Op>
constexpr fault check(const Op& op, const shapes& in) {
  if (in.count < 1 || (Op::arity != 0 && in.count != Op::arity)) return fault::wrong_stream_count;
  for (int i = 0; i < in.count; ++i) {
    if (in[i].height < 1 || in[i].width < 1 || in[i].channels < 1) return fault::empty_shape;
  }
  return op.check(in);
}

/// The record of `op` reading the nodes `from`; `in` are their shapes, checked before.
template <operation Op>
constexpr record describe(const Op& op, const shapes& in, const int* from, dtype type) {
  record node;
  node.name = Op::name;
  node.map = Op::map;
  node.type = type;
  node.out = op.output(in);
  node.accumulates = accumulates(op, in);
  node.steps = node.accumulates ? in[0].height : node.out.height;
  node.inputs = in.count;
  for (int i = 0; i < in.count; ++i) {
    node.from[i] = from[i];
    node.reads[i] = node.accumulates ? identity_access : op.reads(in, i);
  }
  if constexpr (requires { op.macs(in); }) node.macs = op.macs(in);
  return node;
}

}  // namespace xenos::inline XENOS_ABI
