// Layers of int8 where the lanes of vectors are output channels: what their kernels share.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/config/vector.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/kernels/int8/packed_layer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace xenos::inline XENOS_ABI::int8 {

// clang-format off
// What differs between instruction sets, `Lanes`:
//   count                sums in a vector, of type sums = aligned_lanes<std::int32_t, count>
//   step                 terms of each sum that one instruction adds
//   staged               the type of inputs that it multiplies, to which they are copied
//   stage_bytes          inputs that are copied at a time
//   offset               what copying adds to them
//   start                what sums begin with beside the bias, modulo 2^32
//   registers            of vectors
//   stage(staged* to, from)          copies stage_bytes inputs
//   interleave(staged* to, from)     lays `count` inputs of from[0] ... from[step - 1] out in turns
//   load(staged*), broadcast(staged*), weights(int8_t*)
//                        operands: step * count inputs, `step` inputs for all lanes, weights
//   add(sums, inputs, weights) -> sums
//   factors<Round>       of `count` channels, made of (multipliers, shifts, zero point); its
//                        operator() scales sums and adds the zero point, if they are `plain`
//   narrow(sums (&)[4], int8_t* to)  stores four vectors, limited to int8: of each of their parts
//                        of 4 lanes the first vector's, the second's and so on
// clang-format on

namespace detail {

template <class T, int Count>
struct vector_of {
  typedef T type XENOS_VECTOR_ATTRIBUTES(sizeof(T) * Count, sizeof(T) * Count);
};

}  // namespace detail

/// As `lanes`, aligned as a whole: for arrays and members, whose alignment clang takes from the
/// plain vector type.
template <class T, int Count>
using aligned_lanes = typename detail::vector_of<T, Count>::type;

/// Whether channels with these parameters are plain: shifts to the right, and sums and what rounds
/// them stay within 31 bits. `sizes`: the sum of the weights' absolute values.
constexpr bool is_plain(std::int64_t bias, std::int64_t sizes, fixed_factor by) {
  const std::int64_t most = (bias < 0 ? -bias : bias) + 255 * sizes;
  return by.shift <= -1 && by.shift >= -22 &&
         most + (std::int64_t{130} << -by.shift) < (std::int64_t{1} << 31);
}

/// What sums of a vector of channels begin with, and what scales them.
template <int Count>
struct alignas(Count * sizeof(std::int32_t)) lane_scales {
  static constexpr int count = Count;
  std::int32_t bias[Count];
  std::int32_t multiplier[Count];
  std::int32_t shift[Count];
  bool plain;  // whether all of the channels are
};
/// Packed channels from one on, in the order of lanes.
template <class Lanes>
using lane_part = layer_part<std::int8_t, lane_scales<Lanes::count>>;

/// The channel of a block of `vectors` (1, 2 or 4) vectors that lies in lane `lane` of vector `v`,
/// as `narrow` puts them next to each other.
constexpr int channel_in_block(int vectors, int v, int lane) {
  return lane / 4 * 4 * vectors + v * 4 + lane % 4;
}

/// The bias, factors and plainness of the channel that is to lie at `at`.
template <class Lanes, class Parameters>
constexpr void pack_factor(const Parameters& layer, int channel, bool exists, std::int64_t sizes,
                           lane_scales<Lanes::count>* scales, int at) {
  fixed_factor factor = exists ? layer.factor(channel) : fixed_factor{};
  std::int32_t bias = exists ? layer.bias(channel) : 0;
  if (factor.multiplier == 0) {
    factor.shift = -1;
    bias = 0;
    sizes = 0;
  }
  auto& to = scales[at / Lanes::count];
  const int lane = at % Lanes::count;
  to.plain = (lane == 0 || to.plain) && is_plain(bias, sizes, factor);
  to.bias[lane] = static_cast<std::int32_t>(static_cast<std::uint32_t>(bias) +
                                            static_cast<std::uint32_t>(Lanes::start));
  to.multiplier[lane] = factor.multiplier;
  to.shift[lane] = factor.shift;
}

