// One element of any operation's output, by its scalar definition.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// A one-to-one operation applied to `values`, one for each stream it reads; `c` is the channel.
template <one_to_one_operation Op, class V, class Weights>
constexpr V apply_definition(const Op& op, const V* values, int count, const Weights& weights,
                             int c) {
  constexpr int coefficients = coefficients_of<Op>();
  if constexpr (coefficients == 1) {
    return op.apply(values[0], V(op.coefficient(weights, 0, c)));
  } else if constexpr (coefficients == 2) {
    return op.apply(values[0], V(op.coefficient(weights, 0, c)), V(op.coefficient(weights, 1, c)));
  } else if constexpr (arity_of<Op>() == 1) {
    return op.apply(values[0]);
  } else if constexpr (arity_of<Op>() == 3) {
    return op.apply(values[0], values[1], values[2]);
  } else {
    V value = values[0];
    for (int i = 1; i < count; ++i) value = op.apply(value, values[i]);
    return value;
  }
}

/// Element (y, x, c) of the output of `op`, in the reference type of the inputs' elements, or of
/// those that it makes if they are others. `in` and
/// `weights` are as described at the concept `operation`.
template <operation Op, class In, class Weights>
constexpr auto define(const Op& op, const In& in, const Weights& weights, const shapes& extents,
                      int y, int x, int c) {
  using value = reference_of<typename In::value_type>;
  if constexpr (one_to_one_operation<Op>) {
    value values[max_streams] = {};
    for (int i = 0; i < extents.count; ++i) values[i] = value(in(i, y, x, c));
    return apply_definition(op, values, extents.count, weights, c);
  } else if constexpr (requires { Op::makes; }) {
    return reference_of<element_t<Op::makes>>(op.at(in, weights, y, x, c));
  } else {
    return value(op.at(in, weights, y, x, c));
  }
}

}  // namespace xenos::inline XENOS_ABI
