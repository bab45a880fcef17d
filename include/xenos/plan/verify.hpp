// Proof of a plan: its schedule is replayed and every claim checked.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/plan/demand.hpp>
#include <xenos/plan/link.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/schedule.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/plan/verify_pipeline.hpp>
#include <xenos/plan/verify_rounds.hpp>
#include <xenos/plan/verify_split.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

/// What `verify` found wrong first.
enum class flaw : std::uint8_t {
  none,
  infeasible,         // the plan says itself that it cannot run
  record_misplaced,   // a record is in no unit, in several, or out of order
  edge_differs,       // a unit's inputs are not its records'
  tensor_misplaced,   // where the model or the caller does not allow it: a cut in a ring, an output
  segment_misplaced,  // segments do not partition the units, or one leaks an inner tensor
  halo_too_small,     // a consumer reads columns beyond the row's halo
  bytes_differ,       // a tensor's bytes are not rows * stride, or a stride does not hold its row
  misaligned,         // an offset or stride breaks the target's alignment
  overlap,            // two tensors alive together share bytes
  beyond_arena,       // a tensor ends beyond its tier
  totals_differ,      // totals are not what the parts add up to, or exceed the target
  zero_row_too_small,  // rows outside the image do not fit the shared row of zeros
  split_wrong,         // shares are not independent, disjoint and complete
  stages_wrong,        // stages of a pipeline are out of order, or wait for each other
  rounds_wrong,        // parameters of a round or unfinished sums do not fit, or rounds miss some
  step_out_of_order,   // a step repeats, skips or exceeds rows, or is wider than its ring
  read_before_write,   // a step reads a row that is not there yet, or never
  read_after_loss,     // a step reads a row that was overwritten
};

/// The first flaw and the unit where it is.
struct verdict {
  flaw what = flaw::none;
  int unit = -1;
  friend constexpr bool operator==(const verdict&, const verdict&) = default;
};

