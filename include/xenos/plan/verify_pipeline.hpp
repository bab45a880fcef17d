// Proof of a pipeline: its stages are replayed with the rings between them.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/pipeline.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/schedule.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI::detail {

/// Whether stages are consecutive segments of one core each, and read of each other only what the
/// last unit of the stage before makes.
template <int N>
constexpr bool stages_in_order(const target& t, const plan<N>& p) {
  int stage = 0;
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    if (k > 0 && s.stage == stage + 1) ++stage;
    if (s.stage != stage) return false;
    if (p.stages > 1 && s.split.count() * s.rounds > 1) return false;
    for (int i = s.first; i <= s.last; ++i) {
      for (int e = 0; e < p.units[i].edge_count; ++e) {
        const edge& from = p.units[i].edges[e];
        if (!crosses_stages(p, p.units[i], from)) continue;
        const segment& before = p.segments[p.units[from.from].segment];
        const bool ends_stage = p.segments[p.units[from.from].segment + 1].stage == stage;
        if (before.stage != stage - 1 || before.last != from.from || !ends_stage) return false;
      }
    }
  }
  const bool shared = t.coherent && t.parameters_in_place && p.stages <= t.cores;
  return stage == p.stages - 1 && (p.stages == 1 || shared);
}

/// One stage of a replay.
template <int N>
struct stage_replay {
  schedule_cursor<N> cursor{};
  int segment = 0;
  int frames = 0;     // done
  int done[N] = {};   // rows of this frame, by unit
  bool held = false;  // `next` has not been done yet
  step next{};
};

/// Runs all stages as far as rows and room allow, `frames` times: whether all end.
template <int N>
constexpr bool stages_end(const plan<N>& p, int frames) {
  stage_replay<N> at[max_cores];
  int first[max_cores] = {};
  for (int k = p.segment_count - 1; k >= 0; --k) {
    first[p.segments[k].stage] = k;
    if (p.units[p.segments[k].last].rows < 1) return false;
  }
  for (int k = 0; k < p.stages; ++k) {
    at[k].segment = first[k];
    at[k].cursor = schedule_cursor<N>(p, p.segments[first[k]], 0);
  }
  // Rows of `u` that its readers, in the stage behind, will not read again, over all frames; a
  // frame counts whole rings, as it begins with slot 0.
  const auto frame_rows = [](const unit& u) { return ceil_div(u.out.height, u.rows) * u.rows; };
  const auto released = [&](const unit& u) {
    const stage_replay<N>& reader = at[p.segments[u.segment].stage + 1];
    int oldest = u.out.height;
    for (int link = u.first_consumer; link >= 0;) {
      const int c = link / max_streams;
      const access& reads = p.units[c].edges[link % max_streams].reads;
      // One that begins in the middle of its rows waits for none before.
      const bool begun = reader.held && reader.next.unit == c;
      const int rows = begun ? reader.next.first : reader.done[c];
      if (p.units[c].segment >= reader.segment) {
        oldest = min_of(oldest, oldest_row(u, p.units[c], reads, rows));
      }
      link = p.units[c].next_consumer[link % max_streams];
    }
    return reader.frames * frame_rows(u) + (oldest < u.out.height ? oldest : frame_rows(u));
  };
  for (bool moved = true; moved;) {
    moved = false;
    for (int k = 0; k < p.stages; ++k) {
      stage_replay<N>& now = at[k];
      while (now.frames < frames) {
        const segment& s = p.segments[now.segment];
        if (!now.held && !now.cursor.next(p, s, now.next)) {  // the segment ends
          ++now.segment;
          if (now.segment == p.segment_count || p.segments[now.segment].stage != k) {
            now.segment = first[k];
            ++now.frames;
            for (int& rows : now.done) rows = 0;
          }
          now.cursor = schedule_cursor<N>(p, p.segments[now.segment], 0);
          moved = true;
          continue;
        }
        now.held = true;
        const unit& u = p.units[now.next.unit];
        bool ready = true;
        for (int e = 0; e < u.edge_count; ++e) {
          const unit& from = p.units[u.edges[e].from];
          if (!crosses_stages(p, u, u.edges[e])) continue;
          const stage_replay<N>& before = at[k - 1];
          const int have = before.frames > now.frames ? from.steps : before.done[u.edges[e].from];
          ready = ready && rows_demanded(from, u, u.edges[e].reads, now.next.end) <= have;
        }
        if (ready && now.next.unit == s.last && k + 1 < p.stages &&
            p.segments[now.segment + 1].stage != k) {
          const int end = now.frames * frame_rows(u) + (u.accumulates ? 1 : now.next.end);
          ready = released(u) >= end - u.rows;
        }
        if (!ready) break;
        now.held = false;
        now.done[now.next.unit] = now.next.end;
        moved = true;
      }
    }
  }
  for (int k = 0; k < p.stages; ++k) {
    if (at[k].frames < frames) return false;
  }
  return true;
}

}  // namespace xenos::inline XENOS_ABI::detail
