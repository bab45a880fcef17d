// Activations of int16 that make a quantisation of their own.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/constant_math.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/quantised_function.hpp>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// sigmoid(i / 24) in 65536ths, to the nearest but for those that are one more, where TFLite's
/// table has it so.
struct sigmoid_16ths {
  std::uint16_t at[256];
};
constexpr sigmoid_16ths make_sigmoid_16ths() {
  constexpr std::uint64_t one_more[4] = {0xC0467BAEFA7BD110, 0x0011009020440005, 0x80,
                                         0x8000000000000000};
  sigmoid_16ths table{};
  for (int i = 0; i < 256; ++i) {
    const double exact = 65536 / (1 + math::constant_exp(-i / 24.0));
    const std::int64_t more = one_more[i / 64] >> (i % 64) & 1;
    table.at[i] = static_cast<std::uint16_t>(round_to_nearest(exact) + more);
  }
  return table;
}
inline constexpr sigmoid_16ths sigmoid_table = make_sigmoid_16ths();

/// The table at `x` / 2^Bits, between its entries in a straight line, in 2^-(16 + Bits)ths.
template <int Bits>
constexpr std::int32_t sigmoid_between(std::int32_t x, std::int32_t beyond) {
  const std::int32_t index = x >> Bits;
  if (index >= 255) return beyond;
  const std::int32_t first = sigmoid_table.at[index];
  const std::int32_t rest = x & ((1 << Bits) - 1);
  return (first << Bits) + rest * (sigmoid_table.at[index + 1] - first);
}

}  // namespace detail

/// An activation of int16. Sigmoid and tanh have the scale 2^-15 and interpolate in a table;
/// leaky_relu makes `to` by two factors. Use `of`. Reference: tflite reference_integer_ops Logistic
/// and Tanh of int16 with SigmoidPrepare, TanhPrepare; reference_ops QuantizeLeakyRelu.
template <function F>
struct wide_function {
  dtype type = dtype::i16;
  // Of a table, from the input's scale to 3 / 4096; of leaky_relu, the factor of what is positive.
  std::int32_t multiplier = 0;
  int shift = 0;
  fixed_factor negative{};
  quantisation to{};

  static constexpr const char* name = function_names[static_cast<int>(F)];
  static constexpr mapping map = mapping::one_to_one;
  static constexpr float unit = 1.0F / 32768;

  [[nodiscard]] static constexpr wide_function of(const quantisations& q, const quantisation& to,
                                                  float alpha) {
    wide_function form{.type = q.type};
    const quantisation& in = q[0];
    form.to = {to.scale, to.zero_point, in.round};
    if (F != function::leaky_relu) {
      if (!to.given()) form.to.scale = unit;
      form.set_table_factor(in.scale);
    } else if (to.given()) {
      const fixed_factor positive = make_factor(double(in.scale / to.scale), in.round);
      const float slope = in.scale * alpha / to.scale;
      form.multiplier = positive.multiplier;
      form.shift = positive.shift;
      form.negative = make_factor(double(slope < 0 ? -slope : slope), in.round);
      if (slope < 0) form.negative.multiplier = -form.negative.multiplier;
    }
    return form;
  }
  [[nodiscard]] constexpr fault check(const shapes&) const {
    if (type == dtype::i32) return fault::no_wide_form;
    const fault why = quantisation_fault(to, type);
    if (why != fault::none || F == function::leaky_relu) return why;
    return to.scale == unit ? fault::none : fault::quantisation_unused;
  }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return to;
  }

  template <class V>
  constexpr V apply(V value) const {
    const auto x = static_cast<std::int32_t>(value);
    if constexpr (F == function::leaky_relu) {
      const fixed_factor by = x >= 0 ? fixed_factor{multiplier, shift} : negative;
      return static_cast<V>(clamp_to(dtype::i16, scaled(x, by, to.round)));
    } else {
      const std::int32_t half = shift > 0 ? 1 << (shift - 1) : 0;
      const std::int32_t at = (x * multiplier + half) >> shift;
      return static_cast<V>(F == function::sigmoid ? sigmoid_of(at) : tanh_of(at));
    }
  }
  friend constexpr bool operator==(const wide_function&, const wide_function&) = default;

 private:
  static constexpr std::int32_t sigmoid_of(std::int32_t x) {
    const std::int32_t made = detail::sigmoid_between<9>(x < 0 ? -x : x, 0x7FFF << 10);
    return (x >= 0 ? made + 512 : (1 << 25) - made + 511) >> 10;
  }
  /// 2 * sigmoid(2 * x) - 1.
  static constexpr std::int32_t tanh_of(std::int32_t x) {
    const std::int32_t made = detail::sigmoid_between<8>(x < 0 ? -x : x, 0xFFFF << 8);
    return (x >= 0 ? made - (1 << 23) + 128 : (1 << 23) - made + 127) >> 8;
  }
  /// 3 * 4096 * scale in at most 15 bits, cut off; exactly a power of two where it nearly is one.
  constexpr void set_table_factor(float scale) {
    for (int k = 0; k < (F == function::tanh ? 2 : 1); ++k) {
      const double ratio = double(scale) * 4096 / (1 << k);
      if (ratio > 0.99930710 && ratio < 1.00069338) {  // 2^-0.001 and 2^0.001
        multiplier = 3 << k;
        return;
      }
    }
    double factor = double(scale) * 4096.0 * 3.0;
    for (; factor <= 32767.0 / 2.0 && shift <= 30; factor *= 2) ++shift;
    multiplier = factor < 32767 ? static_cast<std::int32_t>(factor) : 32767;
  }
};

}  // namespace xenos::inline XENOS_ABI
