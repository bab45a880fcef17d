// What the planner weighs before it chooses: the cycles and bytes of a segment that grows unit by
// unit.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/cost.hpp>
#include <xenos/plan/demand.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/rounds.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI::detail {

/// Rows a step that the planner tries; the last means all rows.
inline constexpr int tile_choices[] = {1, 2, 4, 8, 16, 1 << 24};
inline constexpr int tile_choice_count = 6;

/// Activation bytes between scratchpads and memory; `near`: those of fast memory.
struct traffic {
  bytes_t all = 0;
  bytes_t near = 0;

  constexpr void add(bytes_t bytes, bool fast) {
    all += bytes;
    near += fast ? bytes : 0;
  }
};

/// Whether the whole tensor of a unit could lie in fast memory. The caller's buffers do not, and
/// what several cores write is in none of their caches.
constexpr bool fits_fast_memory(const unit& u, const target& t) {
  if (u.in_place || u.output_port >= 0 || (t.parameters_in_place && t.cores > 1)) return false;
  return bytes_t{u.out.height} * u.row_stride <= t.fast_memory;
}

/// What is known of the units before segments are chosen.
template <int N>
struct link_facts {
  int choices = tile_choice_count;
  int tiles[tile_choice_count] = {};
  int ring_rows[tile_choice_count][N] = {};  // bounds
  int last_use[N] = {};                      // the last unit that reads it, or -1
  bytes_t zero_row[N] = {};
  // Sums over units [0, i), so that a segment that is not split is priced in O(1).
  bytes_t rings[tile_choice_count][N + 1] = {};
  std::int64_t cycles[tile_choice_count][N + 1] = {};
  std::int64_t starts[tile_choice_count][N + 1] = {};  // of them: starting tiles
  traffic reads[N + 1] = {};                           // what the units read
  traffic consumed[N + 1] = {};                        // what others read of the units
  traffic written[N] = {};

  /// What units [i, j] as one segment read from beyond the scratchpad, `times` over, and write
  /// there. Where not all of it fits fast memory together, the smaller part is beyond.
  [[nodiscard]] constexpr traffic moved(int i, int j, bytes_t fast_memory, int times = 1) const {
    const bytes_t all = reads[j + 1].all - reads[i].all - (consumed[j].all - consumed[i].all);
    bytes_t near = reads[j + 1].near - reads[i].near - (consumed[j].near - consumed[i].near);
    bytes_t own = written[j].near;
    if (near + own > fast_memory) (near < own ? near : own) = 0;
    return {all * times + written[j].all, near * times + own};
  }
};

template <int N, class Policy>
constexpr link_facts<N> gather_facts(const target& t, const Policy& policy, const plan<N>& p) {
  link_facts<N> f;
  f.choices = policy.tile > 0 ? 1 : tile_choice_count;
  for (int c = 0; c < f.choices; ++c) f.tiles[c] = policy.tile > 0 ? policy.tile : tile_choices[c];
  if (p.stages > 1) {  // rows are to go on while others are computed
    for (int i = 0; i < p.unit_count; ++i) {
      if (p.units[i].why != cut::stage) continue;
      while (f.choices > 1 && f.tiles[f.choices - 1] * 4 > p.units[i].steps) --f.choices;
    }
  }
  join_point joins[N] = {};
  join_points(p, joins);
  for (int i = 0; i < p.unit_count; ++i) {
    const unit& u = p.units[i];
    const bool fast = fits_fast_memory(u, t);
    bytes_t consumed = 0;
    f.last_use[i] = -1;
    for (int link = u.first_consumer; link >= 0;) {
      const int consumer = link / max_streams;
      const unit& c = p.units[consumer];
      const access& reads = c.edges[link % max_streams].reads;
      consumed += bytes_read(u, c, reads);
      f.last_use[i] = max_of(f.last_use[i], consumer);
      f.zero_row[consumer] = max_of(f.zero_row[consumer], zero_row_bytes(u, c, reads));
      link = c.next_consumer[link % max_streams];
    }
    f.consumed[i + 1] = f.consumed[i];
    f.reads[i + 1] = f.reads[i];
    if (!u.in_place) {
      f.consumed[i + 1].add(consumed, fast);
      f.written[i].add(bytes_written(u), fast);
      if (u.input_port >= 0) f.reads[i + 1].add(bytes_written(u), false);
    }
    for (int k = 0; k < u.edge_count; ++k) {
      const unit& from = p.units[u.edges[k].from];
      f.reads[i + 1].add(bytes_read(from, u, u.edges[k].reads), fits_fast_memory(from, t));
    }
    for (int c = 0; c < f.choices; ++c) {
      f.ring_rows[c][i] = u.in_place ? 0 : ring_bound(p, i, joins[i], f.tiles[c]);
      f.rings[c][i + 1] = f.rings[c][i] + bytes_t{f.ring_rows[c][i]} * u.row_stride;
      f.cycles[c][i + 1] = f.cycles[c][i] + unit_cycles(u, t, f.tiles[c], all_of(u));
      f.starts[c][i + 1] = f.starts[c][i] + start_cycles(u, t, f.tiles[c], u.steps);
    }
  }
  return f;
}

