// Proof of what cores and strips share: a part of `verify`.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/range.hpp>
#include <xenos/plan/link.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/plan/verify_rounds.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI::detail {

/// Whether segment `s` may be split as it is: its parts are computed independently of each other
/// and together make all of the last unit.
template <int N>
constexpr bool split_allowed(const target& t, const plan<N>& p, const segment& s) {
  const ways& w = s.split;
  if (w.rows < 1 || w.columns < 1 || w.channels < 1 || w.count() > min_of(t.cores, max_cores) ||
      w.count() > p.cores || s.column_block < 1 || s.channel_block < 1) {
    return false;
  }
  if (s.strips < 1 || s.strips > max_strips) return false;
  if (w.count() * s.strips == 1) return true;
  const unit& last = p.units[s.last];
  if (w.channels > 1 && !channels_allowed(p, s)) return false;
  for (int i = s.first; i <= s.last; ++i) {
    const unit& u = p.units[i];
    if (u.in_place) continue;
    if (u.sequential || (w.rows > 1 && u.accumulates)) return false;
    if (s.column_parts() > 1 && !splits_columns(u)) return false;
  }
  const share_blocks blocks = w.count() > 1 ? blocks_of(last, t) : share_blocks{};
  if (!blocks.possible || (w.columns > 1 && s.column_block % blocks.columns != 0) ||
      (w.channels > 1 && s.channel_block % blocks.channels != 0)) {
    return false;
  }
  int rows = 0;
  int columns = 0;
  int channels = 0;
  for (int part = 0; part < w.rows; ++part) {
    const range mine = share(last.steps, w.rows, part);
    if (mine.first != rows || mine.size() > last.steps / w.rows + 1) return false;
    rows = mine.end;
  }
  for (int part = 0; part < s.column_parts(); ++part) {
    const range mine = share(last.out.width, s.column_parts(), part, s.column_block);
    if (mine.first != columns) return false;
    columns = mine.end;
  }
  for (int part = 0; part < w.channels; ++part) {
    const range mine = channels_of_part(p, s, part);
    if (mine.first != channels) return false;
    channels = mine.end;
  }
  return rows == last.steps && columns == last.out.width && channels == last.out.channels;
}

/// Whether each core finds the columns it reads in its rings.
template <int N>
constexpr bool columns_present(const plan<N>& p, const segment& s) {
  for (int part = 0; part < s.column_parts(); ++part) {
    range columns[N] = {};
    columns_of_part(p, s, part, columns);
    for (int i = s.first; i <= s.last; ++i) {
      for (int k = 0; k < p.units[i].edge_count && !columns[i].empty(); ++k) {
        const edge& e = p.units[i].edges[k];
        const range held = columns[e.from];
        if (e.from < s.first || p.units[e.from].where != placement::ring) continue;
        for (int x = columns[i].first; x < columns[i].end; ++x) {
          const int first = max_of(e.reads.columns.first(x), 0);
          const int end = min_of(e.reads.columns.end(x + 1), p.units[e.from].out.width);
          if (first < end && (first < held.first || end > held.end)) return false;
        }
      }
    }
  }
  return true;
}

}  // namespace xenos::inline XENOS_ABI::detail
