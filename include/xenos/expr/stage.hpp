// A stage: an operation with the views of its weights.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/weights.hpp>
#include <xenos/expr/diagnose.hpp>
#include <xenos/expr/node.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// Whether the k-th view of a stage has the extents that its operation needs.
template <auto Op, parameters Needs, int K, class View>
struct view_fits {
  static constexpr bool right = View::extents == Needs.at[K];
  static constexpr fault why = right ? fault::none : fault::weight_extents_differ;
  static constexpr bool value = model_error<why, Op, needs{Needs.at[K]}, has{View::extents}>::none;
};

template <auto Op, parameters Needs, class List>
struct views_fit;

template <auto Op, parameters Needs, class... Views>
struct views_fit<Op, Needs, type_list<Views...>> {
  static constexpr int given = sizeof...(Views);
  static constexpr bool counted = given >= Needs.required && given <= Needs.count;
  static constexpr bool value = model_error < counted ? fault::none : fault::parameters_missing, Op,
                        given > ::none;

  template <int K>
  static constexpr bool from() {
    return true;
  }
  template <int K, class First, class... Rest>
  static constexpr bool from() {
    return view_fits<Op, Needs, K, First>::value && from<K + 1, Rest...>();
  }
  static constexpr bool all() {
    if constexpr (counted) {
      return from<0, Views...>();
    } else {
      return false;
    }
  }
};

/// Checks an operation against the streams that reach it; its output stream.
template <auto Op, class Views, stream... In>
struct bound_stage {
  static constexpr shapes gather() {
    shapes in;
    if constexpr (sizeof...(In) <= max_streams) (in.push(In.extent), ...);
    return in;
  }
  static constexpr bool one_type() {
    constexpr dtype types[] = {In.type..., dtype::f32};
    bool same = true;
    for (std::size_t i = 1; i < sizeof...(In); ++i) same = same && types[i] == types[0];
    return same;
  }
  static constexpr dtype type() {
    constexpr dtype types[] = {In.type..., dtype::f32};
    return types[0];
  }
  static constexpr shapes in = gather();
  static constexpr fault why = !one_type() ? fault::element_types_differ : check(Op, in);
  static constexpr bool fits = model_error<why, Op, In.extent...>::none;

  static constexpr stream result() {
    if constexpr (why == fault::none) {
      static_assert(views_fit<Op, Op.params(in), Views>::all());
      return {Op.output(in), type()};
    } else {
      return {in[0], type()};
    }
  }
  static constexpr stream out = result();
};

}  // namespace detail

/// A stage of an expression. `Op` is the operation with its attributes; any value that satisfies
/// the concept `operation` will do, the library's or a user's. Users write
/// `stage_of<Op>(views...)`, or the names in expr/vocabulary.hpp.
template <auto Op, class... Views>
struct stage : node_base<stage<Op, Views...>> {
  static_assert(operation<std::remove_cvref_t<decltype(Op)>>,
                "xenos: this type is no operation: it must have name, map, arity, check, output, "
                "reads and params (see xenos/ops/operation.hpp)");
  static constexpr auto op = Op;
  static constexpr bool closed = false;
  using records = type_list<stage>;
  using views = weight_list<Views...>;

  [[no_unique_address]] views data{};

  constexpr stage() = default;
  constexpr explicit stage(views given) : data(given) {}

  template <class Context>
  struct binder;
  template <stream... In, class... Taps>
  struct binder<context<streams<In...>, Taps...>> {
    using bound = detail::bound_stage<Op, type_list<Views...>, In...>;
    using type = context<streams<bound::out>, Taps...>;
  };
  template <class Context>
  using bind = typename binder<Context>::type;

  template <class Tracer>
  static constexpr stream_ids trace(Tracer& tracer, const stream_ids& in) {
    shapes extents;
    for (int i = 0; i < in.count; ++i) extents.push(tracer.records[in.at[i]].out);
    return {1, {tracer.records.push(describe(Op, extents, in.at, tracer.records[in.at[0]].type))}};
  }
  template <int I, class Sink>
  constexpr void collect(Sink& sink) const {
    sink.template put<I>(data);
  }
};

/// A stage of operation `Op` with its weight views.
template <auto Op, class... Views>
constexpr auto stage_of(Views... views) {
  return stage<Op, Views...>(weight_list<Views...>{views...});
}

}  // namespace xenos::inline XENOS_ABI
