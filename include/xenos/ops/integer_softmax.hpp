// Soft-max of int8 in fixed point.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

#include <bit>

namespace xenos::inline XENOS_ABI {

/// Numbers in 32 bits with a binary point: Qm.n has m bits before it and n = 31 - m behind.
/// Reference: gemmlowp's fixedpoint.
namespace fixed_point {

/// a * b / 2^31, to the nearest, halves up: a product of Qm and Qk is Q(m + k).
constexpr std::int32_t product(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>((std::int64_t{a} * b + (std::int64_t{1} << 30)) >> 31);
}
/// x / 2^bits, to the nearest, halves away from zero.
constexpr std::int32_t divided(std::int32_t x, int bits) {
  const std::int64_t half = bits > 0 ? std::int64_t{1} << (bits - 1) : 0;
  return static_cast<std::int32_t>(x < 0 ? -((half - x) >> bits) : (x + half) >> bits);
}
/// x * 2^bits, within 32 bits.
constexpr std::int32_t shifted(std::int32_t x, int bits) {
  const std::int64_t wide = std::int64_t{x} * (std::int64_t{1} << bits);
  return static_cast<std::int32_t>(wide > INT32_MAX   ? INT32_MAX
                                   : wide < INT32_MIN ? INT32_MIN
                                                      : wide);
}

/// exp(x) in Q0 of x in Q0, -1/4 <= x < 0: the Taylor polynomial of degree 4 around -1/8.
constexpr std::int32_t exp_of_quarter(std::int32_t x) {
  constexpr std::int32_t exp_of_eighth = 1895147668;  // exp(-1/8)
  constexpr std::int32_t third = 715827883;
  const std::int32_t a = x + (1 << 28);
  const std::int32_t a2 = product(a, a);
  const std::int32_t a3 = product(a2, a);
  const std::int32_t a4 = product(a2, a2);
  const std::int32_t higher = divided(product(divided(a4, 2) + a3, third) + a2, 1);
  return exp_of_eighth + product(exp_of_eighth, a + higher);
}

/// exp(x) in Q0 of x <= 0 in Q5.
constexpr std::int32_t exp_of(std::int32_t x) {
  constexpr int fraction = 26;
  constexpr std::int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535,   720401,     242};  // exp(-1/4), exp(-1/2) ...
  if (x == 0) return INT32_MAX;
  const std::int32_t quarter = 1 << (fraction - 2);
  const std::int32_t rest = (x & (quarter - 1)) - quarter;
  std::int32_t result = exp_of_quarter(shifted(rest, 5));
  const std::int32_t quarters = (rest - x) / quarter;
  for (int k = 0; k < 7; ++k) {
    if ((quarters >> k & 1) != 0) result = product(result, powers[k]);
  }
  return result;
}

/// 1 / (1 + x) in Q0 of x in Q0, 0 <= x < 1: three of Newton's steps.
constexpr std::int32_t reciprocal_of_one_plus(std::int32_t x) {
  constexpr std::int32_t forty_eight_17ths = 1515870810;  // in Q2, as the next
  constexpr std::int32_t thirty_two_17ths = 1010580540;
  constexpr std::int32_t one = 1 << 29;
  const auto half = static_cast<std::int32_t>((std::int64_t{x} + INT32_MAX + 1) / 2);
  std::int32_t guess = forty_eight_17ths + product(half, -thirty_two_17ths);
  for (int step = 0; step < 3; ++step) {
    guess += shifted(product(guess, one - product(half, guess)), 2);
  }
  return shifted(guess, 1);
}

}  // namespace fixed_point

/// SOFTMAX of int8: scale 1 / 256, zero point -128. `multiplier` and `shift` bring differences of
/// integers to Q5; what is more than `reach` below the largest counts as zero. Use
/// `integer_softmax_of`. Reference: tflite reference_ops Softmax of int8, PreprocessSoftmaxScaling.
struct integer_softmax {
  std::int32_t multiplier = 0;
  int shift = 0;
  int reach = 0;

  static constexpr const char* name = "softmax";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes&) const { return fault::none; }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements() * 8; }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations& q) const {
    return {1.0F / 256, -128, q[0].round};
  }

  /// exp of minus `below` steps in Q0; 0 where that is too far.
  [[nodiscard]] constexpr std::int32_t exp_below(int below) const {
    if (below > reach) return 0;
    return fixed_point::exp_of(fixed_point::product(-below * (1 << shift), multiplier));
  }
  /// What exps are divided by: the reciprocal of their sum in Q12, as a number in Q0 and bits.
  struct divisor {
    std::int32_t scale;
    int bits;
  };
  [[nodiscard]] static constexpr std::int32_t add(std::int32_t sum, std::int32_t exp) {
    return sum + fixed_point::divided(exp, 12);
  }
  [[nodiscard]] static constexpr divisor divisor_of(std::int32_t sum) {
    const auto bits = static_cast<std::uint32_t>(sum);
    const int headroom = std::countl_zero(bits);
    const auto fraction = static_cast<std::int32_t>((bits << headroom) - (1U << 31));
    return {fixed_point::reciprocal_of_one_plus(fraction), 12 - headroom};
  }
  [[nodiscard]] static constexpr std::int32_t divide(std::int32_t exp, const divisor& by) {
    if (exp == 0) return -128;
    const std::int32_t q = fixed_point::product(by.scale, exp);
    return clamp_int8(fixed_point::divided(q, by.bits + 31 - 8) - 128);
  }

  template <class In, class Weights>
  constexpr std::int32_t at(const In& in, const Weights&, int y, int x, int c) const {
    const int channels = in.extent(0).channels;
    int largest = in(0, y, x, 0);
    for (int i = 1; i < channels; ++i) largest = max_of(largest, int(in(0, y, x, i)));
    std::int32_t sum = 0;
    for (int i = 0; i < channels; ++i) sum = add(sum, exp_below(largest - in(0, y, x, i)));
    return divide(exp_below(largest - in(0, y, x, c)), divisor_of(sum));
  }
  friend constexpr bool operator==(const integer_softmax&, const integer_softmax&) = default;
};

/// The soft-max of streams with quantisation `in`.
constexpr integer_softmax integer_softmax_of(float beta, const quantisation& in) {
  const double real = double(beta) * double(in.scale) * double(1 << 26);
  const double most = in.round == rounding::twice ? 2147483647.0 : 1073741823.0;
  const fixed_factor factor = make_factor(real < most ? real : most, in.round);
  const std::int64_t reach = (std::int64_t{31} << 26) >> max_of(factor.shift, 0);
  return {factor.multiplier, factor.shift, static_cast<int>(reach)};
}

}  // namespace xenos::inline XENOS_ABI