/// Copies `count` inputs of a row to where they are multiplied. Writes up to stage_bytes more.
template <class Lanes>
XENOS_ALWAYS_INLINE void stage_row(typename Lanes::staged* to, const std::int8_t* from, int count) {
  constexpr int step = Lanes::stage_bytes;
  if (count < step) {
    std::int8_t all[step] = {};
    std::memcpy(all, from, static_cast<std::size_t>(count));
    return Lanes::stage(to, all);
  }
  for (int i = 0; i + step <= count; i += step) Lanes::stage(to + i, from + i);
  Lanes::stage(to + count - step, from + count - step);
}

/// Scales sums that are not plain: any rounding, a loop that compilers make vectors of.
template <rounding Round, int Count>
XENOS_NOINLINE inline void scale_any(std::int32_t* XENOS_RESTRICT sums,
                                     const std::int32_t* XENOS_RESTRICT multiplier,
                                     const std::int32_t* XENOS_RESTRICT shift, std::int32_t start,
                                     int zero_point) {
  for (int k = 0; k < Count; ++k) {
    const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[k]) -
                                               static_cast<std::uint32_t>(start));
    sums[k] = clamp_int8(scaled<Round>(sum, {multiplier[k], shift[k]}) + zero_point);
  }
}

/// The sums of P pixels in V vectors each, scaled and narrowed.
template <class Lanes, rounding Round, int P, int V>
XENOS_ALWAYS_INLINE void scale_sums(typename Lanes::sums (&sums)[P][V],
                                    const lane_scales<Lanes::count>* scales, int zero_point) {
  constexpr int count = Lanes::count;
  if constexpr (Round == rounding::once || Round == rounding::twice) {
    bool plain = true;
    for (int v = 0; v < V; ++v) plain = plain && scales[v].plain;
    if (plain) [[likely]] {
      XENOS_UNROLL(4)
      for (int v = 0; v < V; ++v) {
        const typename Lanes::template factors<Round> by(scales[v].multiplier, scales[v].shift,
                                                         zero_point);
        XENOS_UNROLL(8)
        for (int p = 0; p < P; ++p) sums[p][v] = by(sums[p][v]);
      }
      return;
    }
  }
  XENOS_UNROLL(8)  // as any other loop over sums: clang else keeps them in memory throughout
  for (int p = 0; p < P; ++p) {
    XENOS_UNROLL(4)
    for (int v = 0; v < V; ++v) {
      std::int32_t values[count];
      store_lanes<std::int32_t, count>(values, sums[p][v]);
      scale_any<Round, count>(values, scales[v].multiplier, scales[v].shift, Lanes::start,
                              zero_point);
      sums[p][v] = load_lanes<std::int32_t, count>(values);
    }
  }
}

/// Copies `count` bytes, at most 2 * Most - 1.
template <int Most>
XENOS_ALWAYS_INLINE void copy_few(std::int8_t* to, const std::int8_t* from, int count) {
  if constexpr (Most > 0) {
    if (count >= Most) {
      std::memcpy(to, from, Most);
      to += Most;
      from += Most;
      count -= Most;
    }
    copy_few<Most / 2>(to, from, count);
  }
}

/// Stores the first `present` channels of P pixels in V vectors each.
template <class Lanes, int P, int V>
XENOS_ALWAYS_INLINE void store_sums(const typename Lanes::sums (&sums)[P][V],
                                    std::int8_t* const* out, int present) {
  constexpr int channels = V * Lanes::count;
  constexpr int together = 4 / V;  // pixels
  constexpr int block = 4;
  XENOS_UNROLL(8)
  for (int p = 0; p < P; p += together) {
    typename Lanes::sums four[block];
    XENOS_UNROLL(4)
    for (int k = 0; k < block; ++k) {
      const int pixel = p + k / V < P ? p + k / V : P - 1;
      four[k] = sums[pixel][k % V];
    }
    std::int8_t bytes[block * Lanes::count];
    Lanes::template narrow<V>(four, bytes);
    for (int k = 0; k < together && p + k < P; ++k) {
      if (present >= channels) [[likely]] {
        std::memcpy(out[p + k], bytes + k * channels, channels);
      } else {
        copy_few<channels / 2>(out[p + k], bytes + k * channels, present);
      }
    }
  }
}

}  // namespace xenos::inline XENOS_ABI::int8
