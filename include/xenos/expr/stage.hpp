// A stage: an operation with the views of its weights.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/weights.hpp>
#include <xenos/expr/diagnose.hpp>
#include <xenos/expr/node.hpp>
#include <xenos/ops/endless.hpp>
#include <xenos/ops/operation.hpp>

#include <concepts>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// A view of weights: something with a storage order and extents.
template <class View>
concept weight_view = requires {
  View::order;
  { View::extents } -> std::convertible_to<filter>;
};

namespace detail {

/// What comes of putting a stage behind streams: a fault, or its output stream.
struct finding {
  fault why = fault::none;
  stream_type out{};
  parameters takes{};
  int view = 0;  // the weight view at fault
};

/// A weight view as `judge` sees it.
struct given_view {
  filter extents{};
  dtype type = dtype::f32;
};
template <class View>
constexpr given_view describe_view() {
  given_view given{View::extents};
  if constexpr (requires { typename View::value_type; }) {
    using value = typename View::value_type;
    given.type = std::is_same_v<value, std::int8_t>    ? dtype::i8
                 : std::is_same_v<value, std::int16_t> ? dtype::i16
                 : std::is_same_v<value, std::int32_t> ? dtype::i32
                 : std::is_same_v<value, std::int64_t> ? dtype::i64
                                                       : dtype::f32;
  }
  return given;
}

/// Judges the operation that is to run, with weight views `given` behind the streams `in`.
template <operation Op>
constexpr finding judge_running(const Op& op, const stream_type* in, const shapes& extents,
                                const quantisations& q, const given_view* given, int views) {
  finding v;
  v.why = check(op, extents);
  if (v.why == fault::none) v.why = check_endless(op, extents);
  if (v.why != fault::none) return v;
  v.takes = parameters_of(op, extents);
  if (views < v.takes.required || views > v.takes.count) {
    v.why = fault::parameters_missing;
    return v;
  }
  for (; v.view < views; ++v.view) {
    const bool shared = v.view == v.takes.shared && given[v.view].extents == filter{};
    if (given[v.view].extents != v.takes.at[v.view] && !shared) {
      v.why = fault::weight_extents_differ;
      return v;
    }
    if (v.takes.typed && given[v.view].type != v.takes.type[v.view]) {
      v.why = fault::weight_types_differ;
      return v;
    }
  }
  v.out = {output_of(op, extents), type_made_by<Op>(in[0].type), quantisation_made_by(op, q)};
  return v;
}

/// Whether a model says the quantisation of what `op` makes, though float has none.
template <operation Op>
constexpr bool given_quantisation(const Op& op) {
  if constexpr (requires {
                  { op.to } -> std::same_as<const quantisation&>;
                  requires !requires { Op::makes; };  // which makes integers of float
                }) {
    return op.to.given();
  } else {
    return false;
  }
}

/// Judges the integer form of `op`, of int8 or `Wide`; the streams have one element type.
template <bool Wide, operation Op>
constexpr finding judge_integers(const Op& op, const stream_type* in, const shapes& extents,
                                 const quantisations& q, bool equal, const given_view* given,
                                 int views) {
  finding v;
  if constexpr (has_integer_form<Op, Wide>()) {
    if constexpr (requires { requires Op::keeps_quantisation; }) {
      if (!equal) v.why = fault::element_types_differ;
    }
    if (v.why == fault::none) v.why = check(op, extents);
    // An operation that is nothing without integers refuses float, and nothing else.
    if (v.why == fault::quantisation_missing) v.why = fault::none;
    if (v.why != fault::none) return v;
    return judge_running(integer_form_of<Wide>(op, extents, q), in, extents, q, given, views);
  } else {
    v.why = Wide ? fault::no_wide_form : fault::no_integer_form;
    return v;
  }
}

/// Judges `op`, or its integer form behind streams of integers.
template <operation Op>
constexpr finding judge(const Op& op, const stream_type* in, int count, const given_view* given,
                        int views) {
  finding v;
  shapes extents;
  quantisations q;
  bool equal = true;
  for (int i = 0; i < count; ++i) {
    extents.push(in[i].extent);
    q.at[i] = in[i].quantised;
    equal = equal && q[i] == q[0];
    if (in[i].type != in[0].type) v.why = fault::element_types_differ;
  }
  const bool indices = count > 0 && in[0].type == dtype::i32 && !q[0].given();
  if (v.why == fault::none && count > 0) {
    if (takes_ids<Op>()) {
      if (!indices) v.why = fault::needs_ids;
    } else if (indices && !only_moves<Op>()) {
      v.why = fault::indices_only_move;
    }
  }
  if (v.why != fault::none) return v;
  if (count == 0 || in[0].type == dtype::f32 || indices) {
    if (given_quantisation(op)) {
      v.why = fault::quantisation_unused;
      return v;
    }
    return judge_running(op, in, extents, q, given, views);
  }
  q.type = in[0].type;
  if (views > 0) q.weights = given[0].type;
  return is_wide(q.type) ? judge_integers<true>(op, in, extents, q, equal, given, views)
                         : judge_integers<false>(op, in, extents, q, equal, given, views);
}

/// What a stage without weights holds: a type of its own, because two objects of one empty type
/// have two addresses, so that a model of such stages would grow.
template <class Stage>
struct no_data {
  constexpr no_data() = default;
  constexpr explicit no_data(weight_list<>) {}
};

/// A context, or the error that stands in its place. Only the one that is chosen is looked into.
template <bool Fits>
struct choose {
  template <class Context, class Refusal>
  using type = Context;
};
template <>
struct choose<false> {
  template <class Context, class Refusal>
  using type = typename Refusal::type;
};

}  // namespace detail

