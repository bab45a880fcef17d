// How sums of 64 bits, of products of int16 and int32, are scaled to a quantisation.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/quantisation.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// A factor as integers: multiplier / 2^right, of 15 bits and a shift from 1 on.
struct wide_factor {
  std::int32_t multiplier = 0;
  std::int32_t right = 1;
  friend constexpr bool operator==(const wide_factor&, const wide_factor&) = default;
};

/// `factor` with the 16 highest bits of its multiplier. From 2^14 on it is the largest; TFLite's
/// kernels are defined below 2^7. A power of two is a shift and no more, so that it scales any sum.
/// Reference: tflite MultiplyByQuantizedMultiplier of int64.
constexpr wide_factor widen(fixed_factor factor) {
  if (factor.multiplier == 0) return {};
  if (factor.shift > 14) return {0x7FFF, 1};
  const std::int32_t reduced =
      factor.multiplier < 0x7FFF0000 ? (factor.multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int right = 15 - factor.shift;
  if (reduced == 1 << 14 && right > 14) return {1, right - 14};
  return {reduced, right};
}

/// `sum` times `by`, rounded as `Round` says. |sum| < 2^47, or any that leaves room for rounding
/// where the multiplier is 1. Unlike TFLite's it does not wrap at 32 bits.
template <rounding Round>
constexpr std::int64_t scaled_sum(std::int64_t sum, wide_factor by) {
  return shifted_right<Round>(sum * by.multiplier, by.right);
}
constexpr std::int64_t scaled_sum(std::int64_t sum, wide_factor by, rounding round) {
  switch (round) {
    case rounding::half_even: return scaled_sum<rounding::half_even>(sum, by);
    case rounding::down: return scaled_sum<rounding::down>(sum, by);
    default: return scaled_sum<rounding::once>(sum, by);
  }
}

}  // namespace xenos::inline XENOS_ABI
