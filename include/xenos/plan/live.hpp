// Planning for rows without end: what each unit keeps when it runs as soon as it can.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/plan/fuse.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/policy.hpp>
#include <xenos/target/target.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// The first input row that output row `row` of a stream reads.
constexpr std::int64_t first_read(const window& w, std::int64_t row) {
  const std::int64_t at = row * w.down + w.offset;
  const std::int64_t quotient = w.up == 1 ? at : at / w.up;
  return w.up != 1 && at % w.up < 0 ? quotient - 1 : quotient;
}

/// The plan of a model that runs live. Of a unit's fields, `rows`, `row_stride`, `bytes` and
/// `offset` say where its ring lies in a stream's state, which units of outputs do not have, and
/// `state_offset` where it keeps what it carries from row to row. There are no segments: after each
/// input row the units, in order, do all rows that they can.
template <int Capacity>
struct live_plan : plan<Capacity> {
  int period = 1;               // input rows after which the schedule repeats
  int produced[Capacity] = {};  // by unit: rows of it in a period
  int prologue = 0;             // input rows until the schedule repeats
  int begun[Capacity] = {};     // by unit: rows of it after the prologue
  int latency[Capacity] = {};   // by unit: input rows by which its rows are behind
  bytes_t ring_bytes = 0;       // of a stream's state: rings, and what units carry
  bytes_t zero_row = 0;         // bytes of the shared row of zeros, at offset 0 of the scratch
  bytes_t output_row = 0;       // where in the scratch rows of outputs are made
  bytes_t temporaries = 0;      // where in the scratch the kernels' temporaries are
  bytes_t scratch_bytes = 0;
};

