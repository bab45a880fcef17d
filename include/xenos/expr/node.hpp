// What expressions are made of. An expression is a type: its nodes carry attributes as template
// parameters, and hold nothing but views of weights.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/core/name.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/shape.hpp>

#include <concepts>

namespace xenos::inline XENOS_ABI {

/// What flows along an edge of the expression. Streams of int8 have a quantisation.
struct stream_type {
  shape extent{};
  dtype type = dtype::f32;
  quantisation quantised{};
  friend constexpr bool operator==(const stream_type&, const stream_type&) = default;
};

/// A tap and what it carries.
template <short_name Name, stream_type What>
struct tapped {};

/// The streams that reach a node.
template <stream_type... Streams>
struct streams {};

/// All that is known where a node stands: the streams that reach it, and the taps before it, latest
/// first.
template <class Streams = streams<>, class... Taps>
struct context;

template <stream_type... Streams, class... Taps>
struct context<streams<Streams...>, Taps...> {
  static constexpr int count = sizeof...(Streams);
  static constexpr int taps = sizeof...(Taps);
  template <stream_type... Next>
  using with = context<streams<Next...>, Taps...>;
};

/// Stands for the context of an expression without inputs, until it is put behind some.
struct unbound {};

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
///   end              the context behind it if it is closed, else `unbound`
///   size             number of its records
///   records          type_list of the nodes that make records, in the order of tracing
///   bind<Context>    the context behind it when `Context` is before it. Where something does not
///                    fit, that is model_error<...> rather than a context; it is passed on from
///                    node to node, unbound is as well, and only `operator|` and `traced`
///                    instantiate it. So the compiler's message names the line that the user wrote
///                    and not the depths of the library.
///   trace(tracer, ids) -> ids   appends its records
///   collect<I>(sink) hands the views of its stages with weights to `sink`, records numbered from I
template <class Node>
concept node = std::derived_from<Node, node_base<Node>>;

/// The base of nodes that make no record and hold no views: where `Node` says nothing else, streams
/// pass unchanged.
template <class Node>
struct mark_node : node_base<Node> {
  static constexpr bool closed = false;
  using end = unbound;
  static constexpr int size = 0;
  using records = type_list<>;
  template <class Context>
  using bind = Context;
  template <class Tracer>
  static constexpr stream_ids trace(Tracer&, const stream_ids& in) {
    return in;
  }
  template <int I, class Sink>
  constexpr void collect(Sink&) const {}
};

}  // namespace xenos::inline XENOS_ABI
