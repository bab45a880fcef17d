// A model planned for a target: everything about it that is constant.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/expr/diagnose.hpp>
#include <xenos/expr/stage.hpp>
#include <xenos/expr/trace.hpp>
#include <xenos/kernels/generic/with_views.hpp>
#include <xenos/kernels/select.hpp>
#include <xenos/model/indexed.hpp>
#include <xenos/ops/endless.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/target/target.hpp>

#include <type_traits>
#include <utility>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// The operation and views of a record's node; inputs and outputs have none.
template <class Node>
struct node_traits {
  static constexpr bool computes = false;
  using views = weight_list<>;
};
template <auto Op, class... Views>
struct node_traits<stage<Op, Views...>> {
  static constexpr bool computes = true;
  static constexpr auto op = Op;
  using views = weight_list<Views...>;
};

template <int N>
constexpr shapes input_shapes(const graph<N>& g, const record& r) {
  shapes in;
  for (int k = 0; k < r.inputs; ++k) in.push(g[r.from[k]].out);
  return in;
}

template <int N>
constexpr quantisations input_quantisations(const graph<N>& g, const record& r) {
  quantisations q;
  for (int k = 0; k < r.inputs; ++k) q.at[k] = g[r.from[k]].quantised;
  return q;
}

/// The same of record `Id` of an expression: its operation is the one that runs, behind streams of
/// int8 the integer form of what the model says.
template <class Traced, int Id,
          class Node = typename indexed<typename Traced::types>::template type<Id>>
struct record_traits : node_traits<Node> {};
template <class Traced, int Id, auto Op, class... Views>
struct record_traits<Traced, Id, stage<Op, Views...>> : node_traits<stage<Op, Views...>> {
  static constexpr record r = Traced::records[Id];
  static constexpr auto running() {
    constexpr dtype in = Traced::records[r.from[0]].type;
    constexpr bool wide = is_wide(in);
    if constexpr (in != dtype::f32 && has_integer_form<std::remove_cvref_t<decltype(Op)>, wide>()) {
      quantisations q = input_quantisations(Traced::records, r);
      q.type = in;
      q.weights = stage<Op, Views...>::weights_type;
      return integer_form_of<wide>(Op, input_shapes(Traced::records, r), q);
    } else {
      return Op;
    }
  }
  static constexpr auto op = running();
};

/// A kernel, or one that finds among its parameters the weights that it would read where they lie.
template <class Kernel, bool InPlace, class... Views>
struct kernel_in_reach {
  using type = Kernel;
};
template <class Kernel, class... Views>
  requires(sizeof...(Views) > 0 && requires { requires Kernel::reads_views; })
struct kernel_in_reach<Kernel, false, Views...> {
  using type = generic::with_views<Kernel, Views...>;
};

/// A kernel, with less scratch if it can do with less.
template <class Kernel, bytes_t Scratch>
struct kernel_within {
  using type = Kernel;
};
template <auto Op, int Width, int Channels, class Kernel, bytes_t Scratch>
  requires requires { typename Kernel::template within<Scratch>; }
struct kernel_within<int8_layer<Op, Width, Channels, Kernel>, Scratch> {
  using type = int8_layer<Op, Width, Channels, typename Kernel::template within<Scratch>>;
};

/// What a target says of kernels.
struct kernel_limits {
  int vector_bytes;
  bytes_t scratch;
  bool in_place;  // they can read all weights where they lie
};
constexpr kernel_limits limits_of(const target& t, bool in_place) {
  return {t.vector_bytes, t.kernel_scratch(), in_place};
}

/// The kernel of record `Id`, as member `type`; inputs and outputs are copied.
template <class Traced, int Id, kernel_limits Limits,
          class Node = typename indexed<typename Traced::types>::template type<Id>>
struct record_kernel {
  static constexpr record r = Traced::records[Id];
  using type = generic::copy_rows<r.out.row(), r.out.channels, element_t<r.type>>;
};
template <class Traced, int Id, kernel_limits Limits, auto Op, class... Views>
struct record_kernel<Traced, Id, Limits, stage<Op, Views...>> {
  static constexpr record r = Traced::records[Id];
  using selected =
      typename kernel_for<record_traits<Traced, Id>::op, input_shapes(Traced::records, r),
                          element_t<r.type>, Limits.vector_bytes>::type;
  using small = typename kernel_within<selected, Limits.scratch>::type;
  using type = typename kernel_in_reach<small, Limits.in_place, Views...>::type;
};

/// The numbers of a record that only its kernel knows.
template <class Kernel>
constexpr void add_kernel_numbers(record& r) {
  using packed = typename Kernel::packed;
  r.parameter_bytes = std::is_empty_v<packed> ? 0 : bytes_t{sizeof(packed)};
  if constexpr (requires { Kernel::channel_bytes; }) r.channel_bytes = Kernel::channel_bytes;
  if constexpr (requires { Kernel::terms; }) {
    r.terms = Kernel::terms;
    r.term_bytes = Kernel::term_bytes;
    r.sum_bytes = Kernel::sum_bytes;
    r.end_bytes = Kernel::sum_bytes;
    if constexpr (requires { Kernel::end_bytes; }) r.end_bytes = Kernel::end_bytes;
  }
  r.temporary_bytes = Kernel::temporary_bytes;
  if constexpr (requires { Kernel::state_bytes; }) r.state_bytes = Kernel::state_bytes;
  r.block_rows = Kernel::block_rows;
  if constexpr (requires { Kernel::block_columns; }) r.block_columns = Kernel::block_columns;
  if constexpr (requires { Kernel::channel_block; }) r.channel_block = Kernel::channel_block;
  if constexpr (requires { Kernel::column_cuts; }) r.column_cuts = Kernel::column_cuts;
}
template <class Traced, kernel_limits Limits, int... Ids>
constexpr auto with_kernel_numbers(std::integer_sequence<int, Ids...>) {
  auto g = Traced::records;
  (add_kernel_numbers<typename record_kernel<Traced, Ids, Limits>::type>(g[Ids]), ...);
  return g;
}

