// Planning: one ordinary function, in constant expressions and at run time.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/plan/fuse.hpp>
#include <xenos/plan/link.hpp>
#include <xenos/plan/memory.hpp>
#include <xenos/plan/pipeline.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/policy.hpp>
#include <xenos/plan/rounds.hpp>
#include <xenos/plan/schedule.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

// Compilers limit the steps of one constant expression, so planning has parts that a template model
// evaluates one by one; make_plan is their composition.

/// Part one: units and stages.
template <int N, class Policy>
constexpr plan<N> make_units(const graph<N>& g, const target& t, const Policy& policy) {
  plan<N> p;
  p.alignment = t.alignment;
  fuse(g, t, policy, p);
  cut_stages(t, stages_wanted(t, policy), p);
  if constexpr (requires { policy.ahead; }) p.ahead = policy.ahead;
  return p;
}

// Part two is gather_facts, then segment_search, itself in parts (plan/link.hpp).

/// Part three: segments and tiles.
template <int N, class Policy>
constexpr void make_segments(const target& t, const Policy& policy,
                             const detail::link_facts<N>& facts, const segment_search<N>& search,
                             plan<N>& p) {
  choose_segments(t, policy, facts, search, p);
  if (p.why == fault::none) number_stages(p);
}
/// Parts one to three.
template <int N, class Policy>
constexpr plan<N> make_segments(const graph<N>& g, const target& t, const Policy& policy) {
  plan<N> p = make_units(g, t, policy);
  const detail::link_facts<N> facts = detail::gather_facts(t, policy, p);
  segment_search<N> search;
  while (!search.finished) search.advance(t, policy, p, facts, 1 << 20);
  make_segments(t, policy, facts, search, p);
  return p;
}

// Part four is segment_rings (plan/schedule.hpp), one for each segment.

/// Part five: offsets, totals, and whether the target's memory suffices.
template <int N>
constexpr void finish_plan(const target& t, plan<N>& p) {
  place_tensors(p);
  for (int k = 0; k < p.segment_count; ++k) place_parameters(p, p.segments[k], t);
  p.scratchpad_bytes = p.area_bytes;
  if (p.rounds > 0) p.scratchpad_bytes = p.buffer_offset(1) + p.parameter_buffers[1];
  if (p.arena_bytes() > t.memory) {
    p.why = fault::memory_too_small;
    p.needs = p.arena_bytes();
    p.has = t.memory;
  }
}

/// Plans the graph `g` for target `t`: what is fused and linked, the tiles, the exact ring
/// capacities, where every byte lies and how many are moved. `why` of the result is not `none` when
/// the target cannot run it. The graph must be valid: records in topological order, each accepted
/// by its operation's check. Source: Xenos, sections on operator linking; the cost model is
/// `unit_cycles`.
template <int N, class Policy = planning>
constexpr plan<N> make_plan(const graph<N>& g, const target& t, const Policy& policy = {}) {
  plan<N> p = make_segments(g, t, policy);
  if (p.why != fault::none) return p;
  for (int k = 0; k < p.segment_count; ++k) {
    segment_rings<N> rings;
    while (!rings.finished) rings.advance(p, p.segments[k], 1 << 20);
    place_rings(p, k, rings);
  }
  finish_plan(t, p);
  return p;
}

}  // namespace xenos::inline XENOS_ABI
