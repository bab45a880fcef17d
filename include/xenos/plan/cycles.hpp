// What a finished plan costs on a target: the cost model, applied to exact rows, rings and offsets.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/cost.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/price.hpp>
#include <xenos/plan/rounds.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/target/target.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// Where the cycles of a segment or a plan go.
struct cycle_count {
  std::int64_t computing = 0;   // of the core that has most to do, starting tiles included
  std::int64_t moving = 0;      // activations beyond the scratchpad, as far as computing waits
  std::int64_t parameters = 0;  // waiting for what a transport brings
  std::int64_t meeting = 0;

  [[nodiscard]] constexpr std::int64_t total() const {
    return computing + moving + parameters + meeting;
  }
  constexpr void add(const cycle_count& other) {
    computing += other.computing;
    moving += other.moving;
    parameters += other.parameters;
    meeting += other.meeting;
  }
};

namespace detail {

/// What one core does of a segment.
struct core_load {
  std::int64_t computing = 0;
  bytes_t fast = 0;  // between its scratchpad and fast memory
  bytes_t far = 0;   // between its scratchpad and memory beyond
};

/// Whether unit `u` of a finished plan lies in fast memory. Parameters that come through it for
/// several cores take their place behind the tensors.
template <int N>
constexpr bool in_fast_memory(const plan<N>& p, const target& t, const unit& u) {
  if (u.where != placement::memory) return false;
  if (t.parameters_in_place) return fits_fast_memory(u, t);
  const bytes_t passing = p.cores > 1 ? p.parameter_buffers[0] + p.parameter_buffers[1] : 0;
  return u.offset + u.bytes + passing <= t.fast_memory;
}

/// What a core reads of the producer of edge `e` for `rows` and `columns` of unit `u`: each row
/// once, those between its windows not at all.
template <int N>
constexpr bytes_t bytes_read_by_part(const plan<N>& p, const segment& s, const unit& u,
                                     const edge& e, range rows, range columns) {
  const unit& from = p.units[e.from];
  const window& w = e.reads.rows;
  int count = rows_demanded(from, u, e.reads, rows.end) -
              min_of(oldest_row(from, u, e.reads, rows.first), from.steps);
  if (from.accumulates) count = from.out.height;
  if (!from.accumulates && !u.accumulates && w.up == 1 && w.down > w.reach) {
    count = min_of(count, rows.size() * w.reach);
  }
  const int width = columns_read(p, s, e, columns).size();
  return bytes_t{max_of(count, 0)} * width * from.out.channels * size_of(from.type);
}

/// Cycles in which unit `i` computes its part of a core of segment `s`, all strips and rounds
/// included. `load` gets what it moves, `starts` what starting its tiles takes in one round.
template <int N>
constexpr std::int64_t unit_on_core(const plan<N>& p, const target& t, const segment& s, int i,
                                    range rows, range columns, range channels, core_load& load,
                                    std::int64_t& starts) {
  const unit& u = p.units[i];
  if (u.in_place || rows.empty() || columns.empty() || channels.empty()) return 0;
  const bool some = s.split.channels > 1;
  const unit_part part{rows.size(), columns.size(), some ? channels.size() : u.out.channels};
  starts += start_cycles(u, t, s.tile, part.rows);
  const int readings = u.channelwise ? 1 : s.rounds / s.bands / s.pieces;
  const auto move = [&](const unit& tensor, bytes_t bytes) {
    (in_fast_memory(p, t, tensor) ? load.fast : load.far) += bytes;
  };
  for (int k = 0; k < u.edge_count; ++k) {
    const edge& e = u.edges[k];
    const unit& from = p.units[e.from];
    if (e.from >= s.first && !from.in_place) continue;
    bytes_t bytes = bytes_read_by_part(p, s, u, e, rows, columns);
    if (some && u.channelwise) bytes = bytes * channels.size() / u.out.channels;
    move(from, bytes * readings);
  }
  const bytes_t pixels = bytes_t{u.accumulates ? u.out.height : part.rows} * part.columns;
  const bytes_t own = pixels * part.channels * size_of(u.type);
  if (u.input_port >= 0) load.far += own;
  if (i == s.last) move(u, own);
  if (s.round_in_memory) {
    const bool fast = s.round_offset + s.round_bytes <= t.fast_memory;
    (fast ? load.fast : load.far) += u.parameter_bytes * part.rows;
  }
  return unit_cycles(u, t, s.tile, part);
}

/// What core `core` does of segment `s`; of unit `only` alone, if it is given.
template <int N>
constexpr core_load load_of_core(const plan<N>& p, const target& t, const segment& s, int core,
                                 int only = -1) {
  const ways at = s.split.part(core);
  range rows[N] = {};
  range columns[N] = {};
  rows_of_part(p, s, at.rows, rows);
  const range channels = channels_of_part(p, s, at.channels);
  core_load load;
  unit_part last{rows[s.last].size(), 0, channels.size()};
  std::int64_t starts = 0;
  for (int strip = 0; strip < s.strips; ++strip) {
    columns_of_part(p, s, at.columns * s.strips + strip, columns);
    last.columns = max_of(last.columns, columns[s.last].size());
    for (int i = s.first; i <= s.last; ++i) {
      if (only >= 0 && i != only) continue;
      load.computing += unit_on_core(p, t, s, i, rows[i], columns[i], channels, load, starts);
    }
  }
  const round_cuts cut{s.rounds / s.bands / s.pieces, s.bands, s.pieces};
  load.computing = computing_cycles(p.units[s.last], t, cut, load.computing, starts, last);
  return load;
}

/// Cycles of segment `s` but for waiting for parameters, on the core that is last.
template <int N>
constexpr cycle_count work_of_segment(const plan<N>& p, const target& t, const segment& s) {
  cycle_count most;
  bytes_t far = 0;  // of all cores
  for (int core = 0; core < s.split.count(); ++core) {
    const core_load load = load_of_core(p, t, s, core);
    far += load.far;
    cycle_count own;
    own.computing = load.computing;
    if (t.parameters_in_place) {
      const bytes_t exchanged = s.moved / s.split.channels * (s.split.channels - 1);
      own.computing += ring_cycles(t, s.rings);
      own.moving = exchanged / t.exchange_bytes_per_cycle;
      const std::int64_t transfer = moving_cycles(t, load.far, load.fast);
      own.moving += max_of<std::int64_t>(transfer - own.total(), 0) + transfer / 4;
    } else if (load.fast > 0) {
      own.moving = load.fast / t.fast_memory_bytes_per_cycle;
    }
    if (own.total() > most.total()) most = own;
  }
  if (!t.parameters_in_place) most.moving += memory_cycles(t, far, s.split.count());
  most.meeting = meeting_cycles(t, s.split.count());
  return most;
}

/// Cycles in which a transport brings one round of segment `s`.
template <int N>
constexpr std::int64_t bringing_cycles(const plan<N>& p, const target& t, const segment& s) {
  if (t.parameters_in_place || s.round_bytes == 0) return 0;
  int starts = 0;
  for (int i = s.first; i <= s.last; ++i) starts += p.units[i].parameter_bytes > 0 ? 1 : 0;
  return bringing_cycles(t, s.round_bytes, s.split.count(), s.split.channels, starts);
}

}  // namespace detail

