// Pipelines: consecutive segments on different cores, rows streamed between them.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/cost.hpp>
#include <xenos/plan/demand.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

/// In how many stages `policy` wants a model on `t`: a policy without the member has no pipeline.
template <class Policy>
constexpr int stages_wanted(const target& t, const Policy& policy) {
  if constexpr (requires { policy.stages(t); }) {
    return min_of(policy.stages(t), max_cores);
  } else {
    return 1;
  }
}

/// Marks the units behind which a stage ends, so that at most `stages` of them take about as long.
/// Between two stages flows one tensor only: a cut lies where nothing older is read later, if need
/// be there are fewer stages.
template <int N>
constexpr void cut_stages(const target& t, int stages, plan<N>& p) {
  if (stages < 2) return;
  if (!t.coherent || !t.parameters_in_place) {
    p.why = fault::stages_share_no_memory;
    return;
  }
  std::int64_t cycles[N] = {};
  bool clean[N] = {};
  std::int64_t all = 0;
  int open = -1;  // the last unit that reads one of those so far
  for (int i = 0; i < p.unit_count; ++i) {
    const unit& u = p.units[i];
    cycles[i] = detail::unit_cycles(u, t, 1 << 24, detail::all_of(u));
    all += cycles[i];
    clean[i] = open <= i && !u.in_place && u.output_port < 0 && i + 1 < p.unit_count;
    for (int link = u.first_consumer; link >= 0;) {
      const int c = link / max_streams;
      open = max_of(open, u.in_place ? -1 : c);
      link = p.units[c].next_consumer[link % max_streams];
    }
  }
  // The least limit under which filling stage after stage takes no more than there are.
  int cuts[max_cores] = {};
  int count = 0;
  const auto fill = [&](std::int64_t limit) {
    count = 0;
    std::int64_t stage = 0;   // since the last cut
    std::int64_t beyond = 0;  // of it: behind `last`
    int last = -1;            // the last place where it can be cut
    for (int i = 0; i < p.unit_count; ++i) {
      if (stage + cycles[i] > limit) {
        if (last < 0 || count == stages - 1) return false;
        cuts[count++] = last;
        stage = beyond;
        last = -1;
        if (stage + cycles[i] > limit) return false;
      }
      stage += cycles[i];
      beyond += cycles[i];
      if (clean[i]) {
        last = i;
        beyond = 0;
      }
    }
    return true;
  };
  std::int64_t low = 0;
  std::int64_t high = all;
  while (high - low > 1 + all / 1024) {
    const std::int64_t middle = low + (high - low) / 2;
    (fill(middle) ? high : low) = middle;
  }
  fill(high);
  p.stages = count + 1;
  for (int k = 0; k < count; ++k) {
    p.units[cuts[k]].materialise = true;
    p.units[cuts[k]].why = cut::stage;
  }
}

/// Gives each segment its stage, which is the core that runs it.
template <int N>
constexpr void number_stages(plan<N>& p) {
  if (p.stages == 1) return;
  int stage = 0;
  for (int k = 0; k < p.segment_count; ++k) {
    p.segments[k].stage = stage;
    if (p.units[p.segments[k].last].why == cut::stage) ++stage;
  }
  p.cores = p.stages;
}

/// Whether edge `e` of unit `consumer` leads from one stage to another.
template <int N>
constexpr bool crosses_stages(const plan<N>& p, const unit& consumer, const edge& e) {
  const unit& from = p.units[e.from];
  return !from.in_place && p.segments[from.segment].stage != p.segments[consumer.segment].stage;
}

/// Rows of the tensor of a segment's last unit that memory must hold: all, or where the next stage
/// reads them in order, a ring of what its reader needs for one step, and `ahead` further steps, by
/// which its producer may be ahead. Else all.
template <int N>
constexpr int rows_in_memory(const plan<N>& p, int index, int ahead) {
  const unit& u = p.units[index];
  if (p.stages == 1 || u.accumulates || u.first_consumer < 0) return u.out.height;
  const unit& c = p.units[u.first_consumer / max_streams];
  const int e = u.first_consumer % max_streams;
  // It is the stage's last segment, the reader in the next one's first: no stage waits for one that
  // waits for it.
  if (c.next_consumer[e] >= 0 || c.segment != u.segment + 1 || !crosses_stages(p, c, c.edges[e])) {
    return u.out.height;
  }
  const int tile = u.tile(p.segments[u.segment].tile);
  const int rows = c.tile(p.segments[c.segment].tile);
  const int span = c.accumulates ? rows : c.edges[e].reads.rows.span(rows);
  return min_of(max_of(span, 1) + tile - 1 + max_of(ahead, 1) * tile, u.out.height);
}

/// Cycles of stage `stage` by the cost model, transfers included: what a frame takes at least.
template <int N>
constexpr std::int64_t stage_cycles(const plan<N>& p, int stage) {
  std::int64_t cycles = 0;
  for (int k = 0; k < p.segment_count; ++k) {
    if (p.segments[k].stage == stage) cycles += p.segments[k].cycles;
  }
  return cycles;
}

}  // namespace xenos::inline XENOS_ABI
