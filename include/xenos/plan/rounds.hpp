// Parameters that kernels cannot read where they lie: a transport brings them in rounds.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/cost.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

// The rounds of a segment cut the output channels. Where not even one block of channels fits a
// buffer, they cut its sums too, into pieces of consecutive terms: the first round of a block adds
// the first piece to the bias, the last one finishes the sums and stores them. Between them sums
// lie unfinished in the scratchpad, and where it does not hold those of all rows, they are made in
// bands of rows. So rounds run through all pieces for each band, all bands for each part of the
// channels. A segment whose sums are cut has one unit that computes.

/// The channels that round `round` of segment `s` computes of `mine`, a core's share.
constexpr range channels_of_round(const segment& s, range mine, int round) {
  const int each = s.bands * s.pieces;
  return share(mine, s.rounds / each, round / each, s.channel_block);
}
/// The rows of its schedule that it computes of `mine`.
constexpr range rows_of_round(const segment& s, range mine, int round) {
  return share(mine, s.bands, round / s.pieces % s.bands, s.tile);
}
/// The terms that it adds to the sums of unit `u`.
constexpr range terms_of_round(const segment& s, const unit& u, int round) {
  return share(u.terms, s.pieces, round % s.pieces);
}

namespace detail {

/// The most bytes that one of the two parameter buffers may take of a scratchpad: zero row,
/// temporaries, sums and rings keep a quarter.
constexpr bytes_t buffer_limit(const target& t) {
  return (t.scratchpad * 3 / 8) & -bytes_t{t.alignment};
}

/// Whether the sums of a unit can be left unfinished and taken up again.
constexpr bool cuts_sums(const unit& u) {
  return u.terms > 1 && u.term_bytes > 0 && u.sum_bytes > 0 && u.channel_bytes > 0 &&
         u.channel_block > 0 && !u.accumulates && !u.sequential;
}
/// Bytes of the unfinished sums of a pixel.
constexpr bytes_t pixel_sum_bytes(const unit& u, int channels) {
  return ceil_div(channels, u.channel_block) * u.sum_bytes;
}

/// Bytes of the head's parameters in a buffer, of `channels` of its channels: whole blocks, but no
/// more than there are; of `terms` of their sums, if these are cut, with what sums begin or end
/// with. None if it needs all at once.
constexpr bytes_t head_round_bytes(const unit& u, int channels, int terms = 0) {
  if (u.channel_bytes == 0) return 0;
  const int blocks = ceil_div(channels, u.channel_block);
  if (terms > 0) return blocks * (terms * u.term_bytes + u.end_bytes);
  return min_of(u.channel_bytes * blocks * u.channel_block, u.parameter_bytes - u.whole_bytes);
}
/// The same of all parameters of a unit.
constexpr bytes_t round_bytes(const unit& u, int channels, int terms, int alignment) {
  return align_up(head_round_bytes(u, channels, terms), alignment) +
         align_up(u.whole_bytes, alignment);
}

/// Whether the parameters of unit `u`, which is a segment of its own, may come to fast memory in
/// one round: those of units that read all of them in each row and cannot be cut.
constexpr bool comes_to_memory(const unit& u, const target& t, bytes_t all) {
  return u.sequential && all <= t.fast_memory;
}

/// What the rounds of a segment cut on the core with the largest share; no channels: it cannot be.
struct round_cuts {
  int channels = 0;
  int bands = 1;
  int pieces = 1;

  [[nodiscard]] constexpr int count() const { return channels * bands * pieces; }
  /// How often each row is computed.
  [[nodiscard]] constexpr int passes() const { return channels * pieces; }
};

/// Rounds of a growing segment.
struct round_price {
  split_rules in_channels{};  // whether the rules of a split in channels hold
  bytes_t all = 0;            // of all channels
  bytes_t whole = 0;          // in any round
  bytes_t per_channel = 0;    // in rounds of some channels
  int units = 0;              // that compute
  int units_with = 0;         // that have parameters
  int alignment = 1;

  constexpr round_price() = default;
  /// Rounds follow each other on one core: what cores may share does not matter.
  constexpr round_price(const unit& last, int aligned) : alignment(aligned) {
    target one;
    one.cores = 2;
    in_channels = split_rules(last, one, {.channels = 2});
  }

  constexpr void add(const unit& u, const unit& last) {
    in_channels.add(u, last);
    all += round_bytes(u, u.out.channels, 0, alignment);
    whole += align_up(u.whole_bytes, alignment) + (u.channel_bytes > 0 ? alignment : 0);
    per_channel += u.channel_bytes;
    units += u.in_place ? 0 : 1;
    units_with += u.parameter_bytes > 0 ? 1 : 0;
  }
  /// The channels that shares are multiples of, when cores share them `split` ways by `block`.
  [[nodiscard]] constexpr int channel_block(ways split, int block) const {
    return split.channels > 1 ? block : in_channels.channel_block;
  }
  /// Rounds in which buffers of `limit` bytes hold the parameters of `part`, computed in tiles of
  /// `tile` rows, and `room` bytes the unfinished sums. `last` is the last unit, `split` and
  /// `block` as above.
  [[nodiscard]] constexpr round_cuts rounds(const unit& last, ways split, int block, unit_part part,
                                            int tile, bytes_t limit, bytes_t room) const {
    if (split.channels == 1 && all <= limit) return {1};
    if (!in_channels.possible) return {};
    if (per_channel == 0) return {whole < limit ? 1 : 0};
    block = channel_block(split, block);
    const int blocks = ceil_div(ceil_div(last.out.channels, block), split.channels);
    const bytes_t fit = limit > whole ? (limit - whole) / (per_channel * block) : 0;
    if (fit > 0) return {ceil_div(blocks, static_cast<int>(min_of<bytes_t>(fit, blocks)))};
    return cut_sums(last, blocks, block, part, tile, limit, room);
  }
  /// Bytes that the smallest round needs.
  [[nodiscard]] constexpr bytes_t least(const unit& last) const {
    if (!in_channels.possible) return all;
    const int block = in_channels.channel_block;
    if (units == 1 && cuts_sums(last)) return round_bytes(last, block, 1, alignment);
    return whole + per_channel * block;
  }

