// Sums of products of int8 with Helium, the vectors of Armv8.1-M (Cortex-M55, M85).
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/kernels/int8/depthwise.hpp>
#include <xenos/kernels/int8/products.hpp>

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

#include <cstddef>
#include <cstdint>

namespace xenos::inline XENOS_ABI::int8 {

/// What scales the sums of N channels, in fours. Where `Interleaved`, the fours are the even and
/// the odd channels.
template <int N, bool Interleaved>
struct vector_scales {
  std::int32_t bias[N];
  std::int32_t multiplier[N];
  std::int32_t left[N];
  std::int32_t right[N];  // negative, as the instruction wants it

  static constexpr int place(int c) { return Interleaved ? c / 2 + c % 2 * (N / 2) : c; }
  constexpr void set(int c, std::int32_t begin, fixed_factor factor) {
    bias[place(c)] = begin;
    multiplier[place(c)] = factor.multiplier;
    left[place(c)] = factor.shift > 0 ? factor.shift : 0;
    right[place(c)] = factor.shift < 0 ? factor.shift : 0;
  }
  [[nodiscard]] constexpr fixed_factor factor(int c) const {
    return {multiplier[place(c)], static_cast<int>(left[place(c)] + right[place(c)])};
  }

  /// Sums of the four channels at `first`, scaled and of zero point `zero_point`, within int8.
  template <rounding Round>
  XENOS_ALWAYS_INLINE int32x4_t scaled4(int32x4_t sums, int first, int zero_point) const {
    if constexpr (Round == rounding::twice) {
      const int32x4_t shift = vld1q_s32(right + first);
      sums = vshlq_s32(sums, vld1q_s32(left + first));
      sums = vqrdmulhq_s32(sums, vld1q_s32(multiplier + first));
      // Halves of what is negative go down, but where nothing is shifted out.
      sums = vaddq_s32(sums, vshrq_n_s32(vandq_s32(sums, shift), 31));
      sums = vrshlq_s32(sums, shift);
    } else {
      std::int32_t each[4];
      vst1q_s32(each, sums);
      for (int k = 0; k < 4; ++k) {
        const int at = first + k;
        each[k] = scaled<Round>(each[k], {multiplier[at], static_cast<int>(left[at] + right[at])});
      }
      sums = vld1q_s32(each);
    }
    sums = vaddq_n_s32(sums, zero_point);
    return vminq_s32(vmaxq_s32(sums, vdupq_n_s32(-128)), vdupq_n_s32(127));
  }
};

/// Two patches by four channels, 16 terms a step: eight sums in the core's even registers.
struct helium_products : byte_patches {
  using scales = vector_scales<4, false>;
  static constexpr int pixels = 2;
  static constexpr int channels = 4;
  static constexpr int step = 16;
  static constexpr int alignment = 16;

  static XENOS_ALWAYS_INLINE std::int8_t* stage(std::int8_t* to, int k, int terms,
                                                const std::int8_t* from, int count) {
    std::int8_t* at = to + k * terms;
    int left = count;
    for (; left >= 16; left -= 16, at += 16, from += 16) vst1q_s8(at, vld1q_s8(from));
    if (left > 0) {
      const mve_pred16_t some = vctp8q(static_cast<std::uint32_t>(left));
      vst1q_p_s8(at, vld1q_z_s8(from, some), some);
    }
    return to + count;
  }

  template <int P, rounding Round>
  static XENOS_ALWAYS_INLINE void multiply(const std::int8_t* const* patches, int terms,
                                           const std::int8_t* weights, const scales* by,
                                           int zero_point, std::int8_t* const* out, int count) {
    const int steps = terms / step;
    __asm__ volatile("" ::: "memory");  // what the assembly below reads is stored
    for (int c = 0; c < count; c += channels, ++by) {
      std::int32_t sum[P][channels];
      XENOS_UNROLL(4)
      for (int k = 0; k < channels; ++k) {
        XENOS_UNROLL(2)
        for (int p = 0; p < P; ++p) sum[p][k] = by->bias[k];
      }
      add(sum, patches, weights, steps);
      XENOS_UNROLL(2)
      for (int p = 0; p < P; ++p) {
        const int32x4_t scaled = by->template scaled4<Round>(gathered(sum[p]), 0, zero_point);
        if (count - c >= channels) {
          vstrbq_s32(out[p] + c, scaled);
        } else {
          vstrbq_p_s32(out[p] + c, scaled, vctp32q(static_cast<std::uint32_t>(count - c)));
        }
      }
    }
  }

