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
    __asm__ volatile(  // the last step loads and stores what is left only
        "dlstp.8 lr, %[n]\n"
        "1:\n\t"
        "vldrb.u8 q0, [%[x]], #16\n\t"
        "vstrb.8  q0, [%[t]], #16\n\t"
        "letp    lr, 1b"
        : [x] "+r"(from), [t] "+r"(at), [n] "+r"(left)
        :
        : "q0", "lr", "cc", "memory");
    return to + count;
  }

  template <int P, rounding Round>
  static XENOS_ALWAYS_INLINE void multiply(const std::int8_t* const* patches, int terms,
                                           const std::int8_t* weights, const scales* by,
                                           int zero_point, std::int8_t* const* out, int count) {
    const int steps = terms / step;
    std::int8_t* to[P];
    for (int p = 0; p < P; ++p) to[p] = out[p];
    __asm__ volatile("" ::: "memory");  // what the assembly below reads is stored
    for (; count > 0; count -= channels, ++by) {
      int32x4_t sum[P];
      add(sum, patches, weights, steps);
      const int32x4_t bias = vld1q_s32(by->bias);
      XENOS_UNROLL(2)
      for (int p = 0; p < P; ++p) {
        const int32x4_t scaled =
            by->template scaled4<Round>(vaddq_s32(sum[p], bias), 0, zero_point);
        if (count >= channels) {
          vstrbq_s32(to[p], scaled);
        } else {
          vstrbq_p_s32(to[p], scaled, vctp32q(static_cast<std::uint32_t>(count)));
        }
        to[p] += channels;
      }
    }
  }

 private:
  // As assembly: the eighth sum needs the register in which compilers keep a loop's counter. The
  // first step starts the sums.
  static XENOS_ALWAYS_INLINE void add(int32x4_t (&sum)[2], const std::int8_t* const* patches,
                                      const std::int8_t*& weights, int steps) {
    const std::int8_t* a = patches[0];
    const std::int8_t* b = patches[1];
    std::int32_t s0, s1, s2, s3, t0, t1, t2, t3;
    __asm__ volatile(
        "vldrb.u8   q0, [%[a]], #16\n\t"
        "vldrb.u8   q1, [%[b]], #16\n\t"
        "vldrb.u8   q2, [%[w]], #16\n\t"
        "vmladav.s8 %[s0], q0, q2\n\t"
        "vldrb.u8   q3, [%[w]], #16\n\t"
        "vmladav.s8 %[t0], q1, q2\n\t"
        "vmladav.s8 %[s1], q0, q3\n\t"
        "vldrb.u8   q2, [%[w]], #16\n\t"
        "vmladav.s8 %[t1], q1, q3\n\t"
        "vmladav.s8 %[s2], q0, q2\n\t"
        "vldrb.u8   q3, [%[w]], #16\n\t"
        "vmladav.s8 %[t2], q1, q2\n\t"
        "vmladav.s8 %[s3], q0, q3\n\t"
        "subs       %[n], %[n], #1\n\t"
        "vmladav.s8 %[t3], q1, q3\n\t"
        "beq        2f\n"
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
        "bne        1b\n"
        "2:\n\t"
        "vmov       %q[s][2], %q[s][0], %[s0], %[s2]\n\t"
        "vmov       %q[s][3], %q[s][1], %[s1], %[s3]\n\t"
        "vmov       %q[t][2], %q[t][0], %[t0], %[t2]\n\t"
        "vmov       %q[t][3], %q[t][1], %[t1], %[t3]"
        : [s0] "=&Te"(s0), [s1] "=&Te"(s1), [s2] "=&Te"(s2), [s3] "=&Te"(s3), [t0] "=&Te"(t0),
          [t1] "=&Te"(t1), [t2] "=&Te"(t2), [t3] "=&Te"(t3), [a] "+r"(a), [b] "+r"(b),
          [w] "+r"(weights), [n] "+r"(steps), [s] "=&w"(sum[0]), [t] "=&w"(sum[1])
        :
        : "q0", "q1", "q2", "q3", "cc");
  }
  static XENOS_ALWAYS_INLINE void add(int32x4_t (&sum)[1], const std::int8_t* const* patches,
                                      const std::int8_t*& weights, int steps) {
    const std::int8_t* patch = patches[0];
    std::int32_t each[channels] = {};
    for (int s = 0; s < steps; ++s, patch += step) {
      const int8x16_t a = vld1q_s8(patch);
      XENOS_UNROLL(4)
      for (int k = 0; k < channels; ++k, weights += step) {
        each[k] = vmladavaq_s8(each[k], a, vld1q_s8(weights));
      }
    }
    sum[0] = vld1q_s32(each);
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
    __asm__ volatile("" ::: "memory");  // what the assembly below reads is stored
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
          add_tap(even, odd, from, tap);
          from += window.column_step;
        }
      }
      const int16x8_t low = vreinterpretq_s16_s32(by.template scaled4<Round>(even, 0, zero_point));
      vstrbq_s16(out, vmovntq_s32(low, by.template scaled4<Round>(odd, 4, zero_point)));
      out += pixels.out_step;
      first += pixels.step;
    }
  }

 private:
  // As assembly, as g++ 12 would otherwise load everything first, and keep it on the stack.
  static XENOS_ALWAYS_INLINE void add_tap(int32x4_t& even, int32x4_t& odd, const std::int8_t* from,
                                          const weight*& tap) {
    int16x8_t a, b, c;
    __asm__ volatile(
        "vldrb.s16  %q[a], [%[x]]\n\t"
        "vldrh.u16  %q[b], [%[w]], #16\n\t"
        "vmullb.s16 %q[c], %q[a], %q[b]\n\t"
        "vmullt.s16 %q[a], %q[a], %q[b]\n\t"
        "vadd.i32   %q[e], %q[e], %q[c]\n\t"
        "vadd.i32   %q[o], %q[o], %q[a]"
        : [e] "+w"(even), [o] "+w"(odd), [w] "+r"(tap), [a] "=&w"(a), [b] "=&w"(b), [c] "=&w"(c)
        : [x] "r"(from));
  }
};

}  // namespace xenos::inline XENOS_ABI::int8

#endif
