// The few functions that definitions and kernels share, written once for scalars and vectors: a
// vector type brings functions of the same names, found by argument-dependent lookup.
#pragma once

#include <cmath>

#include <xenos/config/abi.hpp>

namespace xenos::inline XENOS_ABI::math {

/// `yes` where the mask holds, else `no`.
constexpr float select(bool mask, float yes, float no) { return mask ? yes : no; }
constexpr double select(bool mask, double yes, double no) { return mask ? yes : no; }

/// a * b + c in one expression, which compilers may contract.
template <class V>
constexpr V multiply_add(V a, V b, V c) {
  return a * b + c;
}

/// `x`, or `low` where x is smaller; NaN stays NaN.
template <class V>
constexpr V at_least(V x, V low) {
  return select(x < low, low, x);
}
/// `x`, or `high` where x is larger; NaN stays NaN.
template <class V>
constexpr V at_most(V x, V high) {
  return select(x > high, high, x);
}
/// Limits to [low, high]; NaN stays NaN.
template <class V>
constexpr V clamp(V x, V low, V high) {
  return at_most(at_least(x, low), high);
}

/// 1 / (1 + exp(-x)).
template <class V>
V logistic(V x) {
  using std::exp;
  return V(1) / (V(1) + exp(-x));
}

/// Square root that is also a constant expression (std::sqrt is not in C++20): Newton's steps from
/// above, to the last bit but one. Negative values give NaN.
constexpr double square_root(double x) {
  if (!(x > 0)) return x == 0 ? x : __builtin_nan("");
  double scale = 1;  // bring x into [1, 4) by powers of four
  while (x >= 4) x /= 4, scale *= 2;
  while (x < 1) x *= 4, scale /= 2;
  double root = 2;
  for (int step = 0; step < 6; ++step) root = (root + x / root) / 2;
  return root * scale;
}

}  // namespace xenos::inline XENOS_ABI::math
