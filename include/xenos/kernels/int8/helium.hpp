// Sums of products of int8 with Helium, the vectors of Armv8.1-M (Cortex-M55, M85).
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/kernels/int8/depthwise.hpp>
#include <xenos/kernels/int8/helium_scales.hpp>
#include <xenos/kernels/int8/products.hpp>

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

#include <cstddef>
#include <cstdint>

namespace xenos::inline XENOS_ABI::int8 {

/// Two patches by four channels, 16 terms a step: eight sums in the core's even registers.
struct helium_products : byte_patches {
  using scales = vector_scales<4, false>;
  static constexpr bool adds = true;
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

  template <auto Join>
  static void add_rows(const std::int8_t* a, const std::int8_t* b, std::int8_t* out, int count) {
    for (; count >= 4; count -= 4, a += 4, b += 4, out += 4) {
      vstrbq_s32(out, joined<Join>(vldrbq_s32(a), vldrbq_s32(b)));
    }
    if (count == 0) return;
    const mve_pred16_t some = vctp32q(static_cast<std::uint32_t>(count));
    vstrbq_p_s32(out, joined<Join>(vldrbq_z_s32(a, some), vldrbq_z_s32(b, some)), some);
  }

  template <int P, rounding Round>
  static XENOS_ALWAYS_INLINE void multiply(const std::int8_t* const* patches, int terms,
                                           const std::int8_t* weights, const scales* by,
                                           int zero_point, std::int8_t* const* out, int count) {
    const int steps = terms / step;
    std::int8_t* first = out[0];
    std::int8_t* second = out[P - 1];
    __asm__ volatile("" ::: "memory");  // what the assembly below reads is stored
    const auto sum_of = [&](int32x4_t & a, int32x4_t & b) __attribute__((always_inline)) {
      if constexpr (P == 2) {
        add(a, b, patches, weights, steps);
      } else {
        b = a = add(patches[0], weights, steps);
      }
    };
    int32x4_t a, b;
    for (; count >= channels; count -= channels) {
      sum_of(a, b);
      if constexpr (Round == rounding::twice) {
        finish(a, b, by, zero_point, first, second);
      } else {
        by->template scale<Round, 0>(a, b, zero_point);
        vstrbq_s32(first, a);
        vstrbq_s32(second, b);
        ++by;
        first += channels;
        second += channels;
      }
    }
    if (count == 0) return;
    sum_of(a, b);
    by->template scale<Round, 0>(a, b, zero_point);
    const mve_pred16_t some = vctp32q(static_cast<std::uint32_t>(count));
    vstrbq_p_s32(first, a, some);
    vstrbq_p_s32(second, b, some);
  }

  /// Lays out the rows of a patch that are one run each.
  static XENOS_ALWAYS_INLINE void stage_rows(std::int8_t* to, const std::int8_t* const* rows,
                                             int row_step, std::ptrdiff_t column, int run,
                                             int height) {
    const std::int8_t* from;
    std::int8_t* at;
    __asm__ volatile(
        "1:\n\t"
        "ldr      %[x], [%[r]]\n\t"
        "add      %[r], %[r], %[s]\n\t"
        "mov      %[u], %[t]\n\t"
        "add      %[x], %[x], %[c]\n\t"
        "add      %[t], %[t], %[n]\n\t"
        "dlstp.8  lr, %[n]\n"
        "2:\n\t"
        "vldrb.u8 q0, [%[x]], #16\n\t"
        "vstrb.8  q0, [%[u]], #16\n\t"
        "letp     lr, 2b\n\t"
        "subs     %[h], %[h], #1\n\t"
        "bne      1b"
        : [x] "=&r"(from), [u] "=&r"(at), [r] "+r"(rows), [t] "+r"(to), [h] "+r"(height)
        : [s] "r"(row_step * 4), [c] "r"(column), [n] "r"(run)
        : "q0", "lr", "cc", "memory");
  }

