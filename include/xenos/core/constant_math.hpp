// Functions of real numbers as constant expressions, which those of <cmath> are not in C++20: for
// tables that the compiler computes.
#pragma once

#include <xenos/config/abi.hpp>

#include <bit>
#include <cstdint>

namespace xenos::inline XENOS_ABI::math {

/// exp(x), within two units of a double's last place for |x| < 700; 0 below. Not for larger x.
constexpr double constant_exp(double x) {
  if (x < -700) return 0;
  const double near = x * 1.4426950408889634;  // of log2(e)
  const auto n = static_cast<std::int64_t>(near < 0 ? near - 0.5 : near + 0.5);
  // ln(2) in two parts, of which the first times n is exact.
  const double rest = (x - static_cast<double>(n) * 0.693147180369123816490) -
                      static_cast<double>(n) * 1.90821492927058770002e-10;
  double sum = 1;
  for (int k = 14; k > 0; --k) sum = 1 + sum * rest / k;
  return sum * std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

/// tanh(x), within 1e-15.
constexpr double constant_tanh(double x) {
  if (x < 0) return -constant_tanh(-x);
  if (x > 20) return 1;
  const double power = constant_exp(-2 * x);
  return (1 - power) / (1 + power);
}

/// 1 - erf(x), relatively within 1e-11: a series of positive terms (Abramowitz and Stegun 7.1.6),
/// for larger x a continued fraction (7.1.14).
constexpr double constant_erfc(double x) {
  constexpr double root_pi = 1.7724538509055160273;
  if (x < 0) return 2 - constant_erfc(-x);
  const double square = x * x;
  if (x > 26) return 0;
  if (x < 2.5) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 60; ++n) {
      term *= 2 * square / (2 * n + 1);
      sum += term;
    }
    return 1 - 2 / root_pi * constant_exp(-square) * sum;
  }
  double fraction = x;
  for (int n = 60; n > 0; --n) fraction = x + n / 2.0 / fraction;
  return constant_exp(-square) / (root_pi * fraction);
}

}  // namespace xenos::inline XENOS_ABI::math
