// Which units are linked: dynamic programming over the cuts between segments.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/demand.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// Rows a step that the planner tries; the last means all rows.
inline constexpr int tile_choices[] = {1, 2, 4, 8, 16, 1 << 24};
inline constexpr int tile_choice_count = 6;

/// Bytes that `consumer` reads of `producer`: each row it needs once.
constexpr bytes_t bytes_read(const unit& producer, const unit& consumer, const access& reads) {
  const window& w = reads.rows;
  int rows = 1;
  if (!producer.accumulates && !consumer.accumulates && w.up == 1 && w.down > w.reach) {
    rows = 0;  // windows that leave rows out between them
    for (int row = 0; row < consumer.steps; ++row) {
      const int first = max_of(w.first(row), 0);
      rows += max_of(min_of(w.first(row) + w.reach, producer.steps) - first, 0);
    }
  } else if (!producer.accumulates) {
    rows = rows_demanded(producer, consumer, reads, consumer.steps) -
           min_of(oldest_row(producer, consumer, reads, 0), producer.steps);
  }
  return bytes_t{max_of(rows, 0)} * producer.out.row() * size_of(producer.type);
}

constexpr bytes_t bytes_written(const unit& u) { return u.out.elements() * size_of(u.type); }

/// The shared row of zeros that `consumer` needs for rows outside `producer`, in bytes.
constexpr bytes_t zero_row_bytes(const unit& producer, const unit& consumer, const access& reads) {
  const bool outside =
      reads.rows.first(0) < 0 || reads.rows.end(consumer.steps) > producer.out.height;
  return reads.zeros && outside ? producer.row_stride : 0;
}

/// Cycles of one unit, by the cost model: multiply-accumulates at the target's rate (a tile that
/// does not fill the kernel's block of rows is slower), its parameters read once a tile, half of
/// which computing hides, and starting tiles.
constexpr std::int64_t unit_cycles(const unit& u, const target& t, int tile) {
  if (u.in_place) return 0;
  const int rows = u.tile(tile);
  const int tiles = ceil_div(u.steps, rows);
  const std::int64_t elements = u.out.elements();
  std::int64_t compute = max_of(u.macs, elements / 2) / t.macs_per_cycle;
  if (rows < min_of(u.block_rows, u.steps)) compute += compute / 3;
  // The first tile brings the parameters near; later ones find them there if they are small.
  const bool stay = u.parameter_bytes <= t.scratchpad / 4;
  const std::int64_t parameters =
      stay ? u.parameter_bytes / t.memory_bytes_per_cycle +
                 u.parameter_bytes * (tiles - 1) / t.scratchpad_bytes_per_cycle
           : u.parameter_bytes * tiles / t.memory_bytes_per_cycle;
  return compute + parameters / 2 + std::int64_t{tiles} * t.step_cycles;
}

/// Sums over units [0, i), so that any segment is priced in O(1).
template <int N>
struct prefix_sums {
  bytes_t rings[tile_choice_count][N + 1] = {};
  std::int64_t cycles[tile_choice_count][N + 1] = {};
  bytes_t reads[N + 1] = {};     // what the units read
  bytes_t consumed[N + 1] = {};  // what others read of the units
};

}  // namespace detail