/// Bytes from row to row of a ring of unit `u` that holds at most `columns` columns.
constexpr int ring_stride(const unit& u, int columns, int alignment) {
  if (columns >= u.out.width) return u.row_stride;
  const bytes_t pixels = columns + u.halo_left + u.halo_right;
  return static_cast<int>(align_up(pixels * u.out.channels * size_of(u.type), alignment));
}

/// A growing segment under one split: what the core with the largest share does, by tile choice.
template <int N>
struct split_price {
  split_rules rules{};
  unit_part part[N] = {};    // bounds, of one part of columns
  progress columns[N] = {};  // of parts of columns, as those of `region_bound` are of rows
  std::int64_t cycles[tile_choice_count] = {};
  std::int64_t starts[tile_choice_count] = {};  // of them: starting tiles
  bytes_t rings[tile_choice_count] = {};
  bytes_t zero_row = 0;

  /// Puts unit `i` before those that are in; `j` is the last.
  constexpr void add(const plan<N>& p, const target& t, const link_facts<N>& f, int i, int j) {
    const unit& u = p.units[i];
    rules.add(u, p.units[j]);
    if (!rules.possible) return;
    const bool all_columns = rules.column_parts() == 1;
    if (all_columns) zero_row = max_of(zero_row, f.zero_row[i]);
    if (u.in_place) return;
    const ways& w = rules.split;
    const auto largest = [](int total, int parts, int block) {
      return min_of(ceil_div(ceil_div(total, block), parts) * block, total);
    };
    unit_part& mine = part[i];
    mine.channels = largest(u.out.channels, w.channels, rules.channel_block);
    mine.columns = u.out.width;
    if (i == j) {
      mine.rows = largest(u.steps, w.rows, 1);
      if (!all_columns)
        mine.columns = largest(u.out.width, rules.column_parts(), rules.column_block);
      columns[j] = {true, 1, 1, 0, 0, 0, 0};
    }
    for (int link = u.first_consumer; i < j && link >= 0;) {
      const int c = link / max_streams;
      const unit& consumer = p.units[c];
      const access& reads = consumer.edges[link % max_streams].reads;
      const int rows = w.rows == 1            ? u.steps
                       : consumer.accumulates ? part[c].rows
                                              : reads.rows.span(max_of(part[c].rows, 1));
      mine.rows = min_of(max_of(mine.rows, rows), u.steps);
      if (!all_columns) {
        const progress wanted = demanded(columns[c], reads.columns, 1);
        if (link == u.first_consumer) columns[i] = wanted;
        columns[i].meet(wanted);
      }
      link = consumer.next_consumer[link % max_streams];
    }
    if (!all_columns && i < j) mine.columns = span(columns[i], part[j].columns, u.out.width);
    for (int k = 0; !all_columns && k < u.edge_count; ++k) {
      const unit& from = p.units[u.edges[k].from];
      const access& reads = u.edges[k].reads;
      if (zero_row_bytes(from, u, reads) == 0) continue;
      const int read =
          span(demanded(columns[i], reads.columns, 1), part[j].columns, from.out.width);
      zero_row = max_of(zero_row, bytes_t{ring_stride(from, read, t.alignment)});
    }
    for (int k = 0; k < f.choices; ++k) {
      cycles[k] += rules.strips * unit_cycles(u, t, f.tiles[k], mine);
      starts[k] += rules.strips * start_cycles(u, t, f.tiles[k], mine.rows);
      if (i < j) {
        rings[k] += bytes_t{f.ring_rows[k][i]} * ring_stride(u, mine.columns, t.alignment);
      }
    }
  }

 private:
  /// The most columns between the bounds `at` when the last unit has `count` columns.
  static constexpr int span(const progress& at, int count, int width) {
    if (!at.known) return width;
    const int most = floor_div(count * at.slope + at.high - at.start, at.scale) + 1;
    return min_of(max_of(most, 1), width);
  }
};

