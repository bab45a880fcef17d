// What each core computes: the rows, columns and channels of every unit of a split segment.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/range.hpp>
#include <xenos/plan/demand.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/policy.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

/// Rows (of its schedule) of each unit of segment `s` that part `part` of rows computes: its share
/// of the last unit, and what that needs of the others. Rows nobody needs are in no range, but
/// for those through which a sequential unit comes to others.
template <int N>
constexpr void rows_of_part(const plan<N>& p, const segment& s, int part, range (&rows)[N]) {
  for (int i = s.first; i <= s.last; ++i) rows[i] = {};
  rows[s.last] = share(p.units[s.last].steps, s.split.rows, part);
  for (int i = s.last; i >= s.first; --i) {
    if (rows[i].empty()) continue;
    const unit& u = p.units[i];
    if (u.sequential) rows[i].first = 0;
    for (int k = 0; k < u.edge_count; ++k) {
      const edge& e = u.edges[k];
      if (e.from < s.first) continue;
      const unit& from = p.units[e.from];
      rows[e.from].include({oldest_row(from, u, e.reads, rows[i].first),
                            rows_demanded(from, u, e.reads, rows[i].end)});
    }
  }
}

/// The columns of a unit of width `width` that columns `of` of a consumer read; at least one, so
/// that padding beyond it has a place.
constexpr range columns_demanded(const access& reads, range of, int width) {
  if (of.empty()) return {};
  const int first = min_of(max_of(reads.columns.first(of.first), 0), width - 1);
  return {first, min_of(max_of(reads.columns.end(of.end), first + 1), width)};
}

/// The columns that columns `of` of a unit of segment `s` read through edge `e`; all of them where
/// columns are not split.
template <int N>
constexpr range columns_read(const plan<N>& p, const segment& s, const edge& e, range of) {
  const int width = p.units[e.from].out.width;
  return s.column_parts() == 1 ? range{0, width} : columns_demanded(e.reads, of, width);
}

/// The same of columns, by part of columns; where they are not split, everybody computes all.
template <int N>
constexpr void columns_of_part(const plan<N>& p, const segment& s, int part, range (&columns)[N]) {
  const bool all = s.column_parts() == 1;
  for (int i = s.first; i <= s.last; ++i) columns[i] = {0, all ? p.units[i].out.width : 0};
  if (all) return;
  const int width = p.units[s.last].out.width;
  columns[s.last] = share(width, s.column_parts(), part, s.column_block);
  for (int i = s.last; i > s.first; --i) {
    const unit& u = p.units[i];
    for (int k = 0; k < u.edge_count; ++k) {
      const edge& e = u.edges[k];
      if (e.from < s.first) continue;
      columns[e.from].include(columns_demanded(e.reads, columns[i], p.units[e.from].out.width));
    }
  }
}

/// The channels of part `part`, the same for all units of a segment that is split in channels.
template <int N>
constexpr range channels_of_part(const plan<N>& p, const segment& s, int part) {
  return share(p.units[s.last].out.channels, s.split.channels, part, s.channel_block);
}

namespace detail {

/// The smallest number of `pixel` bytes' multiples that ends on an alignment boundary.
constexpr int pixels_aligned(int pixel, int alignment) {
  int block = 1;
  while (pixel * block % alignment != 0) block *= 2;
  return block;
}

/// Cores that do not see each other's writes must not write to one line: shares of the last unit
/// end on alignment boundaries, and a caller's buffer, whose alignment is not known, is not shared.
struct share_blocks {
  bool possible = true;
  int columns = 1;
  int channels = 1;
};
constexpr share_blocks blocks_of(const unit& last, const target& t) {
  if (t.coherent) return {};
  const int pixel = last.out.channels * size_of(last.type);
  const bool rows_aligned = last.halo_left * pixel % t.alignment == 0;
  share_blocks blocks;
  blocks.possible = last.output_port < 0;
  blocks.columns = rows_aligned ? pixels_aligned(pixel, t.alignment) : last.out.width;
  const bool pixels_begin_lines = pixel % t.alignment == 0 || last.out.width == 1;
  blocks.channels = rows_aligned && pixels_begin_lines
                        ? pixels_aligned(size_of(last.type), t.alignment)
                        : last.out.channels;
  return blocks;
}

/// Whether a unit can be computed in bands of columns.
constexpr bool splits_columns(const unit& u) {
  for (int k = 0; k < u.edge_count; ++k) {
    if (u.edges[k].reads.columns == all_columns) return false;
  }
  return u.column_cuts;
}

/// The channel block of units with blocks `a` and `b`, one of which divides the other, or 0.
constexpr int common_block(int a, int b) {
  if (a < 1 || b < 1) return 0;
  const int larger = max_of(a, b);
  return larger % min_of(a, b) == 0 ? larger : 0;
}

}  // namespace detail

/// Whether units [first, last] of `p` may be one segment split `split` ways, the columns of each
/// core in `strips`, and in which blocks. Grows downwards from the last unit, so that a planner
/// extends it unit by unit.
struct split_rules {
  ways split{};
  int strips = 1;
  bool possible = true;
  obstacle why = obstacle::none;  // not, at first
  bool mixed = false;             // a unit that mixes channels is in: it must be the first
  int column_block = 1;
  int channel_block = 1;

  constexpr split_rules() = default;
  constexpr split_rules(const unit& last, const target& t, ways in, int of_columns = 1)
      : split(in), strips(of_columns) {
    if (split.count() == 1) {
      if (strips > 1) column_block = last.block_columns;
      return;
    }
    const detail::share_blocks blocks = detail::blocks_of(last, t);
    if (!blocks.possible) refuse(obstacle::lines);
    if (split.count() > min_of(t.cores, max_cores)) refuse(obstacle::cost);
    column_block = blocks.columns;
    channel_block = blocks.channels;
  }
  [[nodiscard]] constexpr int column_parts() const { return split.columns * strips; }
  constexpr void add(const unit& u, const unit& last) {
    if (split.count() * strips == 1 || u.in_place) return;
    if (u.sequential) refuse(obstacle::sequential);
    if (split.rows > 1 && u.accumulates) refuse(obstacle::accumulates);
    if (column_parts() > 1 && !detail::splits_columns(u)) refuse(obstacle::columns);
    if (split.channels == 1) return;
    channel_block = detail::common_block(channel_block, u.channel_block);
    if (mixed || channel_block == 0 || u.out.channels != last.out.channels) {
      refuse(obstacle::channels);
    }
    mixed = !u.channelwise;
  }

 private:
  constexpr void refuse(obstacle reason) {
    if (possible) why = reason;
    possible = false;
  }
};

}  // namespace xenos::inline XENOS_ABI
