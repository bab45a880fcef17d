// How Helium scales sums to int8.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/quantisation.hpp>

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

#include <cstdint>

namespace xenos::inline XENOS_ABI::int8 {

/// What scales the sums of N channels, in fours. Where `Interleaved`, the fours are the even and
/// the odd channels.
template <int N, bool Interleaved>
struct vector_scales {
  static constexpr int count = N;
  std::int32_t bias[N];
  std::int32_t left[N];
  std::int32_t multiplier[N];
  std::int32_t right[N];  // negative, as the instruction wants it

  static constexpr int place(int c) { return Interleaved ? c / 2 + c % 2 * (N / 2) : c; }
  constexpr void set(int c, std::int32_t begin, fixed_factor factor) {
    bias[place(c)] = begin;
    multiplier[place(c)] = factor.multiplier;
    left[place(c)] = factor.shift > 0 ? factor.shift : 0;
    right[place(c)] = factor.shift < 0 ? factor.shift : 0;
  }
  [[nodiscard]] constexpr std::int32_t begin(int c) const { return bias[place(c)]; }
  [[nodiscard]] constexpr fixed_factor factor(int c) const {
    return {multiplier[place(c)], static_cast<int>(left[place(c)] + right[place(c)])};
  }

  /// Scales sums `a` of the first four channels, and `b` of the four at `Second`, to int8: what is
  /// between -128 and 127 is the low byte of each.
  template <rounding Round, int Second>
  XENOS_ALWAYS_INLINE void scale(int32x4_t& a, int32x4_t& b, int zero_point) const {
    if constexpr (Round == rounding::twice) {
      // As assembly, as g++ 12 keeps addresses of all that is loaded, on the stack. Halves of what
      // is negative go down, but where nothing is shifted out.
      int32x4_t by, other;
      __asm__ volatile(
          "vldrw.u32    %q[v], [%[p], #%c[bias]]\n\t"
          "vldrw.u32    %q[u], [%[p], #%c[other_bias]]\n\t"
          "vadd.i32     %q[a], %q[a], %q[v]\n\t"
          "vldrw.u32    %q[v], [%[p], #%c[left]]\n\t"
          "vadd.i32     %q[b], %q[b], %q[u]\n\t"
          "vldrw.u32    %q[u], [%[p], #%c[other_left]]\n\t"
          "vshl.s32     %q[a], %q[a], %q[v]\n\t"
          "vldrw.u32    %q[v], [%[p], #%c[multiplier]]\n\t"
          "vshl.s32     %q[b], %q[b], %q[u]\n\t"
          "vldrw.u32    %q[u], [%[p], #%c[other_multiplier]]\n\t"
          "vqrdmulh.s32 %q[a], %q[a], %q[v]\n\t"
          "vqrdmulh.s32 %q[b], %q[b], %q[u]\n\t"
          "vldrw.u32    %q[v], [%[p], #%c[right]]\n\t"
          "vand         %q[u], %q[a], %q[v]\n\t"
          "vshr.s32     %q[u], %q[u], #31\n\t"
          "vadd.i32     %q[a], %q[a], %q[u]\n\t"
          "vrshl.s32    %q[a], %q[a], %q[v]\n\t"
          "vldrw.u32    %q[v], [%[p], #%c[other_right]]\n\t"
          "vand         %q[u], %q[b], %q[v]\n\t"
          "vshr.s32     %q[u], %q[u], #31\n\t"
          "vadd.i32     %q[b], %q[b], %q[u]\n\t"
          "vrshl.s32    %q[b], %q[b], %q[v]\n\t"
          "vadd.i32     %q[a], %q[a], %[z]\n\t"
          "vadd.i32     %q[b], %q[b], %[z]\n\t"
          "vqmovnb.s32  %q[a], %q[a]\n\t"
          "vqmovnb.s32  %q[b], %q[b]\n\t"
          "vqmovnb.s16  %q[a], %q[a]\n\t"
          "vqmovnb.s16  %q[b], %q[b]"
          : [a] "+w"(a), [b] "+w"(b), [v] "=&w"(by), [u] "=&w"(other)
          : [p] "r"(bias), [z] "r"(zero_point), [bias] "i"(0), [left] "i"(4 * N),
            [multiplier] "i"(8 * N), [right] "i"(12 * N), [other_bias] "i"(4 * Second),
            [other_left] "i"(4 * (N + Second)), [other_multiplier] "i"(4 * (2 * N + Second)),
            [other_right] "i"(4 * (3 * N + Second)));
    } else {
      a = each_scaled<Round>(a, 0, zero_point);
      b = each_scaled<Round>(b, Second, zero_point);
    }
  }

 private:
  template <rounding Round>
  int32x4_t each_scaled(int32x4_t sums, int first, int zero_point) const {
    std::int32_t each[4];
    vst1q_s32(each, sums);
    for (int k = 0; k < 4; ++k) {
      const int at = first + k;
      const fixed_factor by{multiplier[at], static_cast<int>(left[at] + right[at])};
      each[k] = clamp_int8(scaled<Round>(each[k] + bias[at], by) + zero_point);
    }
    return vld1q_s32(each);
  }
};

}  // namespace xenos::inline XENOS_ABI::int8

#endif
