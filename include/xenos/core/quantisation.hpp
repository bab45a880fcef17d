// Integers that stand for real numbers, and how sums of their products are scaled back to them.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/fault.hpp>

#include <bit>
#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// How sums are rounded when they are scaled to the output's quantisation.
///   twice  the product with a 31-bit multiplier, then the shift to the right, each to the nearest
///          (TFLite's reference kernels and TFLite Micro)
///   once   product and shift together (TFLite built with single rounding, LiteRT's fast kernels)
///   half_even  as once, but halves go to the even neighbour, so that none drift upwards
///   down   to the integer below: low bits are discarded, as CMSIS-DSP does. Not of int8
/// Sums of 64 bits (int16, int32) are rounded as with `once` where `twice` is told, as in TFLite.
enum class rounding : std::uint8_t { twice, once, half_even, down };

/// What the integers of a stream stand for: real = scale * (integer - zero_point). A scale of 0:
/// nothing, as in streams of float. `round` says how what is computed from the stream is rounded;
/// it goes with the stream from the model's input (or xn::quantize) on, so that in an attribute
/// `to` it does not count.
struct quantisation {
  float scale = 0;
  int zero_point = 0;
  rounding round = rounding::twice;

  [[nodiscard]] constexpr bool given() const { return scale > 0; }
  /// Whether it can be that of int8 elements.
  [[nodiscard]] constexpr bool fits_int8() const {
    return given() && zero_point >= -128 && zero_point <= 127 && round != rounding::down;
  }
  /// Whether the scale is a power of two, so that a shift is all that brings sums to another one.
  [[nodiscard]] constexpr bool shifts() const {
    return given() && (std::bit_cast<std::uint32_t>(scale) & 0x7FFFFFU) == 0;
  }
  /// log2 of such a scale.
  [[nodiscard]] constexpr int exponent() const {
    return static_cast<int>(std::bit_cast<std::uint32_t>(scale) >> 23) - 127;
  }
  friend constexpr bool operator==(const quantisation&, const quantisation&) = default;
};

/// Why elements of this type cannot have the quantisation `q`, or none. That of int16 is symmetric,
/// that of int32 has a power of two for scale too.
constexpr fault quantisation_fault(const quantisation& q, dtype type) {
  if (type == dtype::f32) return q.given() ? fault::quantisation_unused : fault::none;
  if (type == dtype::i8) return q.fits_int8() ? fault::none : fault::quantisation_missing;
  if (!q.given()) return fault::quantisation_missing;
  const bool fits = q.zero_point == 0 && (type == dtype::i16 || q.shifts());
  return fits ? fault::none : fault::quantisation_asymmetric;
}

/// The quantisations of the streams that a stage reads, in order, their element type, and that of
/// the stage's first weight view.
struct quantisations {
  quantisation at[8] = {};
  dtype type = dtype::i8;
  dtype weights = dtype::f32;
  [[nodiscard]] constexpr const quantisation& operator[](int index) const { return at[index]; }
};

/// The least and the most that integers of `type` hold.
constexpr std::int64_t lowest_of(dtype type) {
  return -(std::int64_t{1} << (8 * size_of(type) - 1));
}
constexpr std::int64_t highest_of(dtype type) { return -1 - lowest_of(type); }
/// `value`, within integers of `type`.
constexpr std::int64_t clamp_to(dtype type, std::int64_t value) {
  return value < lowest_of(type)    ? lowest_of(type)
         : value > highest_of(type) ? highest_of(type)
                                    : value;
}
/// `value`, within int8.
constexpr std::int32_t clamp_int8(std::int32_t value) {
  return value < -128 ? -128 : value > 127 ? 127 : value;
}

/// To the nearest integer, halves away from zero. |x| < 2^62.
constexpr std::int64_t round_to_nearest(double x) {
  const auto whole = static_cast<std::int64_t>(x);
  const double rest = x - static_cast<double>(whole);
  return rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole;
}

/// A factor as integers: multiplier / 2^31 * 2^shift, multiplier 0 or at least 2^30, shift from -31
/// to 30, or to 31 where sums are rounded twice.
struct fixed_factor {
  std::int32_t multiplier = 0;
  int shift = 0;
  friend constexpr bool operator==(const fixed_factor&, const fixed_factor&) = default;
};

/// The fixed_factor next to `real`; 0 where that is too small. One that is too large for a single
/// rounding (2^30 and more) is saturated as TFLite does. With two roundings TFLite shifts further:
/// by 31 bits it wraps, and beyond that C++ does not say what it does; here no shift exceeds 31.
/// Reference: tflite QuantizeMultiplier.
constexpr fixed_factor make_factor(double real, rounding round = rounding::twice) {
  if (!(real > 0)) return {};
  int shift = 0;
  for (; real >= 1; real /= 2) ++shift;
  for (; real < 0.5; real *= 2) {
    if (--shift < -40) return {};
  }
  std::int64_t multiplier = round_to_nearest(real * 2147483648.0);
  if (multiplier == std::int64_t{1} << 31) {
    multiplier /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  if (shift > 30 && round != rounding::twice) return {INT32_MAX, 30};
  return {static_cast<std::int32_t>(multiplier), shift < 31 ? shift : 31};
}

/// `value` / 2^bits, bits from 1 on, rounded once.
template <rounding Round>
constexpr std::int64_t shifted_right(std::int64_t value, int bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  const std::int64_t nudge = Round == rounding::down        ? 0
                             : Round == rounding::half_even ? half - 1 + (value >> bits & 1)
                                                            : half;
  return (value + nudge) >> bits;
}

/// `value` times `by`, rounded as `Round` says. Its shift to the left wraps, as does what exceeds
/// 32 bits. Reference: tflite MultiplyByQuantizedMultiplier.
template <rounding Round>
constexpr std::int32_t scaled(std::int32_t value, fixed_factor by) {
  if constexpr (Round != rounding::twice) {
    const std::int64_t product = std::int64_t{value} * by.multiplier;
    const int bits = 31 - by.shift;
    return static_cast<std::int32_t>(shifted_right<Round>(product, bits));
  } else {
    const int left = by.shift > 0 ? by.shift : 0;
    const int right = left - by.shift;
    const auto moved = static_cast<std::int32_t>(static_cast<std::uint32_t>(value) << left);
    // The doubling high product of gemmlowp: its halves go up, as the multiplier is never negative.
    const auto high = static_cast<std::int32_t>(
        (std::int64_t{moved} * by.multiplier + (std::int64_t{1} << 30)) >> 31);
    if (right == 0) return high;
    // The rounding shift: halves go away from zero.
    const std::int32_t below = high + (high >> 31);
    return (below >> right) + ((below >> (right - 1)) & 1);
  }
}
constexpr std::int32_t scaled(std::int32_t value, fixed_factor by, rounding round) {
  switch (round) {
    case rounding::once: return scaled<rounding::once>(value, by);
    case rounding::half_even: return scaled<rounding::half_even>(value, by);
    case rounding::down: return scaled<rounding::down>(value, by);
    default: return scaled<rounding::twice>(value, by);
  }
}

}  // namespace xenos::inline XENOS_ABI