 private:
  static XENOS_ALWAYS_INLINE int32x4_t gathered(const std::int32_t (&sum)[4]) {
    int32x4_t all;
    __asm__(
        "vmov %q0[2], %q0[0], %1, %3\n\t"
        "vmov %q0[3], %q0[1], %2, %4"
        : "=&w"(all)
        : "r"(sum[2]), "r"(sum[3]), "r"(sum[0]), "r"(sum[1]));
    return all;
  }

  // As assembly, as compilers keep the loop's counter in a register that the eighth sum needs.
  static XENOS_ALWAYS_INLINE void add(std::int32_t (&sum)[2][4], const std::int8_t* const* patches,
                                      const std::int8_t*& weights, int steps) {
    const std::int8_t* a = patches[0];
    const std::int8_t* b = patches[1];
    __asm__ volatile(
        "1:\n\t"
        "vldrb.u8   q0, [%[a]], #16\n\t"
        "vldrb.u8   q1, [%[b]], #16\n\t"
        "vldrb.u8   q2, [%[w]], #16\n\t"
        "vmladava.s8 %[s0], q0, q2\n\t"
        "vldrb.u8   q3, [%[w]], #16\n\t"
        "vmladava.s8 %[t0], q1, q2\n\t"
        "vmladava.s8 %[s1], q0, q3\n\t"
        "vldrb.u8   q2, [%[w]], #16\n\t"
        "vmladava.s8 %[t1], q1, q3\n\t"
        "vmladava.s8 %[s2], q0, q2\n\t"
        "vldrb.u8   q3, [%[w]], #16\n\t"
        "vmladava.s8 %[t2], q1, q2\n\t"
        "vmladava.s8 %[s3], q0, q3\n\t"
        "subs       %[n], %[n], #1\n\t"
        "vmladava.s8 %[t3], q1, q3\n\t"
        "bne        1b"
        : [s0] "+Te"(sum[0][0]), [s1] "+Te"(sum[0][1]), [s2] "+Te"(sum[0][2]),
          [s3] "+Te"(sum[0][3]), [t0] "+Te"(sum[1][0]), [t1] "+Te"(sum[1][1]),
          [t2] "+Te"(sum[1][2]), [t3] "+Te"(sum[1][3]), [a] "+r"(a), [b] "+r"(b), [w] "+r"(weights),
          [n] "+r"(steps)
        :
        : "q0", "q1", "q2", "q3", "cc");
  }
  static XENOS_ALWAYS_INLINE void add(std::int32_t (&sum)[1][4], const std::int8_t* const* patches,
                                      const std::int8_t*& weights, int steps) {
    const std::int8_t* patch = patches[0];
    for (int s = 0; s < steps; ++s, patch += step) {
      const int8x16_t a = vld1q_s8(patch);
      XENOS_UNROLL(4)
      for (int k = 0; k < channels; ++k, weights += step) {
        sum[0][k] = vmladavaq_s8(sum[0][k], a, vld1q_s8(weights));
      }
    }
  }
};

/// Eight channels at a time, in 16 bits; their products in 32, the even and the odd ones apart.
struct helium_taps {
  using weight = std::int16_t;
  using scales = vector_scales<8, true>;
  static constexpr int channels = 8;
  static constexpr int place(int c) { return c; }

  template <int Width, rounding Round>
  static XENOS_ALWAYS_INLINE void row(const tap_window& window, const weight* weights,
                                      const scales& by, int zero_point, const pixel_run& pixels) {
    std::int8_t* out = pixels.out;
    std::ptrdiff_t first = window.first;
    const int width = Width == dynamic ? window.width : Width;
    for (int x = pixels.count; x > 0; --x) {
      int32x4_t even = vld1q_s32(by.bias);
      int32x4_t odd = vld1q_s32(by.bias + 4);
      const weight* tap = weights;
      const std::int8_t* const* row = window.rows;
      XENOS_UNROLL(3)
      for (int h = Width == 3 ? 3 : window.height; h > 0; --h) {
        const std::int8_t* from = *row + first;
        row += window.row_step;
        XENOS_UNROLL(3)
        for (int w = 0; w < width; ++w) {
          const int16x8_t a = vldrbq_s16(from);
          const int16x8_t b = vld1q_s16(tap);
          even = vaddq_s32(even, vmullbq_int_s16(a, b));
          odd = vaddq_s32(odd, vmulltq_int_s16(a, b));
          tap += channels;
          from += window.column_step;
        }
      }
      const int16x8_t low = vreinterpretq_s16_s32(by.template scaled4<Round>(even, 0, zero_point));
      vstrbq_s16(out, vmovntq_s32(low, by.template scaled4<Round>(odd, 4, zero_point)));
      out += pixels.out_step;
      first += pixels.step;
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::int8

#endif
