// From an expression's type to the records of its stages.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/expr/compose.hpp>
#include <xenos/expr/marks.hpp>
#include <xenos/expr/node.hpp>

#include <utility>

namespace xenos::inline XENOS_ABI {

/// Collects records while an expression is walked.
template <int Capacity>
struct tracer {
  static constexpr int max_taps = 32;
  graph<Capacity> records{};
  int tap_count = 0;
  short_name tap_names[max_taps] = {};
  int tap_ids[max_taps] = {};

  constexpr void set_tap(short_name name, int id) {
    tap_names[tap_count] = name;
    tap_ids[tap_count++] = id;
  }
  /// The record of the latest tap of that name; binding has proved that there is one.
  [[nodiscard]] constexpr int tap(short_name name) const {
    for (int i = tap_count - 1; i >= 0; --i) {
      if (tap_names[i] == name) return tap_ids[i];
    }
    return -1;
  }
};

namespace detail {

template <class Expression>
inline constexpr bool ends_in_outputs = false;
template <class... Branches>
inline constexpr bool ends_in_outputs<outputs_node<Branches...>> = true;
template <class Left, class Right>
inline constexpr bool ends_in_outputs<then<Left, Right>> = ends_in_outputs<Right>;

template <int... Ports>
type_list<output_node<Ports>...> output_list(std::integer_sequence<int, Ports...>);

}  // namespace detail

/// A complete expression: its outputs, the types of its records and the records themselves.
template <node Expression>
struct traced {
  static_assert(model_error < Expression::closed ? fault::none : fault::no_input, 0 > ::none);
  using end = typename bound<Expression>::type;
  static constexpr int outputs = end::count;
  static_assert(model_error < outputs == 1 || detail::ends_in_outputs<Expression>
                    ? fault::none
                    : fault::open_streams,
                outputs > ::none);
  /// By record: stage<...>, input_node<...> or output_node<...>.
  using types =
      decltype(typename Expression::records{} +
               decltype(detail::output_list(std::make_integer_sequence<int, outputs>{})){});
  static constexpr int size = types::size;

  static constexpr graph<size> make() {
    tracer<size> t;
    const stream_ids ends = Expression::trace(t, {});
    for (int i = 0; i < ends.count; ++i) {
      const record& producer = t.records[ends.at[i]];
      record node;
      node.name = "output";
      node.kind = role::output;
      node.map = mapping::reorganise;
      node.type = producer.type;
      node.out = producer.out;
      node.steps = producer.out.height;
      node.port = i;
      node.inputs = 1;
      node.from[0] = ends.at[i];
      t.records.push(node);
    }
    return t.records;
  }
  static constexpr graph<size> records = make();
};

}  // namespace xenos::inline XENOS_ABI
