// Where every byte lies: rings in the scratchpad, materialised tensors in memory.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/pipeline.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/price.hpp>
#include <xenos/plan/schedule.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

/// Lays out the states and rings of segment `index`. All segments share one scratchpad: zero row,
/// temporaries, states, unfinished sums, rings.
template <int N>
constexpr void place_rings(plan<N>& p, int index, const segment_rings<N>& rings) {
  segment& s = p.segments[index];
  s.steps = rings.best.steps;
  for (int part = 0; part < s.split.rows; ++part) s.part_steps[part] = rings.best.part_steps[part];
  s.reversed = rings.reversed;
  int columns[N] = {};  // by unit: the most that a part has
  for (int part = 0; part < s.column_parts(); ++part) {
    range of_part[N] = {};
    columns_of_part(p, s, part, of_part);
    for (int i = s.first; i <= s.last; ++i) columns[i] = max_of(columns[i], of_part[i].size());
  }
  bytes_t state = s.zero_row + s.temporaries;
  bytes_t at = s.before_rings();
  for (int i = s.first; i <= s.last; ++i) {
    unit& u = p.units[i];
    if (u.state_bytes > 0) {
      u.state_offset = state;
      state += align_up(u.state_bytes, p.alignment);
    }
    if (u.in_place) {
      u.where = placement::caller;
      u.rows = u.steps;
    } else if (i == s.last) {
      u.where = u.output_port >= 0 ? placement::caller : placement::memory;
      u.rows = u.where == placement::memory ? rows_in_memory(p, i, p.ahead) : u.out.height;
    } else {
      u.where = placement::ring;
      u.rows = rings.best.rows[i];
      if (s.column_parts() > 1) u.row_stride = detail::ring_stride(u, columns[i], p.alignment);
    }
    u.bytes = bytes_t{u.rows} * u.row_stride;
    for (int k = 0; k < u.edge_count; ++k) {
      const unit& producer = p.units[u.edges[k].from];
      if (producer.where != placement::ring) continue;
      s.near += detail::bytes_read(producer, u, u.edges[k].reads);
    }
    if (u.where == placement::ring) {
      u.offset = at;
      at += u.bytes;
      s.near += detail::bytes_written(u);
    }
  }
  s.rings = at - s.before_rings();
  p.area_bytes = max_of(p.area_bytes, at);
  p.moved_bytes += s.moved;
  p.near_bytes += s.near;
  p.cycles += s.cycles;
}

/// Gives each materialised tensor an offset in memory, so that tensors alive at the same time do
/// not overlap: largest first, each at the lowest offset that is free during its life (as TFLite
/// Micro's greedy planner does). A tensor lives from the segment that writes it to the last that
/// reads it; in a pipeline always, since stages work on different frames.
template <int N>
constexpr void place_tensors(plan<N>& p) {
  int order[N] = {};
  int end[N] = {};  // by unit: the last segment that reads it
  int count = 0;
  for (int i = 0; i < p.unit_count; ++i) {
    if (p.units[i].where != placement::memory) continue;
    end[i] = p.units[i].segment;
    for (int link = p.units[i].first_consumer; link >= 0;) {
      const unit& c = p.units[link / max_streams];
      end[i] = max_of(end[i], c.segment);
      link = c.next_consumer[link % max_streams];
    }
    int k = count++;
    for (; k > 0 && p.units[order[k - 1]].bytes < p.units[i].bytes; --k) order[k] = order[k - 1];
    order[k] = i;
  }
  int placed[N] = {};  // by offset
  int placed_count = 0;
  for (int n = 0; n < count; ++n) {
    unit& u = p.units[order[n]];
    bytes_t offset = 0;
    for (int k = 0; k < placed_count; ++k) {
      const unit& other = p.units[placed[k]];
      const bool together =
          p.stages > 1 || (other.segment <= end[order[n]] && u.segment <= end[placed[k]]);
      if (together && other.offset < offset + u.bytes && offset < other.offset + other.bytes) {
        offset = other.offset + other.bytes;
      }
    }
    u.offset = offset;
    int k = placed_count++;
    for (; k > 0 && p.units[placed[k - 1]].offset > offset; --k) placed[k] = placed[k - 1];
    placed[k] = order[n];
    p.memory_bytes = max_of(p.memory_bytes, offset + u.bytes);
  }
}

}  // namespace xenos::inline XENOS_ABI
