// The pull schedule of a segment: which rows of which unit are computed next.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/demand.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/split.hpp>

namespace xenos::inline XENOS_ABI {

/// Steps through what one part of rows computes of a segment. Each unit does its rows in order, a
/// tile at a time; the last unit is asked for its next tile, and a unit asked for rows first asks
/// those that it reads. Rows that nobody needs are never computed. The cursor is a value: it can be
/// stopped, copied and resumed, so that long schedules may be evaluated in several constant
/// expressions.
template <int Capacity>
struct schedule_cursor {
  int done[Capacity] = {};   // rows done, by unit
  int end[Capacity] = {};    // rows to do
  int stack[Capacity] = {};  // units waiting for their inputs
  int depth = 0;

  constexpr schedule_cursor() = default;
  constexpr schedule_cursor(const plan<Capacity>& p, const segment& s, int part) {
    range rows[Capacity] = {};
    rows_of_part(p, s, part, rows);
    for (int i = s.first; i <= s.last; ++i) {
      done[i] = rows[i].first;
      end[i] = rows[i].end;
    }
  }

  /// The next step of segment `s`; false when all rows of its last unit are done.
  constexpr bool next(const plan<Capacity>& p, const segment& s, step& out) {
    if (depth == 0) {
      if (done[s.last] >= end[s.last]) return false;
      stack[depth++] = s.last;
    }
    for (;;) {
      const int u = stack[depth - 1];
      const unit& now = p.units[u];
      const int stop = min_of(done[u] + now.tile(s.tile), end[u]);
      const int waits_for = missing_input(p, s, now, stop);
      if (waits_for < 0) {
        out = {u, done[u], stop};
        done[u] = stop;
        --depth;
        return true;
      }
      stack[depth++] = waits_for;
    }
  }

 private:
  [[nodiscard]] constexpr int missing_input(const plan<Capacity>& p, const segment& s,
                                            const unit& consumer, int stop) const {
    for (int n = 0; n < consumer.edge_count; ++n) {
      const edge& e = consumer.edges[s.reversed ? consumer.edge_count - 1 - n : n];
      const unit& producer = p.units[e.from];
      if (e.from < s.first || producer.in_place) continue;  // whole in memory already
      // A window may lie beyond all rows: nobody reads what it demands.
      const int wanted = min_of(rows_demanded(producer, consumer, e.reads, stop), end[e.from]);
      if (done[e.from] < wanted) return e.from;
    }
    return -1;
  }
};

/// Runs the schedule of one part of rows and finds what each ring must hold.
template <int Capacity>
struct ring_simulation {
  schedule_cursor<Capacity> cursor{};
  int rows[Capacity] = {};  // by unit: the most rows live at once
  int steps = 0;

  /// One step; false at the end.
  constexpr bool advance(const plan<Capacity>& p, const segment& s, int part) {
    step now;
    if (steps == 0) cursor = schedule_cursor<Capacity>(p, s, part);
    if (!cursor.next(p, s, now)) return false;
    ++steps;
    const unit& u = p.units[now.unit];
    if (u.accumulates) {
      rows[now.unit] = 1;
      return true;
    }
    int oldest = now.first;  // the rows of a tile are written together
    for (int link = u.first_consumer; link >= 0;) {
      const int c = link / max_streams;
      const access& reads = p.units[c].edges[link % max_streams].reads;
      if (c <= s.last && cursor.done[c] < cursor.end[c]) {
        oldest = min_of(oldest, oldest_row(u, p.units[c], reads, cursor.done[c]));
      }
      link = p.units[c].next_consumer[link % max_streams];
    }
    rows[now.unit] = max_of(rows[now.unit], now.end - oldest);
    return true;
  }
};

/// What the rings of a segment must hold in one order of pulling, whichever part of rows runs.
template <int Capacity>
struct ring_needs {
  int rows[Capacity] = {};
  int part_steps[max_cores] = {};
  int steps = 0;

  /// Bytes of the segment's rings.
  [[nodiscard]] constexpr bytes_t bytes(const plan<Capacity>& p, const segment& s) const {
    bytes_t sum = 0;
    for (int i = s.first; i < s.last; ++i) sum += bytes_t{rows[i]} * p.units[i].row_stride;
    return sum;
  }
};

/// The rings of a segment in the better of the two orders in which its joins may pull their inputs.
/// Resumable: `advance` until `finished`.
template <int Capacity>
struct segment_rings {
  ring_needs<Capacity> best{};
  ring_needs<Capacity> trial{};
  ring_simulation<Capacity> part{};
  int index = 0;          // the part of rows that is simulated
  bool trying = false;    // the reversed order
  bool reversed = false;  // is better
  bool finished = false;

  /// At most `budget` further steps.
  constexpr void advance(const plan<Capacity>& p, const segment& s, int budget) {
    segment order = s;
    order.reversed = trying;
    while (budget-- > 0 && !finished) {
      if (part.advance(p, order, index)) continue;
      trial.part_steps[index] = part.steps;
      trial.steps += part.steps;
      for (int i = s.first; i < s.last; ++i) trial.rows[i] = max_of(trial.rows[i], part.rows[i]);
      part = {};
      if (++index < s.split.rows) continue;
      index = 0;
      if (!trying || trial.bytes(p, s) < best.bytes(p, s)) {
        best = trial;
        reversed = trying;
      }
      finished = trying || !has_join(p, s);
      order.reversed = trying = true;
      trial = {};
    }
  }

 private:
  static constexpr bool has_join(const plan<Capacity>& p, const segment& s) {
    for (int i = s.first; i <= s.last; ++i) {
      int linked = 0;
      for (int k = 0; k < p.units[i].edge_count; ++k) linked += p.units[i].edges[k].from >= s.first;
      if (linked > 1) return true;
    }
    return false;
  }
};

}  // namespace xenos::inline XENOS_ABI
