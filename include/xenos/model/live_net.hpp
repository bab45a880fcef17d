// A model planned for streams: everything about it that is constant.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/model/net.hpp>
#include <xenos/ops/endless.hpp>
#include <xenos/plan/live.hpp>
#include <xenos/target/target.hpp>

#include <type_traits>
#include <utility>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// The heights of all tensors, by record.
template <int N>
struct heights {
  int at[N] = {};
};

/// The height of record `Id` when its inputs have those of `all`; 0 if they are too short, or -1 if
/// they do not meet.
template <class Traced, int Id,
          class Node = typename indexed<typename Traced::types>::template type<Id>>
constexpr int height_of_record(const heights<Traced::size>& all) {
  constexpr const record& r = Traced::records[Id];
  const int first = all.at[r.from[0]];
  shapes in;
  bool keeps = true;
  for (int k = 0; k < r.inputs; ++k) {
    const record& from = Traced::records[r.from[k]];
    in.push({all.at[r.from[k]], from.out.width, from.out.channels});
    keeps = keeps && keeps_rows(r.reads[k]) && from.out.height == r.out.height;
    if (in[k].height < 1) return in[k].height;
  }
  if (keeps) {
    for (int k = 1; k < r.inputs; ++k) {
      if (in[k].height != first) return -1;
    }
    return first;
  }
  if constexpr (record_traits<Traced, Id>::computes) {
    constexpr auto op = record_traits<Traced, Id>::op;
    const fault why = check(op, in);
    if (why == fault::branches_differ || why == fault::rows_or_columns_differ) return -1;
    return why != fault::none ? 0 : max_of(output_of(op, in).height, 0);
  } else {
    return first;
  }
}

template <class Traced, int Id>
constexpr void find_height(heights<Traced::size>& all, int rows) {
  constexpr const record& r = Traced::records[Id];
  if constexpr (r.kind == role::input) {
    all.at[Id] = rows;
  } else {
    all.at[Id] = height_of_record<Traced, Id>(all);
  }
}
/// The heights of all tensors when each input has `rows` rows.
template <class Traced, int... Ids>
constexpr heights<Traced::size> find_heights(int rows, std::integer_sequence<int, Ids...>) {
  heights<Traced::size> all;
  (find_height<Traced, Ids>(all, rows), ...);
  return all;
}

/// What of a record keeps its model from running live.
template <class Traced, int Id,
          class Node = typename indexed<typename Traced::types>::template type<Id>>
constexpr fault why_not_live() {
  constexpr const record& r = Traced::records[Id];
  if constexpr (r.kind == role::input) {
    return r.out.height == unbounded ? fault::none : fault::input_has_height;
  } else if constexpr (record_traits<Traced, Id>::computes) {
    return check_live(record_traits<Traced, Id>::op, input_shapes(Traced::records, r));
  } else {
    return fault::none;
  }
}
template <class Traced, int Id>
constexpr void judge_live(fault& why, int& where) {
  if (why != fault::none) return;
  why = why_not_live<Traced, Id>();
  if (why != fault::none) where = Id;
}

}  // namespace detail

/// The constants of one model that runs live on one target: records, plan, kernels.
template <model_source Model, target Target, auto Policy>
struct live_planned : model_records<Model, Target, true> {
  using base = model_records<Model, Target, true>;
  using base::records;
  using base::size;
  using typename base::trace;

 private:
  struct finding {
    fault why = fault::none;
    int where = -1;  // record
  };
  template <int... Ids>
  static constexpr finding first_fault(std::integer_sequence<int, Ids...>) {
    finding f;
    (detail::judge_live<trace, Ids>(f.why, f.where), ...);
    return f;
  }
  static constexpr finding stages = first_fault(std::make_integer_sequence<int, size>{});

  // Planning in parts, each a constant expression of its own (see plan/live.hpp).
  static constexpr live_plan<size> make_units() {
    live_plan<size> p;
    if (stages.why != fault::none) {
      p.why = stages.why;
      return p;
    }
    return make_live_units(records, Target, Policy);
  }
  static constexpr live_plan<size> units_only = make_units();
  static constexpr int visits = 3000;

  template <int Part>
  static constexpr auto simulate() {
    live_simulation<size> s;
    if constexpr (Part > 0) s = part<Part - 1>;
    s.advance(units_only, visits);
    return s;
  }
  template <int Part>
  static constexpr live_simulation<size> part = simulate<Part>();
  template <int Part = 0>
  static constexpr const live_simulation<size>& simulated() {
    if constexpr (part<Part>.finished) {
      return part<Part>;
    } else {
      return simulated<Part + 1>();
    }
  }
  static constexpr live_plan<size> finish() {
    live_plan<size> p = units_only;
    if constexpr (units_only.why == fault::none) place_live(Target, simulated(), p);
    return p;
  }

 public:
  static constexpr live_plan<size> plan = finish();

  /// Heights of all tensors, by record, for inputs of `rows` rows; -1 where branches do not meet.
  static constexpr detail::heights<size> heights_for(int rows) {
    return detail::find_heights<trace>(rows, std::make_integer_sequence<int, size>{});
  }

 private:
  /// Branches may meet for some heights only. A few heights of a period are tried.
  static constexpr finding drift() {
    finding f{plan.why, plan.where < 0 ? stages.where : plan.units[plan.where].head};
    if (f.why != fault::none) return f;
    constexpr int tried = plan.period < 16 ? plan.period : 16;
    for (int i = 0; i < tried; ++i) {
      const auto all = heights_for(plan.prologue + plan.period + i);
      for (int id = 0; id < size; ++id) {
        if (all.at[id] < 0) return {fault::branches_drift, id};
      }
    }
    return f;
  }
  static constexpr finding verdict = drift();

 public:
  /// Stops the compiler when the model cannot run live on the target; names stage and reason.
  static constexpr bool feasible =
      base::template judge<verdict.why, verdict.where, plan.needs, plan.has>::none;
};

}  // namespace xenos::inline XENOS_ABI
