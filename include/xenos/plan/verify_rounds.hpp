// Proof of the rounds in which parameters are brought: a part of `verify`.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/rounds.hpp>
#include <xenos/plan/schedule.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI::detail {

/// Whether the units of `s` can be computed some channels at a time.
template <int N>
constexpr bool channels_allowed(const plan<N>& p, const segment& s) {
  const unit& last = p.units[s.last];
  bool computed = false;  // a unit before this one is
  for (int i = s.first; i <= s.last; ++i) {
    const unit& u = p.units[i];
    if (u.in_place) continue;
    const bool mixes = u.sequential || (!u.channelwise && computed);
    const bool whole = u.channel_block < 1 || s.channel_block % u.channel_block != 0;
    if (mixes || whole || u.out.channels != last.out.channels) return false;
    computed = true;
  }
  return true;
}

/// Whether each step that part `part` of rows makes of the last unit lies in one band, and bands
/// are all its rows.
template <int N>
constexpr bool bands_sound(const plan<N>& p, const segment& s, int part) {
  const range mine = share(p.units[s.last].steps, s.split.rows, part);
  schedule_cursor<N> cursor(p, s, part);
  step now{.end = mine.first};
  for (int band = 0; band < s.bands; ++band) {
    const range rows = rows_of_round(s, mine, band * s.pieces);
    if (rows.first != now.end && !rows.empty()) return false;
    while (now.end < rows.end) {
      if (!cursor.next(p, s, now) || now.unit != s.last || now.end > rows.end) return false;
    }
  }
  return now.end == mine.end;
}

/// Whether unfinished sums have a place of their own that holds those of a band, and the pieces of
/// each are all its terms, one after another.
template <int N>
constexpr bool sums_sound(const target& t, const plan<N>& p, const segment& s) {
  if (s.sums % t.alignment != 0) return false;
  if (s.pieces == 1) return s.bands == 1 && s.sums == 0;
  const unit& last = p.units[s.last];
  for (int i = s.first; i < s.last; ++i) {
    if (!p.units[i].in_place) return false;
  }
  if (s.strips > 1 || last.in_place || !cuts_sums(last) || s.pieces > last.terms || s.tile < 1)
    return false;
  int next = 0;
  for (int piece = 0; piece < s.pieces; ++piece) {
    const range now = terms_of_round(s, last, piece);
    if (now.first != next || now.empty()) return false;
    next = now.end;
  }
  for (int part = 0; part < s.split.rows; ++part) {
    if (!bands_sound(p, s, part)) return false;
  }
  return next == last.terms && unfinished_bytes(p, s) <= s.sums;
}

/// Whether the parameters of each round lie in its buffer, apart from each other, and rounds are
/// all the channels and all that is added to their sums.
template <int N>
constexpr bool rounds_sound(const target& t, const plan<N>& p, const segment& s) {
  if (s.rounds < 1 || s.bands < 1 || s.pieces < 1) return false;
  const std::int64_t each = std::int64_t{s.bands} * s.pieces;  // rounds of the same channels
  if (s.rounds % each != 0) return false;
  if (t.parameters_in_place) {
    return s.rounds == 1 && p.rounds == 0 && s.sums == 0 &&
           p.parameter_buffers[0] + p.parameter_buffers[1] == 0;
  }
  if (s.rounds > 1 && !channels_allowed(p, s)) return false;
  for (int part = 0; part < s.split.channels; ++part) {
    const range mine = channels_of_part(p, s, part);
    int next = mine.first;
    for (int round = 0; round < s.rounds; round += static_cast<int>(each)) {
      const range now = channels_of_round(s, mine, round);
      if (now.first != next) return false;
      next = now.end;
    }
    if (next != mine.end) return false;
  }
  if (!sums_sound(t, p, s)) return false;
  bytes_t end = 0;
  for (int i = s.first; i <= s.last; ++i) {
    const unit& u = p.units[i];
    if (u.parameter_offset < end || u.parameter_offset % t.alignment != 0) return false;
    end = u.parameter_offset + round_bytes(p, s, u, t.alignment);
  }
  if (end > s.round_bytes) return false;
  if (s.round_in_memory) return s.rounds == 1 && s.split.count() == 1 && s.first == s.last;
  for (int round = s.first_round; round < s.first_round + s.rounds; ++round) {
    if (s.round_bytes > p.parameter_buffers[round % 2]) return false;
  }
  return true;
}

/// Whether the rounds of all segments follow each other, so that each is brought while the one
/// before computes from the other buffer, and the buffers are as large as the largest round.
template <int N>
constexpr bool rounds_sound(const target& t, const plan<N>& p) {
  int next = 0;
  bytes_t buffers[2] = {};
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    const bool brought = !t.parameters_in_place;
    if ((brought && s.first_round != next) || !rounds_sound(t, p, s)) return false;
    if (!brought) continue;
    next += s.rounds;
    if (s.round_in_memory) continue;
    for (int round = s.first_round; round < next; ++round) {
      buffers[round % 2] = max_of(buffers[round % 2], s.round_bytes);
    }
  }
  return next == p.rounds && buffers[0] == p.parameter_buffers[0] &&
         buffers[1] == p.parameter_buffers[1];
}

}  // namespace xenos::inline XENOS_ABI::detail
