// Gain: each element times a constant.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/wide_factor.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// A gain of int16 or int32, which keep their quantisation: a fraction of 15 or 31 bits and a
/// shift, rounded as the stream's `round` says, saturated. Use `of`. Reference: CMSIS-DSP
/// arm_scale_q15, and arm_scale_q31, which discards the lowest bits of the product before it
/// shifts.
struct wide_gain {
  dtype type = dtype::i16;
  std::int32_t fraction = 0;
  int right = 0;
  rounding round = rounding::twice;

  static constexpr const char* name = "gain";
  static constexpr mapping map = mapping::one_to_one;

  [[nodiscard]] static constexpr wide_gain of(float factor, const quantisations& q) {
    const int bits = 8 * size_of(q.type) - 1;
    double rest = factor < 0 ? -double(factor) : double(factor);
    wide_gain form{q.type, 0, bits, q[0].round};
    if (rest == 0) return form;
    for (; rest >= 1; rest /= 2) --form.right;
    for (; rest < 0.5; rest *= 2) ++form.right;
    std::int64_t fraction = round_to_nearest(rest * double(std::int64_t{1} << bits));
    if (fraction > highest_of(q.type)) {
      fraction /= 2;
      --form.right;
    }
    form.fraction = static_cast<std::int32_t>(factor < 0 ? -fraction : fraction);
    return form;
  }
  [[nodiscard]] constexpr fault check(const shapes&) const {
    return right < 1 || right > 62 ? fault::bad_attribute : fault::none;
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }

  template <class V>
  constexpr V apply(V x) const {
    const std::int64_t product = std::int64_t{x} * fraction;
    return static_cast<V>(clamp_to(type, scaled_sum(product, {1, right}, round)));
  }
  friend constexpr bool operator==(const wide_gain&, const wide_gain&) = default;
};

/// x * factor. Of int16 and int32 see `wide_gain`.
struct gain_attributes {
  float factor = 1;

  static constexpr const char* name = "gain";
  static constexpr mapping map = mapping::one_to_one;
  static constexpr bool vectors = true;

  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr wide_gain wide_form(const shapes&, const quantisations& q) const {
    return wide_gain::of(factor, q);
  }
  template <class V>
  constexpr V apply(V x) const {
    return x * V(factor);
  }
  friend constexpr bool operator==(const gain_attributes&, const gain_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