 private:
  /// The same where one block of channels does not fit.
  [[nodiscard]] constexpr round_cuts cut_sums(const unit& u, int blocks, int block, unit_part part,
                                              int tile, bytes_t limit, bytes_t room) const {
    if (units != 1 || !cuts_sums(u) || part.rows < 1) return {};
    const bytes_t first = head_round_bytes(u, block, 1);
    const bytes_t free = limit - align_up(u.whole_bytes, alignment) - first;
    const bytes_t row = part.columns * pixel_sum_bytes(u, block);
    const int rows = min_of(u.tile(tile), part.rows);
    const bytes_t held = room / (row * rows);  // tiles whose sums fit
    if (free < 0 || held < 1) return {};
    const bytes_t each = head_round_bytes(u, block, 2) - first;
    const auto terms = static_cast<int>(min_of<bytes_t>(1 + free / each, u.terms / 2));
    const int tiles = ceil_div(part.rows, rows);
    round_cuts cuts{.channels = blocks, .pieces = ceil_div(u.terms, terms)};
    cuts.bands = ceil_div(tiles, static_cast<int>(min_of<bytes_t>(held, tiles)));
    return cuts;
  }
};

/// The most channels that a round of segment `s` computes, of all that are shared or cut.
template <int N>
constexpr int most_channels(const plan<N>& p, const segment& s) {
  int most = 0;
  for (int part = 0; part < s.split.channels; ++part) {
    const range mine = channels_of_part(p, s, part);
    for (int round = 0; round < s.rounds; round += s.bands * s.pieces) {
      most = max_of(most, channels_of_round(s, mine, round).size());
    }
  }
  return most;
}

/// Bytes of the unfinished sums that a core of segment `s` holds at once.
template <int N>
constexpr bytes_t unfinished_bytes(const plan<N>& p, const segment& s) {
  if (s.pieces == 1) return 0;
  const unit& last = p.units[s.last];
  int rows = 0;
  int columns = 0;
  for (int part = 0; part < s.split.rows; ++part) {
    for (int band = 0; band < s.bands; ++band) {
      const range mine = share(last.steps, s.split.rows, part);
      rows = max_of(rows, rows_of_round(s, mine, band * s.pieces).size());
    }
  }
  for (int part = 0; part < s.split.columns; ++part) {
    columns = max_of(columns, share(last.out.width, s.split.columns, part, s.column_block).size());
  }
  return bytes_t{rows} * columns * pixel_sum_bytes(last, most_channels(p, s));
}

/// Bytes that unit `u` takes in the buffer of a round of segment `s`.
template <int N>
constexpr bytes_t round_bytes(const plan<N>& p, const segment& s, const unit& u, int alignment) {
  const bool some = s.rounds * s.split.channels > 1;  // of the channels
  const int terms = s.pieces > 1 ? ceil_div(u.terms, s.pieces) : 0;
  return round_bytes(u, some ? most_channels(p, s) : u.out.channels, terms, alignment);
}

}  // namespace detail

/// Numbers the rounds of segment `s`, which follow those of the segments before, and places the
/// parameters of its units in their buffers.
template <int N>
constexpr void place_parameters(plan<N>& p, segment& s, const target& t) {
  if (t.parameters_in_place) return;
  s.first_round = p.rounds;
  p.rounds += s.rounds;
  bytes_t at = 0;
  for (int i = s.first; i <= s.last; ++i) {
    unit& u = p.units[i];
    u.parameter_offset = at;
    at += detail::round_bytes(p, s, u, t.alignment);
  }
  s.round_bytes = at;
  s.hidden = true;
  if (s.first == s.last && s.rounds == 1 && at > detail::buffer_limit(t)) {
    s.round_in_memory = true;
    s.round_offset = align_up(p.memory_bytes, t.alignment);
    p.memory_bytes = s.round_offset + at;
    return;
  }
  for (int round = s.first_round; round < p.rounds; ++round) {
    bytes_t& buffer = p.parameter_buffers[round % 2];
    buffer = max_of(buffer, at);
  }
  const int cores = s.split.count();
  s.hidden = s.computing / s.rounds >=
             detail::bringing_cycles(t, at, cores, s.split.channels, s.last - s.first + 1);
}

}  // namespace xenos::inline XENOS_ABI
