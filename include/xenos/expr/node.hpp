// What expressions are made of. An expression is a type: its nodes carry attributes as template
// parameters, and hold nothing but views of weights.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/core/name.hpp>
#include <xenos/core/shape.hpp>

#include <concepts>

namespace xenos::inline XENOS_ABI {

/// What flows along an edge of the expression.
struct stream {
  shape extent{};
  dtype type = dtype::f32;
  friend constexpr bool operator==(const stream&, const stream&) = default;
};

/// A tap and what it carries.
template <short_name Name, stream What>
struct tapped {};

/// The streams that reach a node.
template <stream... Streams>
struct streams {};

/// All that is known where a node stands: the streams that reach it, and the taps before it.
template <class Streams = streams<>, class... Taps>
struct context;

template <stream... Streams, class... Taps>
struct context<streams<Streams...>, Taps...> {
  static constexpr int count = sizeof...(Streams);
  template <stream... Next>
  using with = context<streams<Next...>, Taps...>;
};

/// A list of types.
template <class... Types>
struct type_list {
  static constexpr int size = sizeof...(Types);
};
template <class... Left, class... Right>
constexpr type_list<Left..., Right...> operator+(type_list<Left...>, type_list<Right...>) {
  return {};
}

/// Record numbers of the streams that reach a node, while tracing.
struct stream_ids {
  int count = 0;
  int at[max_streams] = {};
};

/// The base by which nodes are told from other types. Each node derives from its own instance, so
/// that equal empty bases never cost a byte.
template <class Node>
struct node_base {};

/// A part of an expression. It has
///   closed           whether it begins with inputs and needs no stream from its left
///   records          type_list of the nodes that make records, in the order of tracing
///   bind<Context>    the context behind it; an error names the stage that does not fit
///   trace(tracer, ids) -> ids   appends its records
///   collect<I>(sink) hands its weight views to `sink`, numbered from I
template <class Node>
concept node = std::derived_from<Node, node_base<Node>>;

}  // namespace xenos::inline XENOS_ABI
