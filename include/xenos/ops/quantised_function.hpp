// Activations of int8 that make a quantisation of their own.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/constant_math.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

#include <limits>

namespace xenos::inline XENOS_ABI {

enum class function : std::uint8_t {
  relu,          // max(x, 0)
  relu6,         // min(max(x, 0), 6)
  relu_n1_to_1,  // min(max(x, -1), 1)
  leaky_relu,    // x < 0 ? alpha * x : x
  sigmoid,       // 1 / (1 + exp(-x)), TFLite's LOGISTIC
  tanh,
  hard_swish,  // x * min(max(x + 3, 0), 6) / 6
  gelu,        // x * (1 + erf(x / sqrt(2))) / 2
  gelu_tanh,   // TFLite's GELU with approximate = true
};

inline constexpr const char* function_names[9] = {"relu",       "relu6",   "relu_n1_to_1",
                                                  "leaky_relu", "sigmoid", "tanh",
                                                  "hard_swish", "gelu",    "gelu_tanh"};

/// Fixed point of TFLite's HARD_SWISH on int8, in 16 bits.
struct hard_swish_factors {
  fixed_factor output{};   // from 1/128 of the input's scale to the output's: a right shift
  fixed_factor reluish{};  // from there to 3 / 2^15

  /// The multiplier in 16 bits, to the nearest.
  [[nodiscard]] static constexpr std::int32_t narrow(std::int32_t multiplier) {
    return multiplier >= INT32_MAX - (1 << 15) ? 32767 : (multiplier + (1 << 15)) >> 16;
  }
  /// All in float as TFLite's HardSwishPrepare has it.
  [[nodiscard]] static constexpr hard_swish_factors of(const quantisation& in,
                                                       const quantisation& to) {
    const float fine = (1.0F / 128.0F) * in.scale;
    const float unit = 3.0F / 32768.0F;
    hard_swish_factors f{make_factor(double(fine / to.scale)), make_factor(double(fine / unit))};
    f.output.multiplier = narrow(f.output.multiplier);
    f.reluish.multiplier = narrow(f.reluish.multiplier);
    return f;
  }

  /// x * relu6(x + 3) / 6 of `x`, the input less its zero point; less the output's zero point.
  [[nodiscard]] constexpr std::int32_t apply(std::int32_t x) const {
    const std::int32_t fine = x * 128;
    std::int32_t gate = fine;
    if (reluish.shift > 0) gate = left(gate, reluish.shift - 1);
    gate = high(gate, reluish.multiplier);
    if (reluish.shift > 0) gate = left(gate, 1);
    if (reluish.shift < 0) gate = right(gate, -reluish.shift);
    gate = (gate + (1 << 15)) >> 1;
    // The last product is rounded towards zero, as the first's halves go up.
    return right(gate * high(fine, output.multiplier) / (1 << 15), -output.shift);
  }
  friend constexpr bool operator==(const hard_swish_factors&, const hard_swish_factors&) = default;

 private:
  static constexpr std::int32_t high(std::int32_t a, std::int32_t b) {
    return (a * b + (1 << 14)) >> 15;
  }
  static constexpr std::int32_t left(std::int32_t a, int bits) {
    const std::int64_t wide = std::int64_t{a} * (std::int64_t{1} << min_of(bits, 31));
    return static_cast<std::int32_t>(wide > 32767 ? 32767 : wide < -32768 ? -32768 : wide);
  }
  /// Halves go away from zero.
  static constexpr std::int32_t right(std::int32_t a, int bits) {
    if (bits > 30) return 0;
    const std::int32_t half = bits > 0 ? 1 << (bits - 1) : 0;
    return a < 0 ? -((half - a) >> bits) : (a + half) >> bits;
  }
};

/// An activation from quantisation `in` to `to`. Sigmoid, tanh and gelu are TFLite's tables: its
/// steps in float, with functions whose results are the nearest float. Leaky_relu has two factors,
/// hard_swish is fixed point. Kernels use a table of the 256 values. Reference: tflite LUTPopulate,
/// reference_ops QuantizeLeakyRelu, HardSwish.
template <function F>
struct quantised_function {
  quantisation in{};
  quantisation to{};
  float alpha = 0;

  static constexpr const char* name = function_names[static_cast<int>(F)];
  static constexpr mapping map = mapping::one_to_one;
  static constexpr bool tabulated = true;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    if (!to.fits_int8()) return fault::quantisation_missing;
    const bool fits = F != function::hard_swish || hard_swish_factors::of(in, to).output.shift <= 0;
    return fits ? fault::none : fault::quantisation_too_fine;
  }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return {to.scale, to.zero_point, in.round};
  }

  template <class V>
  constexpr V apply(V value) const {
    const std::int32_t x = static_cast<std::int32_t>(value) - in.zero_point;
    std::int32_t made = 0;
    if constexpr (F == function::leaky_relu) {
      made = leaky(x);
    } else if constexpr (F == function::hard_swish) {
      made = hard_swish_factors::of(in, to).apply(x);
    } else {
      const float steps = real(in.scale * static_cast<float>(x)) * (1 / to.scale);
      made = steps > 512    ? 512
             : steps < -512 ? -512
                            : static_cast<std::int32_t>(round_to_nearest(double(steps)));
    }
    return static_cast<V>(clamp_int8(made + to.zero_point));
  }
  friend constexpr bool operator==(const quantised_function&, const quantised_function&) = default;

 private:
  /// The function of a real number, step by step in float.
  static constexpr float real(float x) {
    if constexpr (F == function::sigmoid) {
      if (x < -88) return 0;  // less than any scale's half
      return 1.0F / (1.0F + static_cast<float>(math::constant_exp(-double(x))));
    } else if constexpr (F == function::tanh) {
      return static_cast<float>(math::constant_tanh(double(x)));
    } else if constexpr (F == function::gelu) {
      const float at = x * static_cast<float>(-0.70710678118654752440);
      return 0.5F * x * static_cast<float>(math::constant_erfc(double(at)));
    } else {
      constexpr auto root = static_cast<float>(1.12837916709551257390 * 0.70710678118654752440);
      const float at = root * (x + 0.044715F * x * x * x);
      return 0.5F * x * (1.0F + static_cast<float>(math::constant_tanh(double(at))));
    }
  }
  /// The quotients are floats in TFLite and TFLite Micro.
  [[nodiscard]] constexpr std::int32_t leaky(std::int32_t x) const {
    if (x >= 0) return scaled(x, make_factor(double(in.scale / to.scale), in.round), in.round);
    const float slope = in.scale * alpha / to.scale;
    fixed_factor factor = make_factor(double(slope < 0 ? -slope : slope), in.round);
    if (slope < 0) factor.multiplier = -factor.multiplier;
    return scaled(x, factor, in.round);
  }
};

}  // namespace xenos::inline XENOS_ABI
