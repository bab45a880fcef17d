// From an expression's type to the records of its stages.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/expr/compose.hpp>
#include <xenos/expr/diagnose.hpp>
#include <xenos/expr/marks.hpp>
#include <xenos/expr/node.hpp>

#include <utility>

namespace xenos::inline XENOS_ABI {

/// Collects records while an expression is walked.
template <int Capacity, int Taps>
struct tracer {
  graph<Capacity> records{};
  int tap_count = 0;
  short_name tap_names[Taps + 1] = {};
  int tap_ids[Taps + 1] = {};

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

/// The first node of an expression, for messages.
template <class Expression>
struct first_node {
  using type = Expression;
};
template <class Left, class Right>
struct first_node<then<Left, Right>> : first_node<Left> {};

/// The end of a complete expression, or what it lacks.
template <class Expression, class End = typename Expression::end>
struct complete {
  using type = End;  // an error reported before
};
template <class Expression>
struct complete<Expression, unbound> {
  using type = model_error<fault::no_input, told_node<typename first_node<Expression>::type>>;
};
template <class Expression, stream_type... Streams, class... Taps>
  requires(sizeof...(Streams) != 1 && !ends_in_outputs<Expression>)
struct complete<Expression, context<streams<Streams...>, Taps...>> {
  using type = model_error<fault::open_streams, told<Streams>...>;
};

template <int... Ports>
type_list<output_node<Ports>...> output_list(std::integer_sequence<int, Ports...>);

}  // namespace detail

/// A complete expression: its outputs, the types of its records and the records themselves.
template <node Expression>
struct traced {
  using end = typename detail::complete<Expression>::type;
  static_assert(sizeof(end) > 0);  // instantiates the error if the expression is not complete
  static constexpr int outputs = end::count;
  /// By record: stage<...>, input_node<...> or output_node<...>.
  using types =
      decltype(typename Expression::records{} +
               decltype(detail::output_list(std::make_integer_sequence<int, outputs>{})){});
  static constexpr int size = types::size;

  static constexpr graph<size> make() {
    tracer<size, end::taps> t;
    const stream_ids ends = Expression::trace(t, {});
    for (int i = 0; i < ends.count; ++i) {
      const record& producer = t.records[ends.at[i]];
      record node;
      node.name = "output";
      node.kind = role::output;
      node.map = mapping::reorganise;
      node.channelwise = true;
      node.reads[0] = identity_access;
      node.type = producer.type;
      node.quantised = producer.quantised;
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
