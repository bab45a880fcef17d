// Q15 and Q31, the fractions of signal processors: streams with these quantisations, and constants.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/quantisation.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// Quantisations of fractions from -1 to 1 - 2^-15 in std::int16_t and 1 - 2^-31 in std::int32_t.
/// Low bits are discarded, as in CMSIS-DSP; for another rounding give a quantisation of the same
/// scale with another `round`.
inline constexpr quantisation q15{1.0F / 32768, 0, rounding::down};
inline constexpr quantisation q31{1.0F / 2147483648.0F, 0, rounding::down};

/// The fraction next to `x`, saturated; halves go away from zero.
constexpr std::int16_t to_q15(double x) {
  const double most = x < -2 ? -2 : x > 2 ? 2 : x;
  return static_cast<std::int16_t>(clamp_to(dtype::i16, round_to_nearest(most * 32768)));
}
constexpr std::int32_t to_q31(double x) {
  const double most = x < -2 ? -2 : x > 2 ? 2 : x;
  return static_cast<std::int32_t>(clamp_to(dtype::i32, round_to_nearest(most * 2147483648.0)));
}

}  // namespace xenos::inline XENOS_ABI