namespace detail {

template <int N, int M>
constexpr verdict verify_units(const graph<M>& g, const plan<N>& p) {
  int unit_of[M] = {};
  int seen = 0;
  for (int i = 0; i < p.unit_count; ++i) {
    const unit& u = p.units[i];
    int previous = -1;
    int k = 0;
    bytes_t whole = 0;  // parameters that are brought at once
    if (u.follower_count < 0 || u.follower_count > max_followers || u.edge_count < 0 ||
        u.edge_count > max_streams) {
      return {flaw::record_misplaced, i};
    }
    for (int f = -1; f < u.follower_count; ++f) {
      const int id = f < 0 ? u.head : u.followers[f];
      if (id <= previous || id >= g.count) return {flaw::record_misplaced, i};
      const record& r = g[id];
      const bool joins = r.kind == role::output || r.map == mapping::one_to_one;
      const bool fusable = f < 0 || (joins && !r.sequential);
      const bool severed = f >= 0 && g[previous].cut_after;
      if (!fusable || severed) return {flaw::record_misplaced, i};
      if (r.temporary_bytes > u.temporary_bytes) return {flaw::totals_differ, i};
      if (f >= 0 || r.channel_bytes == 0) whole += r.parameter_bytes;
      for (int operand = 0; operand < r.inputs; ++operand) {
        if (f >= 0 && operand == u.chain_operand[f]) {
          if (r.from[operand] != previous) return {flaw::edge_differs, i};
          continue;
        }
        if (k == u.edge_count) return {flaw::edge_differs, i};
        const edge& e = u.edges[k++];
        // The epilogue of an accumulating stage runs once, for its one row: it reads no other rows.
        if (g[u.head].accumulates && f >= 0) return {flaw::edge_differs, i};
        const bool same = e.follower == f && e.reads == r.reads[operand] && e.from >= 0 &&
                          e.from < i && unit_of[r.from[operand]] == e.from + 1;
        if (!same) return {flaw::edge_differs, i};
      }
      if (previous >= 0) unit_of[previous] = 0;  // inner values of a unit are read by nobody else
      unit_of[id] = i + 1;
      previous = id;
      ++seen;
    }
    if (k != u.edge_count) return {flaw::edge_differs, i};
    const record& head = g[u.head];
    const record& last = g[previous];
    const bool same = u.out == last.out && u.steps == head.steps && u.type == last.type &&
                      u.accumulates == head.accumulates && u.sequential == head.sequential &&
                      u.state_bytes == head.state_bytes && u.channelwise == head.channelwise &&
                      u.channel_block == head.channel_block && u.column_cuts == head.column_cuts &&
                      u.channel_bytes == head.channel_bytes && u.whole_bytes == whole &&
                      u.terms == head.terms && u.term_bytes == head.term_bytes &&
                      u.sum_bytes == head.sum_bytes && u.end_bytes == head.end_bytes;
    if (!same) return {flaw::record_misplaced, i};
    const int in = head.kind == role::input ? head.port : -1;
    const int out = last.kind == role::output ? last.port : -1;
    const bool with_caller = u.in_place || out >= 0;
    if (u.input_port != in || u.output_port != out || (u.in_place && in < 0) ||
        (u.where == placement::caller) != with_caller ||
        (last.cut_after && u.where != placement::memory)) {
      return {flaw::tensor_misplaced, i};
    }
  }
  return {seen == g.count ? flaw::none : flaw::record_misplaced, -1};
}

/// Whether the state of unit `index` has a place of its own between temporaries and rings.
template <int N>
constexpr flaw state_flaw(const target& t, const plan<N>& p, int index) {
  const unit& u = p.units[index];
  if (u.state_bytes <= 0) return flaw::none;
  const segment& s = p.segments[u.segment];
  const bytes_t end = u.state_offset + u.state_bytes;
  if (u.state_offset % t.alignment != 0) return flaw::misaligned;
  if (u.state_offset < s.zero_row + s.temporaries || end > s.before_sums()) return flaw::overlap;
  for (int k = s.first; k < index; ++k) {
    const unit& other = p.units[k];
    if (other.state_offset < end && u.state_offset < other.state_offset + other.state_bytes) {
      return flaw::overlap;
    }
  }
  return flaw::none;
}

template <int N>
constexpr verdict verify_layout(const target& t, const plan<N>& p) {
  bytes_t scratchpad = 0;
  bytes_t memory = 0;
  int last_segment[N] = {};
  int widest[N] = {};                  // by unit: the most columns that a part computes
  int most_read[N][max_streams] = {};  // and reads through each edge
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    for (int part = 0; part < s.column_parts(); ++part) {
      range columns[N] = {};
      columns_of_part(p, s, part, columns);
      for (int i = s.first; i <= s.last; ++i) {
        const unit& u = p.units[i];
        widest[i] = max_of(widest[i], columns[i].size());
        for (int e = 0; e < u.edge_count; ++e) {
          const int read = columns_read(p, s, u.edges[e], columns[i]).size();
          most_read[i][e] = max_of(most_read[i][e], read);
        }
      }
    }
  }
  for (int i = 0; i < p.unit_count; ++i) last_segment[i] = p.units[i].segment;
  for (int i = 0; i < p.unit_count; ++i) {
    for (int k = 0; k < p.units[i].edge_count; ++k) {
      int& last = last_segment[p.units[i].edges[k].from];
      last = max_of(last, p.units[i].segment);
    }
  }
  for (int i = 0; i < p.unit_count; ++i) {
    const unit& u = p.units[i];
    const segment& s = p.segments[u.segment];
    const int columns = u.where == placement::ring ? widest[i] : u.out.width;
    const int row = (u.halo_left + columns + u.halo_right) * u.out.channels * size_of(u.type);
    if (u.halo_left < 0 || u.halo_right < 0) return {flaw::halo_too_small, i};
    for (int k = 0; k < u.edge_count; ++k) {
      const unit& from = p.units[u.edges[k].from];
      const access& reads = u.edges[k].reads;
      if (from.halo_left < reads.left || from.halo_right < reads.right) {
        return {flaw::halo_too_small, i};
      }
      const bool outside = reads.rows.first(0) < 0 || reads.rows.end(u.steps) > from.out.height;
      const bytes_t zeros = most_read[i][k] + from.halo_left + from.halo_right;
      if (reads.zeros && outside && s.zero_row < zeros * from.out.channels * size_of(from.type)) {
        return {flaw::zero_row_too_small, i};
      }
    }
    if (u.row_stride < row || u.bytes != bytes_t{u.rows} * u.row_stride) {
      return {flaw::bytes_differ, i};
    }
    const flaw state = state_flaw(t, p, i);
    if (state != flaw::none) return {state, i};
    // In memory, rings lie between the stages of a pipeline only.
    const bool some = u.where == placement::memory && p.stages > 1 && u.rows > 0;
    if (u.where != placement::ring && (some ? u.rows > u.out.height : u.rows != u.out.height)) {
      return {flaw::bytes_differ, i};
    }
    if (s.temporaries < u.temporary_bytes) return {flaw::totals_differ, i};
    if (u.where == placement::caller) {
      if (u.row_stride != row || u.halo_left + u.halo_right > 0) return {flaw::bytes_differ, i};
      continue;
    }
    if (u.offset % t.alignment != 0 || u.row_stride % t.alignment != 0 || u.offset < 0) {
      return {flaw::misaligned, i};
    }
    const bytes_t lowest = u.where == placement::ring ? s.before_rings() : 0;
    if (u.offset < lowest) return {flaw::overlap, i};
    bytes_t& tier = u.where == placement::ring ? scratchpad : memory;
    tier = max_of(tier, u.offset + u.bytes);
    for (int k = 0; k < i; ++k) {
      const unit& other = p.units[k];
      if (other.where != u.where) continue;
      const bool together =
          u.where == placement::ring
              ? other.segment == u.segment
              : p.stages > 1 || (other.segment <= last_segment[i] && u.segment <= last_segment[k]);
      if (together && other.offset < u.offset + u.bytes && u.offset < other.offset + other.bytes) {
        return {flaw::overlap, i};
      }
    }
  }
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    if (s.round_in_memory) {  // behind all tensors, one after another
      if (s.round_offset < memory) return {flaw::overlap, s.last};
      if (s.round_offset % t.alignment != 0) return {flaw::misaligned, s.last};
      memory = s.round_offset + s.round_bytes;
    }
    bytes_t rings = 0;
    bytes_t states = 0;
    for (int i = s.first; i <= s.last; ++i) {
      states += align_up(p.units[i].state_bytes, t.alignment);
      if (p.units[i].where == placement::ring) rings += p.units[i].bytes;
    }
    if (rings != s.rings || states != s.states) return {flaw::totals_differ, s.last};
    if (s.zero_row % t.alignment != 0) return {flaw::misaligned, s.last};
    if (s.zero_row < 0 || s.temporaries < 0 || s.sums < 0) return {flaw::bytes_differ, s.last};
    scratchpad = max_of(scratchpad, s.scratchpad());
  }
  const bytes_t behind = p.rounds > 0 ? p.buffer_offset(1) + p.parameter_buffers[1] : p.area_bytes;
  if (scratchpad > p.area_bytes || memory > p.memory_bytes || behind > p.scratchpad_bytes) {
    return {flaw::beyond_arena, -1};
  }
  const bool exact = scratchpad == p.area_bytes && memory == p.memory_bytes &&
                     behind == p.scratchpad_bytes && p.scratchpad_bytes <= t.scratchpad &&
                     p.arena_bytes() <= t.memory;
  return {exact ? flaw::none : flaw::totals_differ, -1};
}

