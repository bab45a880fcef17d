// Soft-max of int16 by tables.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/constant_math.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

#include <bit>

namespace xenos::inline XENOS_ABI {

/// A function of the 65536 values of int16 by 512 pieces of straight lines.
struct int16_table {
  std::int16_t at[513];

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const {
    const int index = 256 + (x >> 7);
    const std::int32_t slope = at[index + 1] - at[index];
    return at[index] + ((slope * (x & 127) + 64) >> 7);
  }
};

namespace detail {

/// The table of `real`, of arguments from `low` to `high`, with values in Q15. What a line errs in
/// its middle is shared by its ends. All in float, of which the functions are the nearest.
/// Reference: tflite LUTPopulate of int16, LUTLookup.
template <class Function>
constexpr int16_table tabulate_int16(float low, float high, Function real) {
  const auto rounded = [](float x) {
    return static_cast<float>(round_to_nearest(static_cast<double>(x)));
  };
  const auto limited = [](float x) {
    return static_cast<std::int16_t>(x > 32767 ? 32767 : x < -32768 ? -32768 : x);
  };
  const float unit = 2.0F / 65535;
  const float by = 65536 / (unit * 32767 - unit * -32768);
  const float step = (high - low) / 512;
  int16_table table{};
  for (int i = 0; i < 512; ++i) {
    const float x = low + static_cast<float>(i) * step;
    const float first = rounded(real(x) * by);
    const float next = real(low + static_cast<float>(i + 1) * step) * by;
    const float error = rounded((next + first) / 2) - rounded(real(x + step / 2) * by);
    table.at[i] = limited(first - rounded(error / 2));
  }
  table.at[512] = limited(rounded(real(high) * by));
  return table;
}
constexpr float exp_of_float(float x) { return static_cast<float>(math::constant_exp(double(x))); }

}  // namespace detail

/// exp(x) from -10 to 0, and 1 / (1 + x) from 0 to 1.
inline constexpr int16_table exp_table =
    detail::tabulate_int16(10.0F / 65535 * -65535, 0, detail::exp_of_float);
inline constexpr int16_table reciprocal_table =
    detail::tabulate_int16(0, 1.0F / 65535 * 65535, [](float x) { return 1.0F / (1.0F + x); });

/// SOFTMAX of int16: scale 2^-15. What is more than 10 below the largest counts as 10 below. Up to
/// 65536 channels. Use `of`. Reference: tflite reference_ops SoftmaxInt16.
struct wide_softmax {
  fixed_factor factor{};  // of differences, to 10 / 65535
  rounding round = rounding::twice;
  dtype type = dtype::i16;

  static constexpr const char* name = "softmax";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] static constexpr wide_softmax of(float beta, const quantisations& q) {
    const double real = double(q[0].scale) * double(beta) / (10.0 / 65535.0);
    return {make_factor(real, q[0].round), q[0].round, q.type};
  }
  [[nodiscard]] constexpr fault check(const shapes&) const {
    return type == dtype::i16 ? fault::none : fault::no_wide_form;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements() * 8; }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations& q) const {
    return {1.0F / 32768, 0, q[0].round};
  }

  /// exp of minus `below` steps, in Q15.
  [[nodiscard]] constexpr std::int32_t exp_below(std::int32_t below) const {
    return exp_table(max_of<std::int32_t>(scaled(-below, factor, round) + 32767, -32768));
  }
  /// What exps are multiplied with: the reciprocal of their sum, and bits to the right.
  struct divisor {
    std::int32_t reciprocal;
    int right;
  };
  [[nodiscard]] static constexpr divisor divisor_of(std::int32_t sum) {
    const int zeros = std::countl_zero(static_cast<std::uint32_t>(sum));
    const auto fraction =
        static_cast<std::int32_t>(((std::int64_t{sum} << (zeros - 1)) + (1 << 13)) >> 14);
    const std::int32_t at = fraction - (1 << 15) - (1 << 16);
    return {reciprocal_table(min_of<std::int32_t>(max_of<std::int32_t>(at, -32768), 32767)),
            31 - zeros};
  }
  [[nodiscard]] static constexpr std::int32_t divide(std::int32_t exp, const divisor& by) {
    const std::int32_t made = (exp * by.reciprocal + (1 << (by.right - 1))) >> by.right;
    return min_of<std::int32_t>(max_of<std::int32_t>(made, 0), 32767);
  }

  template <class In, class Weights>
  constexpr std::int64_t at(const In& in, const Weights&, int y, int x, int c) const {
    const int channels = in.extent(0).channels;
    std::int32_t largest = in(0, y, x, 0);
    for (int i = 1; i < channels; ++i) largest = max_of(largest, std::int32_t(in(0, y, x, i)));
    std::int32_t sum = 0;
    for (int i = 0; i < channels; ++i) sum += exp_below(largest - in(0, y, x, i));
    return divide(exp_below(largest - in(0, y, x, c)), divisor_of(sum));
  }
  friend constexpr bool operator==(const wide_softmax&, const wide_softmax&) = default;
};

}  // namespace xenos::inline XENOS_ABI