 private:
  template <auto Join>
  static XENOS_ALWAYS_INLINE int32x4_t joined(int32x4_t x, int32x4_t y) {
    constexpr rounding round = Join.to.round;
    x = vshlq_n_s32(vsubq_n_s32(x, Join.left_zero), Join.more_bits);
    y = vshlq_n_s32(vsubq_n_s32(y, Join.right_zero), Join.more_bits);
    const int32x4_t sum =
        vaddq_s32((scaled_all<Join.left, round>(x)), (scaled_all<Join.right, round>(y)));
    const int32x4_t scaled = scaled_all<Join.result, round>(sum);
    return limited(vaddq_n_s32(scaled, Join.to.zero_point));
  }
  /// All of `values` times a factor.
  template <fixed_factor By, rounding Round>
  static XENOS_ALWAYS_INLINE int32x4_t scaled_all(int32x4_t values) {
    if constexpr (Round == rounding::twice && By.shift <= 0) {
      values = vqrdmulhq_n_s32(values, By.multiplier);
      if constexpr (By.shift == 0) return values;
      values = vaddq_s32(values, vshrq_n_s32(values, 31));
      return vrshlq_n_s32(values, By.shift);
    } else {
      std::int32_t each[4];
      vst1q_s32(each, values);
      for (std::int32_t& value : each) value = scaled<Round>(value, By);
      return vld1q_s32(each);
    }
  }
  static XENOS_ALWAYS_INLINE int32x4_t limited(int32x4_t values) {
    return vminq_s32(vmaxq_s32(values, vdupq_n_s32(-128)), vdupq_n_s32(127));
  }