/// Cycles of computing on one core in rounds: tiles are started in each, and unfinished sums are
/// stored and loaded again between them. `columns` and `rows` are what the core computes.
constexpr std::int64_t computing_cycles(const unit& last, const target& t, const round_cuts& cut,
                                        std::int64_t cycles, std::int64_t starts, unit_part part) {
  cycles += (cut.passes() - 1) * starts;
  if (cut.pieces == 1) return cycles;
  const bytes_t sums = bytes_t{part.rows} * part.columns * pixel_sum_bytes(last, part.channels);
  return cycles + bytes_t{2} * (cut.pieces - 1) * sums / t.scratchpad_bytes_per_cycle;
}

/// What a segment costs: a core's computing, its rings and the parameters that come to it in
/// `starts` transfers, and what all cores move.
struct segment_load {
  ways split{};
  std::int64_t computing = 0;
  bytes_t rings = 0;
  traffic moved{};
  bytes_t brought = 0;
  int starts = 0;
};

/// What units [i, j] as a segment move and bring in rounds `cut`: each round of channels reads the
/// inputs anew, unless the first unit that computes works on channels of its own.
template <int N>
constexpr void add_rounds(segment_load& load, const plan<N>& p, const link_facts<N>& f, int i,
                          int j, const target& t, const round_price& parameters,
                          const round_cuts& cut) {
  const bool again = !p.units[p.units[i].in_place ? min_of(i + 1, j) : i].channelwise;
  load.moved = f.moved(i, j, t.fast_memory, again ? cut.channels : 1);
  load.brought = parameters.all / load.split.channels * cut.bands;
  load.starts = parameters.units_with * cut.count();
}

/// Cycles in which a core moves activations through its caches.
constexpr std::int64_t moving_cycles(const target& t, bytes_t far, bytes_t near) {
  return far / t.memory_bytes_per_cycle + near / t.fast_memory_bytes_per_cycle;
}

/// Cycles in which the bytes of a segment's rings come near once a run.
constexpr std::int64_t ring_cycles(const target& t, bytes_t rings) {
  return rings /
         (rings <= t.fast_memory ? t.fast_memory_bytes_per_cycle : t.memory_bytes_per_cycle);
}

/// Cycles in which the cores of a segment begin and meet.
constexpr std::int64_t meeting_cycles(const target& t, int cores) {
  if (t.cores == 1) return t.segment_cycles;
  return std::int64_t{t.barrier_cycles} * (t.parameters_in_place && cores > 1 ? 2 : 1);
}

/// Cycles of a segment, after which all cores meet. A core that makes channels reads all that the
/// others wrote, one that makes rows or columns little but its own.
///
/// Where kernels read parameters in place the scratchpad is a cache: the slower of computing and
/// moving, and a quarter of moving, since a transfer hidden behind computing still takes bandwidth
/// from others. A ring's bytes must come near once a run, as a materialised tensor's do. Cores that
/// share the work meet once more, and one that makes channels waits for what others have just
/// written.
///
/// Where a transport brings them, it does so while the core computes; for the activations that it
/// reads and writes beyond its scratchpad the core waits.
constexpr std::int64_t segment_cycles(const target& t, const segment_load& of) {
  const int cores = of.split.count();
  const int streams = of.split.channels > 1 ? 1 : cores;
  if (!t.parameters_in_place) {
    const bytes_t far = (of.moved.all - of.moved.near) * cores / streams;
    const std::int64_t near =
        of.moved.near == 0 ? 0 : of.moved.near / streams / t.fast_memory_bytes_per_cycle;
    const std::int64_t waiting = near + memory_cycles(t, far, cores);
    return max_of(of.computing + waiting,
                  bringing_cycles(t, of.brought, cores, of.split.channels, of.starts)) +
           meeting_cycles(t, cores);
  }
  const std::int64_t transfer =
      moving_cycles(t, (of.moved.all - of.moved.near) / streams, of.moved.near / streams);
  const bytes_t exchanged = of.moved.all / of.split.channels * (of.split.channels - 1);
  const std::int64_t compute =
      of.computing + ring_cycles(t, of.rings) + exchanged / t.exchange_bytes_per_cycle;
  return max_of(compute, transfer) + transfer / 4 + meeting_cycles(t, cores);
}

}  // namespace xenos::inline XENOS_ABI::detail