/// Chooses segments and tiles: `p.segments` with first, last, tile, moved and cycles. A segment is
/// a run of units of which only the last is read from outside, whose rings fit the scratchpad; the
/// choice minimises max(compute, transfer) + transfer / 4 + barrier over the model: a transfer
/// hidden behind computing still takes bandwidth from others, and of equal plans the one that moves
/// less wins.
template <int N, class Policy>
constexpr void link_units(const target& t, const Policy& policy, plan<N>& p) {
  using namespace detail;
  const int n = p.unit_count;
  const int choices = policy.tile > 0 ? 1 : tile_choice_count;
  int joins[N] = {};
  join_points(p, joins);

  prefix_sums<N> sums;
  int last_use[N] = {};
  bytes_t zero_row[N] = {};
  for (int i = 0; i < n; ++i) {
    const unit& u = p.units[i];
    bytes_t consumed = 0;
    last_use[i] = -1;
    for (int link = u.first_consumer; link >= 0;) {
      const unit& c = p.units[link / max_streams];
      const access& reads = c.edges[link % max_streams].reads;
      consumed += bytes_read(u, c, reads);
      last_use[i] = max_of(last_use[i], link / max_streams);
      zero_row[link / max_streams] =
          max_of(zero_row[link / max_streams], zero_row_bytes(u, c, reads));
      link = c.next_consumer[link % max_streams];
    }
    sums.consumed[i + 1] = sums.consumed[i] + (u.in_place ? 0 : consumed);
    bytes_t reads = u.input_port >= 0 && !u.in_place ? bytes_written(u) : 0;
    for (int k = 0; k < u.edge_count; ++k) {
      reads += bytes_read(p.units[u.edges[k].from], u, u.edges[k].reads);
    }
    sums.reads[i + 1] = sums.reads[i] + reads;
    for (int c = 0; c < choices; ++c) {
      const int tile = policy.tile > 0 ? policy.tile : tile_choices[c];
      const int rows = u.in_place ? 0 : ring_bound(p, i, joins[i], tile);
      sums.rings[c][i + 1] = sums.rings[c][i] + bytes_t{rows} * u.row_stride;
      sums.cycles[c][i + 1] = sums.cycles[c][i] + unit_cycles(u, t, tile);
    }
  }

  const auto ring_bytes = [&](int c, int i, int j) { return sums.rings[c][j] - sums.rings[c][i]; };
  // Units [i, j] as one segment, but for the barrier. A ring's bytes must come near once a run, as
  // a materialised tensor's do.
  const auto segment_cycles = [&](int c, int i, int j, std::int64_t transfer) {
    const std::int64_t compute =
        sums.cycles[c][j + 1] - sums.cycles[c][i] + ring_bytes(c, i, j) / t.memory_bytes_per_cycle;
    return (compute > transfer ? compute : transfer) + transfer / 4;
  };
  std::int64_t best[N + 1] = {};
  int first[N + 1] = {};
  int tile[N + 1] = {};
  bool limited[N + 1] = {};  // by the scratchpad, not by what the graph allows
  for (int j = 0; j < n; ++j) {
    best[j + 1] = -1;
    bytes_t zeros = 0;
    bytes_t temporaries = 0;
    for (int i = j; i >= 0; --i) {
      const unit& u = p.units[i];
      const bool inside = u.in_place || (!u.materialise && last_use[i] >= 0 && last_use[i] <= j);
      if (i < j && !(inside && (policy.link || u.in_place))) break;
      zeros = max_of(zeros, zero_row[i]);
      temporaries = max_of(temporaries, u.temporary_bytes);
      const bytes_t moved = sums.reads[j + 1] - sums.reads[i] -
                            (sums.consumed[j] - sums.consumed[i]) +
                            (p.units[j].in_place ? 0 : bytes_written(p.units[j]));
      const std::int64_t transfer = moved / t.memory_bytes_per_cycle;
      const std::int64_t before = best[i] + t.barrier_cycles;
      const bytes_t room =
          t.scratchpad - align_up(zeros, t.alignment) - align_up(temporaries, t.alignment);
      bool fits = false;
      for (int c = 0; c < choices; ++c) {
        if (ring_bytes(c, i, j) > room) continue;
        fits = true;
        const std::int64_t cycles = before + segment_cycles(c, i, j, transfer);
        if (best[j + 1] < 0 || cycles < best[j + 1]) {
          best[j + 1] = cycles;
          first[j + 1] = i;
          tile[j + 1] = c;
        }
      }
      if (!fits) {
        limited[j + 1] = true;
        if (i < j) break;
        p.why = fault::scratchpad_too_small;
        p.where = j;
        p.needs = t.scratchpad - room;
        p.has = t.scratchpad;
        return;
      }
    }
  }

  for (int end = n; end > 0; end = first[end]) ++p.segment_count;
  int index = p.segment_count;
  for (int end = n; end > 0; end = first[end]) {
    segment& s = p.segments[--index];
    const int i = first[end];
    const int j = end - 1;
    s.first = i;
    s.last = j;
    s.moved = sums.reads[end] - sums.reads[i] - (sums.consumed[j] - sums.consumed[i]) +
              (p.units[j].in_place ? 0 : bytes_written(p.units[j]));
    // Of the tiles that cost at most a fiftieth more, the one with the smallest rings.
    const std::int64_t transfer = s.moved / t.memory_bytes_per_cycle;
    int chosen = tile[end];
    s.cycles = best[end] - best[i];
    const std::int64_t limit = s.cycles + s.cycles / 50;
    for (int c = 0; c < choices; ++c) {
      const std::int64_t cycles = t.barrier_cycles + segment_cycles(c, i, j, transfer);
      if (cycles <= limit && ring_bytes(c, i, j) < ring_bytes(chosen, i, j)) {
        chosen = c;
        s.cycles = cycles;
      }
    }
    s.tile = policy.tile > 0 ? policy.tile : tile_choices[chosen];
    int most = 0;
    for (int u = i; u < end; ++u) {
      s.zero_row = max_of(s.zero_row, align_up(zero_row[u], t.alignment));
      s.temporaries = max_of(s.temporaries, align_up(p.units[u].temporary_bytes, t.alignment));
      most = max_of(most, p.units[u].steps);
      p.units[u].segment = index;
    }
    s.tile = min_of(s.tile, most);
  }
  // Why each segment ends where it does.
  for (int k = 0; k < p.segment_count; ++k) {
    unit& u = p.units[p.segments[k].last];
    if (u.output_port >= 0) {
      u.why = cut::output;
    } else if (!u.materialise) {
      const int next = k + 1 < p.segment_count ? p.segments[k + 1].last : n;
      u.why = last_use[p.segments[k].last] > next     ? cut::used_later
              : !policy.link                          ? cut::asked
              : limited[next + 1 <= n ? next + 1 : n] ? cut::scratchpad
                                                      : cut::cost;
    }
  }
}

}  // namespace xenos::inline XENOS_ABI
