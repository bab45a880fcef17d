// Activations of integers that are nothing but limits.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// The integer next to `real`, within `type`. Reference: tflite CalculateActivationRangeQuantized.
constexpr int quantised_limit(float real, const quantisation& q, dtype type = dtype::i8) {
  const double steps = real / q.scale;
  const auto most = static_cast<double>(2 * highest_of(type) + 2);
  if (steps > most) return static_cast<int>(highest_of(type));
  if (steps < -most) return static_cast<int>(lowest_of(type));
  return static_cast<int>(clamp_to(type, q.zero_point + round_to_nearest(steps)));
}

/// `Activation` on integers: its limits as integers. The quantisation stays.
template <class Activation>
struct integer_limits {
  int low = -128;
  int high = 127;

  static constexpr const char* name = Activation::name;
  static constexpr mapping map = mapping::one_to_one;

  template <class V>
  constexpr V apply(V x) const {
    return x < V(low) ? V(low) : x > V(high) ? V(high) : x;
  }
  friend constexpr bool operator==(const integer_limits&, const integer_limits&) = default;
};

template <class Op>
inline constexpr bool is_integer_limits = false;
template <class Activation>
inline constexpr bool is_integer_limits<integer_limits<Activation>> = true;

}  // namespace xenos::inline XENOS_ABI
