// The pull schedule of a segment: which rows of which unit are computed next.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/demand.hpp>
#include <xenos/plan/plan.hpp>

namespace xenos::inline XENOS_ABI {

/// Steps through a segment. Each unit does whole tiles in order; the last unit is asked for its
/// next tile, and a unit asked for rows first asks those that it reads. Rows that nobody needs are
/// never computed. The cursor is a value: it can be stopped, copied and resumed, so that long
/// schedules may be evaluated in several constant expressions.
template <int Capacity>
struct schedule_cursor {
  int done[Capacity] = {};   // rows done, by unit
  int stack[Capacity] = {};  // units waiting for their inputs
  int depth = 0;

  /// The next step of segment `s`; false when all rows of its last unit are done.
  constexpr bool next(const plan<Capacity>& p, const segment& s, step& out) {
    if (depth == 0) {
      if (done[s.last] >= p.units[s.last].steps) return false;
      stack[depth++] = s.last;
    }
    for (;;) {
      const int u = stack[depth - 1];
      const unit& now = p.units[u];
      const int end = min_of(done[u] + now.tile(s.tile), now.steps);
      const int waits_for = missing_input(p, s, now, end);
      if (waits_for < 0) {
        out = {u, done[u], end};
        done[u] = end;
        --depth;
        return true;
      }
      stack[depth++] = waits_for;
    }
  }

 private:
  [[nodiscard]] constexpr int missing_input(const plan<Capacity>& p, const segment& s,
                                            const unit& consumer, int end) const {
    for (int n = 0; n < consumer.edge_count; ++n) {
      const edge& e = consumer.edges[s.reversed ? consumer.edge_count - 1 - n : n];
      const unit& producer = p.units[e.from];
      if (e.from < s.first || producer.in_place) continue;  // whole in memory already
      if (done[e.from] < rows_demanded(producer, consumer, e.reads, end)) return e.from;
    }
    return -1;
  }
};

/// Runs a segment's schedule and finds what each ring must hold.
template <int Capacity>
struct ring_simulation {
  schedule_cursor<Capacity> cursor{};
  int rows[Capacity] = {};  // by unit: the most rows live at once
  int needed[Capacity] =
      {};  // by unit: rows done at the end; fewer than all if nobody reads the rest
  int steps = 0;

  /// One step; false at the end.
  constexpr bool advance(const plan<Capacity>& p, const segment& s) {
    step now;
    if (steps == 0) count_needed(p, s);
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
      if (c <= s.last && cursor.done[c] < needed[c]) {
        oldest = min_of(oldest, oldest_row(u, p.units[c], reads, cursor.done[c]));
      }
      link = p.units[c].next_consumer[link % max_streams];
    }
    rows[now.unit] = max_of(rows[now.unit], now.end - oldest);
    return true;
  }

  /// Bytes of the segment's rings.
  [[nodiscard]] constexpr bytes_t bytes(const plan<Capacity>& p, const segment& s) const {
    bytes_t sum = 0;
    for (int i = s.first; i < s.last; ++i) sum += bytes_t{rows[i]} * p.units[i].row_stride;
    return sum;
  }

 private:
  constexpr void count_needed(const plan<Capacity>& p, const segment& s) {
    for (int c = s.last; c >= s.first; --c) {
      const unit& u = p.units[c];
      const int tile = u.tile(s.tile);
      needed[c] = c == s.last ? u.steps : min_of(ceil_div(needed[c], tile) * tile, u.steps);
      if (needed[c] == 0) continue;
      for (int k = 0; k < u.edge_count; ++k) {
        const edge& e = u.edges[k];
        if (e.from < s.first) continue;
        needed[e.from] =
            max_of(needed[e.from], rows_demanded(p.units[e.from], u, e.reads, needed[c]));
      }
    }
  }
};

/// The rings of a segment in the better of the two orders in which its joins may pull their inputs.
/// Resumable: `advance` until `finished`.
template <int Capacity>
struct segment_rings {
  ring_simulation<Capacity> best{};
  ring_simulation<Capacity> trial{};
  bool trying = false;    // the reversed order
  bool reversed = false;  // is better
  bool finished = false;

  /// At most `budget` further steps.
  constexpr void advance(const plan<Capacity>& p, const segment& s, int budget) {
    segment order = s;
    order.reversed = trying;
    while (budget-- > 0 && !finished) {
      if (trial.advance(p, order)) continue;
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
