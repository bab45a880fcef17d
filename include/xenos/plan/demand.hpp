// How many rows a stage needs of its producer, and a safe bound of the ring between them.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/plan/plan.hpp>

namespace xenos::inline XENOS_ABI {

/// The schedule rows of `producer` that must be done before `consumer` may do the rows below `end`.
constexpr int rows_demanded(const unit& producer, const unit& consumer, const access& reads,
                            int end) {
  if (producer.accumulates) return producer.steps;
  const int last = consumer.accumulates ? end : reads.rows.end(end);
  return last < 0 ? 0 : min_of(last, producer.steps);
}

/// The oldest row of `producer` that `consumer` still reads when its rows below `done` are done.
constexpr int oldest_row(const unit& producer, const unit& consumer, const access& reads,
                         int done) {
  if (done >= consumer.steps) return producer.steps;
  if (producer.accumulates) return 0;
  return consumer.accumulates ? done : max_of(reads.rows.first(done), 0);
}

/// The nearest unit through which everything that reads some unit flows.
struct join_point {
  int unit = -1;   // -1: there is none
  int latest = 0;  // where rows are not split, it begins with this row of its own or an earlier one
};

/// The join point of unit i, for each i.
template <int N>
constexpr void join_points(const plan<N>& p, join_point (&joins)[N]) {
  int latest[N] = {};
  for (int i = p.unit_count - 1; i >= 0; --i) {
    const unit& u = p.units[i];
    int at = -1;
    for (int link = u.first_consumer; link >= 0;) {
      const int c = link / max_streams;
      const access& reads = p.units[c].edges[link % max_streams].reads;
      // The most, not the least: readers that would begin earlier may have nothing to do.
      latest[i] = max_of(latest[i], oldest_row(u, p.units[c], reads, latest[c]));
      int other = c;
      if (at < 0) at = c;
      while (at != other) {
        int& earlier = at < other ? at : other;
        earlier = joins[earlier].unit;
        if (earlier < 0) earlier = N;  // beyond the last unit
        if (earlier == N) at = other = N;
      }
      link = p.units[c].next_consumer[link % max_streams];
    }
    if (u.sequential || u.materialise) latest[i] = 0;
    if (at >= 0 && at < N) joins[i] = {at, latest[at]};
  }
}

namespace detail {

/// Bounds of a unit's progress as rational functions of the rows b that the region's last unit has
/// done: at most (b * slope + high) / scale; at least (b * slope + low) / scale, once it has begun
/// and until it has all the rows that others need. Those from (b * slope + oldest) / scale on may
/// still be read.
struct progress {
  bool known = false;
  std::int64_t slope = 0;
  std::int64_t scale = 1;
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t oldest = 0;
  std::int64_t start = 0;  // row (b * slope + start) / scale or a later one is the first of a share

  /// Bounds of this and `other`, both asked of one unit; unknown where they drift apart.
  constexpr void meet(const progress& other) {
    if (slope != other.slope || scale != other.scale || !other.known) known = false;
    high = max_of(high, other.high);
    low = min_of(low, other.low);  // whoever wants more may have all it wants already
    oldest = min_of(oldest, other.oldest);
    start = min_of(start, other.start);
  }

  /// Lowest terms. Progress is a whole number of rows, so that bounds may be rounded towards it.
  constexpr void reduce() {
    if (scale == 1) return;
    std::int64_t by = scale;
    for (std::int64_t rest = slope % by; rest > 0;) {
      const std::int64_t next = by % rest;
      by = rest;
      rest = next;
    }
    slope /= by;
    scale /= by;
    high = high / by - (high % by < 0 ? 1 : 0);
    low = low / by + (low % by > 0 ? 1 : 0);
    oldest = oldest / by + (oldest % by > 0 ? 1 : 0);
    start = start / by + (start % by > 0 ? 1 : 0);
  }
};

/// Keeps products within 64 bits.
inline constexpr std::int64_t most_slope = 1 << 24;

/// What a consumer that reads by `w` asks of its producer: bounds that are tight but for rounding.
constexpr progress demanded(const progress& consumer, const window& w, int producer_tile) {
  progress p;
  p.known = consumer.known && consumer.slope <= most_slope && consumer.scale <= most_slope;
  p.slope = consumer.slope * w.down;
  p.scale = consumer.scale * w.up;
  const std::int64_t at = consumer.scale * (w.offset - w.down) + p.scale * w.reach;
  p.high = consumer.high * w.down + at + p.scale * (producer_tile - 1);
  p.low = consumer.low * w.down + at - consumer.scale * (w.up - 1);
  p.oldest = consumer.low * w.down + consumer.scale * (w.offset - (w.up - 1));
  p.start = consumer.start * w.down + consumer.scale * (w.offset - (w.up - 1));
  p.reduce();
  return p;
}

/// Ring bound of a unit read by several others, all of which flow into `join`, which may begin with
/// any row: a core has a share, and rows that nobody needs are left out.
template <int N>
constexpr int region_bound(const plan<N>& p, int index, join_point join, int tile) {
  const unit& source = p.units[index];
  const int exit = join.unit;
  if (p.units[exit].accumulates) return source.steps;
  progress at[N] = {};
  const int exit_tile = p.units[exit].tile(tile);
  at[exit] = {true, 1, 1, 0, -exit_tile, 0};
  std::int64_t first_rows = exit_tile;  // rows b up to which some unit may not have begun
  std::int64_t begins = 0;  // row b of the join while a sequential unit still waits at its row 0
  for (int v = exit - 1; v >= index; --v) {
    const unit& u = p.units[v];
    for (int link = u.first_consumer; link >= 0;) {
      const unit& c = p.units[link / max_streams];
      const access& reads = c.edges[link % max_streams].reads;
      const progress& from = at[link / max_streams];
      const bool whole = reads.rows.down == 0;
      if (whole || c.accumulates || u.accumulates) return source.steps;
      const progress next = demanded(from, reads.rows, u.tile(tile));
      progress& now = at[v];
      if (now.known) {
        now.meet(next);
      } else {
        now = next;
      }
      if (!now.known) return source.steps;
      link = c.next_consumer[link % max_streams];
    }
    if (!at[v].known) continue;  // another branch's, not below `index`
    if (v == index) {
      const progress& s = at[v];
      const int steady = floor_div(s.high - s.oldest, s.scale);
      const int at_top = floor_div((begins + first_rows) * s.slope + s.high, s.scale);
      const int within = floor_div(first_rows * s.slope + s.high - s.start, s.scale);
      return min_of(max_of(steady, max_of(at_top, within)), source.steps);
    }
    first_rows = max_of(first_rows, std::int64_t{floor_div(-at[v].low, at[v].slope)});
    if (u.sequential) begins = join.latest;
  }
  return source.steps;
}

}  // namespace detail

/// Rows that unit `index` needs in its ring at most, when its segment has tile rows `tile`; `join`
/// is its join point. Safe: the exact capacity, found by running the schedule, is never larger.
template <int N>
constexpr int ring_bound(const plan<N>& p, int index, join_point join, int tile) {
  const unit& u = p.units[index];
  if (u.accumulates) return 1;
  if (join.unit < 0) return u.steps;
  const int link = u.first_consumer;
  const unit& c = p.units[link / max_streams];
  if (c.next_consumer[link % max_streams] >= 0) return detail::region_bound(p, index, join, tile);
  const int rows = c.tile(tile);
  const int span = c.accumulates ? rows : c.edges[link % max_streams].reads.rows.span(rows);
  return min_of(max_of(span, 1) + u.tile(tile) - 1, u.steps);
}

}  // namespace xenos::inline XENOS_ABI