  /// Two pixels' sums of the channels that `by` scales, as int8 to `first` and `second`; all go on
  /// to the next channels. As assembly for the reason above.
  static XENOS_ALWAYS_INLINE void finish(int32x4_t a, int32x4_t b, const scales*& by,
                                         int zero_point, std::int8_t*& first,
                                         std::int8_t*& second) {
    int32x4_t u, v;
    __asm__ volatile(
        "vldrw.u32    %q[v], [%[p]], #16\n\t"
        "vadd.i32     %q[a], %q[a], %q[v]\n\t"
        "vadd.i32     %q[b], %q[b], %q[v]\n\t"
        "vldrw.u32    %q[u], [%[p]], #16\n\t"
        "vshl.s32     %q[a], %q[a], %q[u]\n\t"
        "vldrw.u32    %q[v], [%[p]], #16\n\t"
        "vshl.s32     %q[b], %q[b], %q[u]\n\t"
        "vqrdmulh.s32 %q[a], %q[a], %q[v]\n\t"
        "vqrdmulh.s32 %q[b], %q[b], %q[v]\n\t"
        "vldrw.u32    %q[v], [%[p]], #16\n\t"
        "vand         %q[u], %q[a], %q[v]\n\t"
        "vshr.s32     %q[u], %q[u], #31\n\t"
        "vadd.i32     %q[a], %q[a], %q[u]\n\t"
        "vand         %q[u], %q[b], %q[v]\n\t"
        "vrshl.s32    %q[a], %q[a], %q[v]\n\t"
        "vshr.s32     %q[u], %q[u], #31\n\t"
        "vadd.i32     %q[a], %q[a], %[z]\n\t"
        "vadd.i32     %q[b], %q[b], %q[u]\n\t"
        "vqmovnb.s32  %q[a], %q[a]\n\t"
        "vrshl.s32    %q[b], %q[b], %q[v]\n\t"
        "vqmovnb.s16  %q[a], %q[a]\n\t"
        "vadd.i32     %q[b], %q[b], %[z]\n\t"
        "vqmovnb.s32  %q[b], %q[b]\n\t"
        "vstrb.32     %q[a], [%[f]], #4\n\t"
        "vqmovnb.s16  %q[b], %q[b]\n\t"
        "vstrb.32     %q[b], [%[g]], #4"
        : [a] "+w"(a), [b] "+w"(b), [u] "=&w"(u), [v] "=&w"(v), [p] "+r"(by), [f] "+l"(first),
          [g] "+l"(second)
        : [z] "r"(zero_point)
        : "memory");
  }

// Sixteen terms of two patches with the filters of four channels.
#define XENOS_DETAIL_STEP(multiply)                                       \
  "vldrb.u8    q0, [%[a]], #16\n\t"                                       \
  "vldrb.u8    q1, [%[b]], #16\n\t"                                       \
  "vldrb.u8    q2, [%[w]], #16\n\t" multiply                              \
  "%[s0], q0, q2\n\t"                                                     \
  "vldrb.u8    q3, [%[w]], #16\n\t" multiply "%[t0], q1, q2\n\t" multiply \
  "%[s1], q0, q3\n\t"                                                     \
  "vldrb.u8    q2, [%[w]], #16\n\t" multiply "%[t1], q1, q3\n\t" multiply \
  "%[s2], q0, q2\n\t"                                                     \
  "vldrb.u8    q3, [%[w]], #16\n\t" multiply "%[t2], q1, q2\n\t" multiply \
  "%[s3], q0, q3\n\t" multiply "%[t3], q1, q3\n\t"
  // As assembly: the eighth sum needs the register in which compilers keep a loop's counter. The
  // first step starts the sums.
  static XENOS_ALWAYS_INLINE void add(int32x4_t& first, int32x4_t& second,
                                      const std::int8_t* const* patches,
                                      const std::int8_t*& weights, int steps) {
    const std::int8_t* a = patches[0];
    const std::int8_t* b = patches[1];
    std::int32_t s0, s1, s2, s3, t0, t1, t2, t3;
    __asm__ volatile(
        // clang-format off
        XENOS_DETAIL_STEP("vmladav.s8 ")
        "subs        %[n], %[n], #1\n\t"
        "beq         3f\n\t"
        "lsrs        %[n], %[n], #1\n\t"
        "bcc         2f\n\t"
        XENOS_DETAIL_STEP("vmladava.s8 ")
        "cbz         %[n], 3f\n"
        "2:\n\t"
        XENOS_DETAIL_STEP("vmladava.s8 ")
        "subs        %[n], %[n], #1\n\t"
        XENOS_DETAIL_STEP("vmladava.s8 ")
        "bne         2b\n"
        "3:\n\t"
        "vmov        %q[s][2], %q[s][0], %[s0], %[s2]\n\t"
        "vmov        %q[s][3], %q[s][1], %[s1], %[s3]\n\t"
        "vmov        %q[t][2], %q[t][0], %[t0], %[t2]\n\t"
        "vmov        %q[t][3], %q[t][1], %[t1], %[t3]"
        // clang-format on
        : [s0] "=&Te"(s0), [s1] "=&Te"(s1), [s2] "=&Te"(s2), [s3] "=&Te"(s3), [t0] "=&Te"(t0),
          [t1] "=&Te"(t1), [t2] "=&Te"(t2), [t3] "=&Te"(t3), [a] "+r"(a), [b] "+r"(b),
          [w] "+r"(weights), [n] "+l"(steps), [s] "=&w"(first), [t] "=&w"(second)
        :
        : "q0", "q1", "q2", "q3", "cc");
  }
#undef XENOS_DETAIL_STEP
  static XENOS_ALWAYS_INLINE int32x4_t add(const std::int8_t* patch, const std::int8_t*& weights,
                                           int steps) {
    std::int32_t sum[channels] = {};
    for (int s = 0; s < steps; ++s, patch += step) {
      const int8x16_t a = vld1q_s8(patch);
      XENOS_UNROLL(4)
      for (int k = 0; k < channels; ++k, weights += step) {
        sum[k] = vmladavaq_s8(sum[k], a, vld1q_s8(weights));
      }
    }
    return vld1q_s32(sum);
  }
};

/// Eight channels at a time, in 16 bits; their products in 32, the even and the odd ones apart.
struct helium_taps {
  using weight = std::int16_t;
  using scales = vector_scales<8, true>;
  static constexpr int channels = 8;
  static constexpr int place(int c) { return c; }

