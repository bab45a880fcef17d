// Sums and extremes of neighbouring elements, by vectors.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/math.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/ops/reduction.hpp>

#include <cstddef>
#include <limits>

namespace xenos::inline XENOS_ABI::generic {

/// Sum of `term(x)` over `Count` elements from `in` on: of whole vectors first, four sums that do
/// not wait for each other, then of what is left. The order depends on the arguments only.
template <int Count, int Lanes, class T, class Term>
XENOS_ALWAYS_INLINE T sum_of_terms(const T* in, const Term& term) {
  using run_type = channels_of<T, Lanes>;
  using value = typename run_type::value;
  constexpr int sums = 4;
  value sum[sums] = {value(0), value(0), value(0), value(0)};
  int c = 0;
  for (; c + sums * Lanes <= Count; c += sums * Lanes) {
    for (int k = 0; k < sums; ++k)
      sum[k] = sum[k] + term(run_type::load(in + c + std::ptrdiff_t{k} * Lanes));
  }
  for (; c + Lanes <= Count; c += Lanes) sum[0] = sum[0] + term(run_type::load(in + c));
  T of_lanes[Lanes];
  run_type::store((sum[0] + sum[1]) + (sum[2] + sum[3]), of_lanes);
  T total = of_lanes[0];
  for (int k = 1; k < Lanes; ++k) total += of_lanes[k];
  for (; c < Count; ++c) total += term(in[c]);
  return total;
}

/// `a` where it is larger (`max`) or smaller (`min`), else `b`; never NaN, unless `b` is.
template <reduction Kind, class V>
XENOS_ALWAYS_INLINE V nearer(V a, V b) {
  using math::select;
  return select(Kind == reduction::max ? a > b : a < b, a, b);
}

/// The largest or smallest of `Count` floats from `in` on that are not NaN; an infinity if none is.
template <reduction Kind, int Count, int Lanes>
XENOS_ALWAYS_INLINE float extreme_of(const float* in) {
  using run_type = channels_of<float, Lanes>;
  using value = typename run_type::value;
  constexpr int parts = 4;
  const value start(start_of<Kind, float>());
  value part[parts] = {start, start, start, start};
  int c = 0;
  for (; c + parts * Lanes <= Count; c += parts * Lanes) {
    for (int k = 0; k < parts; ++k) {
      part[k] = nearer<Kind>(run_type::load(in + c + std::ptrdiff_t{k} * Lanes), part[k]);
    }
  }
  for (; c + Lanes <= Count; c += Lanes) part[0] = nearer<Kind>(run_type::load(in + c), part[0]);
  float of_lanes[Lanes];
  run_type::store(nearer<Kind>(nearer<Kind>(part[0], part[1]), nearer<Kind>(part[2], part[3])),
                  of_lanes);
  float extreme = of_lanes[0];
  for (int k = 1; k < Lanes; ++k) extreme = nearer<Kind>(of_lanes[k], extreme);
  for (; c < Count; ++c) extreme = nearer<Kind>(in[c], extreme);
  return extreme;
}

}  // namespace xenos::inline XENOS_ABI::generic