namespace detail {

constexpr std::int64_t common_divisor(std::int64_t a, std::int64_t b) {
  while (b != 0) {
    const std::int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// Finds the period, and the rows that each unit makes in it.
template <int N>
constexpr void find_rates(live_plan<N>& p) {
  std::int64_t rows[N] = {};  // of unit u, for `of[u]` input rows, in lowest terms
  std::int64_t of[N] = {};
  std::int64_t period = 1;
  for (int i = 0; i < p.unit_count; ++i) {
    const unit& u = p.units[i];
    rows[i] = of[i] = 1;
    for (int k = 0; k < u.edge_count; ++k) {
      const window& w = u.edges[k].reads.rows;
      std::int64_t up = rows[u.edges[k].from] * w.up;
      std::int64_t down = of[u.edges[k].from] * w.down;
      const std::int64_t by = common_divisor(up, down);
      up /= by;
      down /= by;
      if (k > 0 && (up != rows[i] || down != of[i]) && p.why == fault::none) {
        p.why = fault::branches_drift;
        p.where = i;
      }
      rows[i] = up;
      of[i] = down;
    }
    period = period / common_divisor(period, of[i]) * of[i];
  }
  p.period = static_cast<int>(period);
  for (int i = 0; i < p.unit_count; ++i) {
    p.produced[i] = static_cast<int>(period / of[i] * rows[i]);
  }
}

}  // namespace detail

/// Runs the eager schedule and finds what each ring must hold: over the prologue, after which every
/// window lies behind the first row, and one period. The end of a stream is run by the same
/// schedule on rows that do not exist, so that it asks for no more. Resumable: `advance` until
/// `finished`.
template <int Capacity>
struct live_simulation {
  int pushed = 0;
  int done[Capacity] = {};  // rows done, by unit
  int rows[Capacity] = {};  // by unit: the most rows live at once
  int begun[Capacity] = {};
  int latency[Capacity] = {};
  int prologue = -1;
  bool finished = false;

  /// Input rows, until about `visits` units have been looked at.
  constexpr void advance(const live_plan<Capacity>& p, int visits) {
    for (int seen = 0; seen < visits && !finished; ++pushed) {
      for (int i = 0; i < p.unit_count; ++i, ++seen) {
        if (p.units[i].input_port >= 0) {
          do_row(p, i);
          continue;
        }
        for (; ready(p, i); ++seen) do_row(p, i);
      }
      if (prologue < 0 && settled(p)) {
        prologue = pushed + 1;
        for (int i = 0; i < p.unit_count; ++i) begun[i] = done[i];
      }
      finished = prologue >= 0 && pushed + 1 >= prologue + p.period;
    }
  }

 private:
  [[nodiscard]] constexpr bool ready(const live_plan<Capacity>& p, int index) const {
    const unit& u = p.units[index];
    for (int k = 0; k < u.edge_count; ++k) {
      const window& w = u.edges[k].reads.rows;
      if (first_read(w, done[index]) + w.reach > done[u.edges[k].from]) return false;
    }
    return true;
  }
  /// The next row of a unit overwrites the oldest of its ring that no reader asks for again.
  constexpr void do_row(const live_plan<Capacity>& p, int index) {
    const unit& u = p.units[index];
    const int row = done[index]++;
    std::int64_t oldest = row;
    for (int link = u.first_consumer; link >= 0;) {
      const unit& c = p.units[link / max_streams];
      const window& w = c.edges[link % max_streams].reads.rows;
      std::int64_t reader = done[link / max_streams];
      while (first_read(w, reader) + w.reach <= 0) ++reader;  // windows before the first row
      oldest = min_of(oldest, max_of(first_read(w, reader), std::int64_t{0}));
      link = c.next_consumer[link % max_streams];
    }
    rows[index] = max_of(rows[index], static_cast<int>(row + 1 - oldest));
    if (prologue < 0) return;
    const std::int64_t in_step = std::int64_t{row} * p.period / p.produced[index];
    const int behind = static_cast<int>(pushed - in_step);
    if (row == begun[index] || behind > latency[index]) latency[index] = behind;
  }
  /// Whether all units have begun and none reads before the first row any more.
  [[nodiscard]] constexpr bool settled(const live_plan<Capacity>& p) const {
    for (int i = 0; i < p.unit_count; ++i) {
      const unit& u = p.units[i];
      if (done[i] == 0) return false;
      for (int k = 0; k < u.edge_count; ++k) {
        if (first_read(u.edges[k].reads.rows, done[i]) < 0) return false;
      }
    }
    return true;
  }
};

// As in make_plan.hpp, planning has three parts, because compilers limit the steps of one constant
// expression; make_live_plan is their composition.

/// Part one: units, period and rates.
template <int N, class Policy>
constexpr live_plan<N> make_live_units(const graph<N>& g, const target& t, const Policy& policy) {
  live_plan<N> p;
  p.alignment = t.alignment;
  fuse(g, t, policy, p);
  detail::find_rates(p);
  return p;
}

// Part two is live_simulation.

/// Part three: places rings in the state, and rows that do not outlive a step in the scratch.
template <int N>
constexpr void place_live(const target& t, const live_simulation<N>& found, live_plan<N>& p) {
  p.prologue = found.prologue;
  bytes_t longest_output = 0;
  bytes_t temporaries = 0;
  for (int i = 0; i < p.unit_count; ++i) {
    unit& u = p.units[i];
    p.begun[i] = found.begun[i];
    p.latency[i] = found.latency[i];
    const int pixel = u.out.channels * size_of(u.type);
    const bytes_t row = bytes_t{u.out.width + u.halo_left + u.halo_right} * pixel;
    u.in_place = false;
    u.row_stride = static_cast<int>(align_up(row, t.alignment));
    temporaries = max_of(temporaries, u.temporary_bytes);
    if (u.state_bytes > 0) {
      u.state_offset = p.ring_bytes;
      p.ring_bytes += align_up(u.state_bytes, t.alignment);
    }
    for (int k = 0; k < u.edge_count; ++k) {
      const unit& from = p.units[u.edges[k].from];
      if (u.edges[k].reads.zeros) p.zero_row = max_of(p.zero_row, bytes_t{from.row_stride});
    }
    if (u.output_port >= 0) {
      u.where = placement::caller;
      u.rows = 1;
      longest_output = max_of(longest_output, bytes_t{u.row_stride});
      continue;
    }
    u.where = placement::ring;
    u.rows = found.rows[i];
    u.bytes = bytes_t{u.rows} * u.row_stride;
    u.offset = p.ring_bytes;
    p.ring_bytes += u.bytes;
  }
  p.output_row = p.zero_row;
  p.temporaries = p.output_row + longest_output;
  p.scratch_bytes = align_up(p.temporaries + temporaries, t.alignment);
  if (p.ring_bytes + p.scratch_bytes > t.memory) {
    p.why = fault::memory_too_small;
    p.needs = p.ring_bytes + p.scratch_bytes;
    p.has = t.memory;
  }
}

/// Plans the graph `g`, whose inputs are endless, for streams on target `t`: what is fused, the
/// exact ring capacities, the latencies. `why` of the result is not `none` when there is no such
/// plan. Each operation must have passed `check_live`.
template <int N, class Policy = planning>
constexpr live_plan<N> make_live_plan(const graph<N>& g, const target& t,
                                      const Policy& policy = {}) {
  live_plan<N> p = make_live_units(g, t, policy);
  if (p.why != fault::none) return p;
  live_simulation<N> found;
  while (!found.finished) found.advance(p, 1 << 20);
  place_live(t, found, p);
  return p;
}

}  // namespace xenos::inline XENOS_ABI