/// A stage of an expression. `Op` is the operation with its attributes; any value that satisfies
/// the concept `operation` will do, the library's or a user's. Users write
/// `stage_of<Op>(views...)`, or the names in expr/vocabulary.hpp.
template <auto Op, class... Views>
struct stage : node_base<stage<Op, Views...>> {
  using op_type = std::remove_cvref_t<decltype(Op)>;
  static_assert(operation<op_type>,
                "xenos: this type is no operation; give it name, map, check, output and reads, or "
                "name, map and apply if it is one-to-one (see xenos/ops/operation.hpp)");
  static_assert((weight_view<Views> && ...),
                "xenos: a stage takes views of weights; wrap the data: xn::weights<float, "
                "xn::ohwi{out, height, width, in}>(array)");
  static constexpr auto op = Op;
  static constexpr bool closed = false;
  using end = unbound;
  static constexpr int size = 1;
  using records = type_list<stage>;
  using views = weight_list<Views...>;
  /// The element type of the first view.
  static constexpr dtype weights_type = [] {
    const detail::given_view given[] = {detail::describe_view<Views>()..., {}};
    return given[0].type;
  }();

  [[no_unique_address]] std::conditional_t<sizeof...(Views) == 0, detail::no_data<stage>, views>
      data{};

  constexpr stage() = default;
  constexpr explicit stage(views given) : data(given) {}

  template <class Context>
  struct binder {
    using type = Context;
  };
  template <stream_type... In, class... Taps>
  struct binder<context<streams<In...>, Taps...>> {
    static constexpr stream_type inputs[] = {In..., {}};
    static constexpr detail::given_view given[] = {detail::describe_view<Views>()..., {}};
    static constexpr detail::finding found =
        detail::judge(Op, inputs, sizeof...(In), given, sizeof...(Views));

    template <fault Why>
    struct refusal {
      using type = model_error<Why, op_type, detail::told<In>..., detail::attributes<Op>>;
    };
    template <fault Why>
      requires(Why == fault::parameters_missing)
    struct refusal<Why> {
      using type =
          model_error<Why, op_type, detail::takes_views<found.takes.required, found.takes.count>,
                      detail::has_views<int(sizeof...(Views))>, detail::told<In>...>;
    };
    template <fault Why>
      requires(Why == fault::weight_extents_differ)
    struct refusal<Why> {
      static constexpr filter right = found.takes.at[found.view];
      static constexpr filter has = given[found.view].extents;
      using type =
          model_error<Why, op_type, detail::needs<right.out, right.height, right.width, right.in>,
                      detail::has<has.out, has.height, has.width, has.in>, detail::view<found.view>,
                      detail::told<In>...>;
    };
    using type = typename detail::choose<found.why == fault::none>::template type<
        context<streams<found.out>, Taps...>, refusal<found.why>>;
  };
  template <class Context>
  using bind = typename binder<Context>::type;

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids& in) {
    shapes extents;
    quantisations q;
    for (int i = 0; i < in.count; ++i) {
      extents.push(tracer.records[in.at[i]].out);
      q.at[i] = tracer.records[in.at[i]].quantised;
    }
    const dtype type = tracer.records[in.at[0]].type;
    q.type = type;
    q.weights = weights_type;
    if constexpr (has_integer_form<op_type, false>()) {
      if (type == dtype::i8) {
        const auto form = integer_form_of<false>(Op, extents, q);
        return {1, {tracer.records.push(describe(form, extents, in.at, type, q))}};
      }
    }
    if constexpr (has_integer_form<op_type, true>()) {
      if (is_wide(type)) {
        const auto form = integer_form_of<true>(Op, extents, q);
        return {1, {tracer.records.push(describe(form, extents, in.at, type, q))}};
      }
    }
    return {1, {tracer.records.push(describe(Op, extents, in.at, type, q))}};
  }
  template <int I, class Sink>
  constexpr void collect([[maybe_unused]] Sink& sink) const {
    if constexpr (sizeof...(Views) > 0) sink.template put<I>(data);
  }
};

/// A stage of operation `Op` with its weight views.
template <auto Op, class... Views>
constexpr auto stage_of(Views... views) {
  return stage<Op, Views...>(weight_list<Views...>{views...});
}

}  // namespace xenos::inline XENOS_ABI
