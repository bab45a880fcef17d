// Parameters that kernels cannot read where they lie: a transport brings them in rounds.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

/// The channels that round `round` of segment `s` computes of `mine`, a core's share.
constexpr range channels_of_round(const segment& s, range mine, int round) {
  const range part = share(mine.size(), s.rounds, round, s.channel_block);
  return {mine.first + part.first, mine.first + part.end};
}

namespace detail {

/// The most bytes that one of the two parameter buffers may take of a scratchpad: zero row,
/// temporaries and rings keep a quarter.
constexpr bytes_t buffer_limit(const target& t) {
  return (t.scratchpad * 3 / 8) & -bytes_t{t.alignment};
}

/// Bytes of the head's parameters in a buffer, of `channels` of its channels: whole blocks, but no
/// more than there are. None if it needs all at once.
constexpr bytes_t head_round_bytes(const unit& u, int channels) {
  if (u.channel_bytes == 0) return 0;
  const int padded = ceil_div(channels, u.channel_block) * u.channel_block;
  return min_of(u.channel_bytes * padded, u.parameter_bytes - u.whole_bytes);
}
/// The same of all parameters of a unit.
constexpr bytes_t round_bytes(const unit& u, int channels, int alignment) {
  return align_up(head_round_bytes(u, channels), alignment) + align_up(u.whole_bytes, alignment);
}

/// Rounds of a growing segment.
struct round_price {
  split_rules in_channels{};  // whether the rules of a split in channels hold
  bytes_t all = 0;            // of all channels
  bytes_t whole = 0;          // in any round
  bytes_t per_channel = 0;    // in rounds of some channels

  constexpr round_price() = default;
  /// Rounds follow each other on one core: what cores may share does not matter.
  explicit constexpr round_price(const unit& last) {
    target one;
    one.cores = 2;
    in_channels = split_rules(last, one, {.channels = 2});
  }

  constexpr void add(const unit& u, const unit& last, int alignment) {
    in_channels.add(u, last);
    all += round_bytes(u, u.out.channels, alignment);
    whole += align_up(u.whole_bytes, alignment) + (u.channel_bytes > 0 ? alignment : 0);
    per_channel += u.channel_bytes;
  }
  /// The channels that shares are multiples of, when cores share them `split` ways by `block`.
  [[nodiscard]] constexpr int channel_block(ways split, int block) const {
    return split.channels > 1 ? block : in_channels.channel_block;
  }
  /// Rounds in which buffers of `limit` bytes hold a core's parameters; 0: they do not.
  [[nodiscard]] constexpr int rounds(const unit& last, ways split, int block, bytes_t limit) const {
    if (split.channels == 1 && all <= limit) return 1;
    if (!in_channels.possible || whole >= limit) return 0;
    if (per_channel == 0) return 1;
    block = channel_block(split, block);
    const int blocks = ceil_div(ceil_div(last.out.channels, block), split.channels);
    const bytes_t fit = (limit - whole) / (per_channel * block);
    return fit < 1 ? 0 : ceil_div(blocks, static_cast<int>(min_of<bytes_t>(fit, blocks)));
  }
  /// Bytes that the smallest round needs.
  [[nodiscard]] constexpr bytes_t least() const {
    return in_channels.possible ? whole + per_channel * in_channels.channel_block : all;
  }
};

}  // namespace detail

/// Numbers the rounds of segment `s`, which follow those of the segments before, and places the
/// parameters of its units in their buffers.
template <int N>
constexpr void place_parameters(plan<N>& p, segment& s, const target& t) {
  if (t.parameters_in_place) return;
  s.first_round = p.rounds;
  p.rounds += s.rounds;
  const bool some = s.rounds * s.split.channels > 1;  // of the channels
  int channels = 0;                                   // the most
  for (int part = 0; some && part < s.split.channels; ++part) {
    for (int round = 0; round < s.rounds; ++round) {
      channels = max_of(channels, channels_of_round(s, channels_of_part(p, s, part), round).size());
    }
  }
  bytes_t at = 0;
  for (int i = s.first; i <= s.last; ++i) {
    unit& u = p.units[i];
    u.parameter_offset = at;
    at += detail::round_bytes(u, some ? channels : u.out.channels, t.alignment);
  }
  s.round_bytes = at;
  for (int round = s.first_round; round < p.rounds; ++round) {
    bytes_t& buffer = p.parameter_buffers[round % 2];
    buffer = max_of(buffer, at);
  }
  const std::int64_t bring = at / t.memory_bytes_per_cycle;
  s.hidden = s.cycles / s.rounds >= bring;
}

}  // namespace xenos::inline XENOS_ABI