  template <int Side, rounding Round>
  static XENOS_ALWAYS_INLINE void row(const tap_window& window, const weight* weights,
                                      const scales& by, int zero_point, const pixel_run& pixels) {
    __asm__ volatile("" ::: "memory");  // what the assembly below reads is stored
    std::int8_t* out = pixels.out;
    std::ptrdiff_t first = window.first;
    for (int x = pixels.count; x > 0; --x) {
      int32x4_t even = vdupq_n_s32(0);
      int32x4_t odd = even;
      const weight* tap = weights;
      const std::int8_t* const* row = window.rows;
      if constexpr (Side == 3) {
        XENOS_UNROLL(3)
        for (int h = 0; h < 3; ++h) {
          add_three(even, odd, row, window.row_step, first, window.column_step, tap);
        }
      } else {
        for (int h = window.height; h > 0; --h) {
          const std::int8_t* from = *row + first;
          row += window.row_step;
          for (int w = window.width; w > 0; --w) {
            const int16x8_t a = vldrbq_s16(from);
            const int16x8_t b = vld1q_s16(tap);
            even = vaddq_s32(even, vmullbq_int_s16(a, b));
            odd = vaddq_s32(odd, vmulltq_int_s16(a, b));
            from += window.column_step;
            tap += channels;
          }
        }
      }
      by.template scale<Round, 4>(even, odd, zero_point);
      vstrbq_s16(out, vmovntq_s32(vreinterpretq_s16_s32(even), odd));
      out += pixels.out_step;
      first += pixels.step;
    }
  }

 private:
// A tap: eight inputs at x, eight weights at w, which goes on.
#define XENOS_DETAIL_TAP               \
  "vldrb.s16  %q[a], [%[x]]\n\t"       \
  "vldrh.u16  %q[b], [%[w]], #16\n\t"  \
  "vmullb.s16 %q[c], %q[a], %q[b]\n\t" \
  "vmullt.s16 %q[a], %q[a], %q[b]\n\t" \
  "vadd.i32   %q[e], %q[e], %q[c]\n\t" \
  "vadd.i32   %q[o], %q[o], %q[a]\n\t"
  /// The three taps of a kernel row, from `first` elements behind the beginning of *row on. As
  /// assembly, as g++ 12 would otherwise load everything first, and keep it on the stack.
  static XENOS_ALWAYS_INLINE void add_three(int32x4_t& even, int32x4_t& odd,
                                            const std::int8_t* const*& row, std::ptrdiff_t row_step,
                                            std::ptrdiff_t first, int column_step,
                                            const weight*& tap) {
    int16x8_t a, b, c;
    const std::int8_t* from;
    __asm__ volatile(
        "ldr        %[x], [%[r]]\n\t"
        "add        %[r], %[r], %[s]\n\t"
        "add        %[x], %[x], %[f]\n\t" XENOS_DETAIL_TAP
        "add        %[x], %[x], %[d]\n\t" XENOS_DETAIL_TAP
        "add        %[x], %[x], %[d]\n\t" XENOS_DETAIL_TAP
        : [e] "+w"(even), [o] "+w"(odd), [w] "+r"(tap), [r] "+r"(row), [x] "=&l"(from),
          [a] "=&w"(a), [b] "=&w"(b), [c] "=&w"(c)
        : [s] "r"(row_step * 4), [f] "r"(first), [d] "r"(column_step));
  }
#undef XENOS_DETAIL_TAP
};

}  // namespace xenos::inline XENOS_ABI::int8

#endif