/// As the concept `node`, of types that are complete. g++ 12 was seen to remember of a model's type
/// that it is no node (https://gcc.gnu.org/onlinedocs/gcc-12.2.0/gcc/C_002b_002b-Concepts.html).
template <class Expression>
inline constexpr bool is_node = std::is_base_of_v<node_base<Expression>, Expression>;

template <class Model, bool IsNode = is_node<Model>>
struct expression_of {
  using type = Model;
};
template <class Model>
struct expression_of<Model, false> {
  using type = decltype(std::declval<const Model&>()());
};

}  // namespace detail

/// A model as `link` takes it: an expression, or a function without arguments that returns one. The
/// function's type then names the model, which keeps symbols and compile time short.
template <class Model>
concept model_source = requires {
  typename detail::expression_of<Model>::type;
}
&&detail::is_node<typename detail::expression_of<Model>::type>;

/// A model's records on a target, with what its kernels know; any plan of the model begins with
/// them. `InPlace`: kernels can read all weights where they lie. Has no values of its own.
template <model_source Model, target Target, bool InPlace>
struct model_records {
  using expression = typename detail::expression_of<Model>::type;
  using trace = traced<expression>;
  static constexpr int size = trace::size;
  static constexpr target on = Target;
  static constexpr bool in_place = InPlace;
  static constexpr graph<size> records =
      detail::with_kernel_numbers<trace, detail::limits_of(Target, in_place)>(
          std::make_integer_sequence<int, size>{});

  /// The node of record Id.
  template <int Id>
  using node_of = typename indexed<typename trace::types>::template type<Id>;

 protected:
  /// Its `none` stops the compiler where there is a fault; names it, the target, the stage of
  /// record `Where` (-1: the whole model) with its output, and the bytes. An alias, as every
  /// template between fault and caller is a line more in the compiler's message.
  template <fault Why, int Where, bytes_t Needs, bytes_t Has,
            shape Out = records[max_of(Where, 0)].out>
  using judge = model_error<Why, detail::name_of<Target.name>,
                            detail::told_node<node_of<max_of(Where, 0)>, (Where >= 0)>,
                            detail::output_shape<Out.height, Out.width, Out.channels>,
                            detail::needs_bytes<Needs>, detail::has_bytes<Has>>;
};

/// The constants of one model on one target: records, plan, kernels.
template <model_source Model, target Target, auto Policy>
struct planned : model_records<Model, Target, Target.parameters_in_place> {
  using base = model_records<Model, Target, Target.parameters_in_place>;
  using base::records;
  using base::size;

 private:
  // Planning in parts, each a constant expression of its own (see make_plan.hpp).
  static constexpr xenos::plan<size> first_part() {
    xenos::plan<size> p;
    for (int i = 0; i < size; ++i) {
      if (records[i].out.height > tallest_image) p.why = fault::input_is_endless;
    }
    return p.why != fault::none ? p : make_units(records, Target, Policy);
  }
  static constexpr xenos::plan<size> units = first_part();
  static constexpr detail::link_facts<size> facts = detail::gather_facts(Target, Policy, units);

  static constexpr int search_budget = 400;
  template <int Part>
  static constexpr auto search_after() {
    segment_search<size> search;
    if constexpr (Part > 0) search = search_part<Part - 1>;
    search.advance(Target, Policy, units, facts, search_budget);
    return search;
  }
  template <int Part>
  static constexpr segment_search<size> search_part = search_after<Part>();
  template <int Part = 0>
  static constexpr const segment_search<size>& search() {
    if constexpr (search_part<Part>.finished) {
      return search_part<Part>;
    } else {
      return search<Part + 1>();
    }
  }
  static constexpr xenos::plan<size> segments_of(const segment_search<size>& found) {
    xenos::plan<size> p = units;
    make_segments(Target, Policy, facts, found, p);
    return p;
  }
  static constexpr xenos::plan<size> segments = segments_of(search());

  static constexpr int ring_budget = 3000;

  template <int Segment, int Part>
  static constexpr auto rings_after() {
    segment_rings<size> rings;
    if constexpr (Part > 0) rings = rings_part<Segment, Part - 1>;
    rings.advance(segments, segments.segments[Segment], ring_budget);
    return rings;
  }
  template <int Segment, int Part>
  static constexpr segment_rings<size> rings_part = rings_after<Segment, Part>();

  template <int Segment, int Part = 0>
  static constexpr const segment_rings<size>& rings() {
    if constexpr (rings_part<Segment, Part>.finished) {
      return rings_part<Segment, Part>;
    } else {
      return rings<Segment, Part + 1>();
    }
  }
  template <int... Segments>
  static constexpr xenos::plan<size> finish(std::integer_sequence<int, Segments...>) {
    xenos::plan<size> p = segments;
    if (p.why != fault::none) return p;
    (place_rings(p, Segments, rings<Segments>()), ...);
    finish_plan(Target, p);
    return p;
  }

 public:
  static constexpr xenos::plan<size> plan =
      finish(std::make_integer_sequence<int, segments.segment_count>{});

  /// Stops the compiler when the target cannot run the model; names target, stage and bytes.
  static constexpr bool feasible =
      base::template judge<plan.why, (plan.where < 0 ? -1 : plan.units[plan.where].head),
                           plan.needs, plan.has>::none;
};

}  // namespace xenos::inline XENOS_ABI