/// What the plan says of bytes moved, added up edge by edge.
template <int N>
constexpr verdict verify_traffic(const plan<N>& p) {
  bytes_t sums[2] = {};  // through memory and the caller's buffers, through rings
  for (int i = 0; i < p.unit_count; ++i) {
    const unit& u = p.units[i];
    for (int k = 0; k < u.edge_count; ++k) {
      const unit& from = p.units[u.edges[k].from];
      sums[from.where == placement::ring] += bytes_read(from, u, u.edges[k].reads);
    }
    if (u.in_place) continue;
    sums[u.where == placement::ring] += bytes_written(u);
    if (u.input_port >= 0) sums[0] += bytes_written(u);  // copied from the caller
  }
  const bool exact = sums[0] == p.moved_bytes && sums[1] == p.near_bytes;
  return {exact ? flaw::none : flaw::totals_differ, -1};
}

/// Replays what part `part` of rows computes of segment `s`; the number of steps is counted.
template <int N>
constexpr verdict verify_part(const plan<N>& p, const segment& s, int part) {
  schedule_cursor<N> cursor(p, s, part);
  int done[N] = {};
  int begun[N] = {};
  for (int i = s.first; i <= s.last; ++i) done[i] = begun[i] = cursor.done[i];
  const range wanted = share(p.units[s.last].steps, s.split.rows, part);
  if (!wanted.empty() && begun[s.last] != wanted.first) {
    return {flaw::step_out_of_order, s.last};
  }
  step now;
  int steps = 0;
  while (cursor.next(p, s, now)) {
    const unit& u = p.units[now.unit];
    ++steps;
    const bool in_order = now.unit >= s.first && now.unit <= s.last &&
                          now.first == done[now.unit] && now.end > now.first && now.end <= u.steps;
    if (!in_order || (u.accumulates ? 1 : now.end - now.first) > u.rows ||
        ((u.accumulates || u.sequential) && begun[now.unit] > 0)) {
      return {flaw::step_out_of_order, now.unit};
    }
    for (int k = 0; k < u.edge_count; ++k) {
      const edge& e = u.edges[k];
      const unit& from = p.units[e.from];
      if (from.in_place || e.from < s.first) continue;  // there as a whole
      const int have = done[e.from];
      const int ring = from.accumulates || from.where != placement::ring ? 0 : have - from.rows;
      const int needed = rows_demanded(from, u, e.reads, now.end);
      const int oldest = oldest_row(from, u, e.reads, now.first);
      if (oldest >= needed) continue;  // it reads padding only
      if (needed > have) return {flaw::read_before_write, now.unit};
      if (oldest < max_of(ring, begun[e.from])) return {flaw::read_after_loss, now.unit};
    }
    done[now.unit] = now.end;
  }
  const bool complete =
      steps == s.part_steps[part] && (wanted.empty() || done[s.last] == wanted.end);
  return {complete ? flaw::none : flaw::step_out_of_order, s.last};
}

}  // namespace detail