/// Cycles of segment `index` of a finished plan, by the cost model. A transport brings the next
/// round while one computes, also the first of the next segment; those of the first segment wait
/// for its first round.
template <int N>
constexpr cycle_count segment_cycles(const plan<N>& p, const target& t, int index) {
  const segment& s = p.segments[index];
  cycle_count count = detail::work_of_segment(p, t, s);
  if (t.parameters_in_place) return count;
  const std::int64_t own = detail::bringing_cycles(p, t, s);
  const std::int64_t next =
      index + 1 < p.segment_count ? detail::bringing_cycles(p, t, p.segments[index + 1]) : 0;
  const std::int64_t round = (count.computing + count.moving) / s.rounds;
  if (index == 0) count.parameters = own;
  count.parameters += (s.rounds - 1) * max_of<std::int64_t>(own - round, 0);
  count.parameters += max_of<std::int64_t>(next - round, 0);
  return count;
}

/// Cycles of plan `p` on target `t`, for which it was made, by the cost model: multiply-accumulates
/// by element type, bytes by tier, transfers that begin, cores that meet. 0 if it is infeasible.
template <int N>
constexpr cycle_count modelled_cycles(const plan<N>& p, const target& t) {
  cycle_count sum;
  for (int k = 0; p.why == fault::none && k < p.segment_count; ++k) {
    sum.add(segment_cycles(p, t, k));
  }
  return sum;
}

/// Cycles in which unit `i` computes, on the core that has most to do of it.
template <int N>
constexpr std::int64_t unit_cycles(const plan<N>& p, const target& t, int i) {
  const segment& s = p.segments[p.units[i].segment];
  std::int64_t most = 0;
  for (int core = 0; core < s.split.count(); ++core) {
    most = max_of(most, detail::load_of_core(p, t, s, core, i).computing);
  }
  return most;
}

}  // namespace xenos::inline XENOS_ABI
