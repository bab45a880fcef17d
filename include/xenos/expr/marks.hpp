// Nodes that make no stage: inputs, taps, cuts, outputs.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/expr/compose.hpp>
#include <xenos/expr/diagnose.hpp>
#include <xenos/expr/node.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

namespace detail {

template <class T>
concept stream_element = requires {
  element<T>::type;
};

constexpr bool empty(shape s) { return s.height < 1 || s.width < 1 || s.channels < 1; }

/// The context behind an input.
template <class T, shape Extent, quantisation Quantised, class... Taps>
struct behind_input {
  using type = context<streams<stream_type{Extent, element<T>::type, Quantised}>, Taps...>;
};
template <class T, shape Extent, quantisation Quantised, class... Taps>
  requires(!stream_element<T>)
struct behind_input<T, Extent, Quantised, Taps...> {
  using type = model_error<fault::unknown_element_type, T>;
};
template <class T, shape Extent, quantisation Quantised, class... Taps>
  requires(stream_element<T> && !empty(Extent) &&
           !(element<T>::type == dtype::i32 && Quantised == quantisation{}) &&  // indices
           quantisation_fault(Quantised, element<T>::type) != fault::none)
struct behind_input<T, Extent, Quantised, Taps...> {
  using type = model_error<quantisation_fault(Quantised, element<T>::type),
                           input_stream<T, Extent.height, Extent.width, Extent.channels>>;
};
template <class T, shape Extent, quantisation Quantised, class... Taps>
  requires(stream_element<T>&& empty(Extent))
struct behind_input<T, Extent, Quantised, Taps...> {
  using type = model_error<fault::empty_shape,
                           input_stream<T, Extent.height, Extent.width, Extent.channels>>;
};

/// The quantisation and the port among what an input is told.
constexpr quantisation find_quantisation() { return {}; }
template <class First, class... Rest>
constexpr quantisation find_quantisation(First first, Rest... rest) {
  if constexpr (std::is_same_v<First, quantisation>) {
    return first;
  } else {
    return find_quantisation(rest...);
  }
}
constexpr int find_port() { return 0; }
template <class First, class... Rest>
constexpr int find_port(First first, Rest... rest) {
  if constexpr (std::is_same_v<First, int>) {
    return first;
  } else {
    static_assert(std::is_same_v<First, quantisation>,
                  "xenos: an input takes a quantisation and its number, xn::input<std::int8_t, "
                  "shape, xn::quantisation{scale, zero_point}, port>");
    return find_port(rest...);
  }
}

}  // namespace detail

/// The `Port`-th input of a model.
template <class T, shape Extent, int Port, quantisation Quantised = quantisation{}>
struct input_node : node_base<input_node<T, Extent, Port, Quantised>> {
  static constexpr bool closed = true;
  static constexpr int port = Port;
  using value_type = T;
  static constexpr int size = 1;
  using records = type_list<input_node>;

  template <class Context>
  struct binder {
    using type = Context;
  };
  template <class Streams, class... Taps>
  struct binder<context<Streams, Taps...>> {
    using type = typename detail::behind_input<T, Extent, Quantised, Taps...>::type;
  };
  template <class Context>
  using bind = typename binder<Context>::type;
  using end = bind<context<>>;

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids&) {
    record node;
    node.name = "input";
    node.kind = role::input;
    node.map = mapping::reorganise;
    node.channelwise = true;
    node.type = element<T>::type;
    node.quantised = Quantised;
    node.out = Extent;
    node.steps = Extent.height;
    node.port = Port;
    return {1, {tracer.records.push(node)}};
  }
  template <int I, class Sink>
  constexpr void collect(Sink&) const {}
};

/// A model's input: `input<float, hwc{49, 10, 1}>`. A model of several inputs numbers them: port 0,
/// 1, ... behind its shape. One of integers says what its integers stand for: `input<std::int8_t,
/// hwc{32, 32, 3}, quantisation{1, -128}>`.
template <class T, shape Extent, auto... More>
inline constexpr input_node<T, Extent, detail::find_port(More...),
                            detail::find_quantisation(More...)>
    input{};

/// `| tap<"name">`: names the stream here, so that a later branch may read it by `from<"name">`.
template <short_name Name>
struct tap_node : mark_node<tap_node<Name>> {
  template <class Context>
  struct binder {
    using type = Context;
  };
  template <stream_type... In, class... Taps>
  struct binder<context<streams<In...>, Taps...>> {
    using type = model_error<fault::wrong_stream_count, tap_node, detail::told<In>...>;
  };
  template <stream_type What, class... Taps>
  struct binder<context<streams<What>, Taps...>> {
    using type = context<streams<What>, tapped<Name, What>, Taps...>;
  };
  template <class Context>
  using bind = typename binder<Context>::type;

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids& in) {
    tracer.set_tap(Name, in.at[0]);
    return in;
  }
};
template <short_name Name>
inline constexpr tap_node<Name> tap{};

namespace detail {

/// The tap of that name, the latest if there are several.
template <short_name Name, class... Taps>
struct find_tap {
  static constexpr bool found = false;
  static constexpr stream_type what{};
};
template <short_name Name, stream_type What, class... Rest>
struct find_tap<Name, tapped<Name, What>, Rest...> {
  static constexpr bool found = true;
  static constexpr stream_type what = What;
};
template <short_name Name, class Other, class... Rest>
struct find_tap<Name, Other, Rest...> : find_tap<Name, Rest...> {};

}  // namespace detail

/// A branch that reads the tap of that name: `fork(identity, from<"skip">) | concat`.
template <short_name Name>
struct from_node : mark_node<from_node<Name>> {
  template <class Context>
  struct binder {
    using type = Context;
  };
  template <class Streams, class... Taps>
  struct binder<context<Streams, Taps...>> {
    using search = detail::find_tap<Name, Taps...>;
    using type = std::conditional_t<search::found, context<streams<search::what>, Taps...>,
                                    model_error<fault::unknown_tap, detail::name_of<Name>>>;
  };
  template <class Context>
  using bind = typename binder<Context>::type;

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids&) {
    return {1, {tracer.tap(Name)}};
  }
};
template <short_name Name>
inline constexpr from_node<Name> from{};

/// `| unlink |`: the tensor here is materialised; nothing is fused or linked across.
struct unlink_node : mark_node<unlink_node> {
  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids& in) {
    for (int i = 0; i < in.count; ++i) tracer.records[in.at[i]].cut_after = true;
    return in;
  }
};
inline constexpr unlink_node unlink{};

/// The end of a model with several outputs: `backbone | outputs(head1, head2)`. Each branch reads
/// the stream that reaches it; its result is the output of that number.
template <node... Branches>
struct outputs_node : fork_node<Branches...>, node_base<outputs_node<Branches...>> {};
template <node... Branches>
constexpr outputs_node<Branches...> outputs(const Branches&... branches) {
  return {{{}, detail::keep_branches(branches...)}, {}};
}

/// The record of one output of a model.
template <int Port>
struct output_node {};

}  // namespace xenos::inline XENOS_ABI