/// Proves `p` for graph and target, or names the first flaw: every record runs exactly once, shares
/// of cores are disjoint and complete, every read finds its rows and columns live in that core's
/// rings, nothing alive is overwritten, halos and bytes are exact.
template <int N, int M>
constexpr verdict verify(const graph<M>& g, const target& t, const plan<N>& p) {
  if (p.why != fault::none) return {flaw::infeasible, p.where};
  verdict v = detail::verify_units(g, p);
  if (v.what != flaw::none) return v;
  int next = 0;
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    if (s.first != next || s.last < s.first || s.last >= p.unit_count) {
      return {flaw::segment_misplaced, next};
    }
    next = s.last + 1;
    for (int i = s.first; i <= s.last; ++i) {
      if (p.units[i].segment != k) return {flaw::segment_misplaced, i};
      for (int e = 0; e < p.units[i].edge_count; ++e) {
        const unit& from = p.units[p.units[i].edges[e].from];
        const bool outside = from.segment != k && !from.in_place;
        if (outside && (from.where == placement::ring ||
                        p.segments[from.segment].last != p.units[i].edges[e].from)) {
          return {flaw::segment_misplaced, i};
        }
        if (g[p.units[i].head].map == mapping::whole && p.units[i].edges[e].follower < 0 &&
            from.where == placement::ring) {
          return {flaw::segment_misplaced, i};
        }
      }
    }
  }
  if (next != p.unit_count) return {flaw::segment_misplaced, next};
  int cores = 1;
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    if (!detail::split_allowed(t, p, s) || !detail::columns_present(p, s)) {
      return {flaw::split_wrong, s.last};
    }
    cores = max_of(cores, s.split.count());
  }
  if (!detail::stages_in_order(t, p)) return {flaw::stages_wrong, -1};
  if (max_of(cores, p.stages) != p.cores) return {flaw::split_wrong, -1};
  v = detail::verify_layout(t, p);
  if (v.what == flaw::none && !detail::rounds_sound(t, p)) v = {flaw::rounds_wrong, -1};
  if (v.what == flaw::none) v = detail::verify_traffic(p);
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    int steps = 0;
    for (int part = 0; part < s.split.rows && v.what == flaw::none; ++part) {
      v = detail::verify_part(p, s, part);
      steps += s.part_steps[part];
    }
    if (v.what == flaw::none && steps != s.steps) v = {flaw::step_out_of_order, s.last};
  }
  if (v.what == flaw::none && p.stages > 1 && !detail::stages_end(p, 3))
    v = {flaw::stages_wrong, -1};
  return v;
}

}  // namespace xenos::inline XENOS_ABI
