// Sums of products of int8 with the DSP instructions of Armv7E-M (Cortex-M4, M7) and Armv8-M.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/kernels/int8/depthwise.hpp>
#include <xenos/kernels/int8/products.hpp>

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace xenos::inline XENOS_ABI::int8 {

/// Bytes 0 and 2 of four as a pair of 16 bits, signed; bytes 1 and 3.
XENOS_ALWAYS_INLINE std::uint32_t even_bytes(std::uint32_t bytes) {
  std::uint32_t pair;
  __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
  return pair;
}
XENOS_ALWAYS_INLINE std::uint32_t odd_bytes(std::uint32_t bytes) {
  std::uint32_t pair;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
  return pair;
}

/// Makes the compiler store what assembly behind it reads, which says nothing of memory itself, so
/// that values stay in registers.
XENOS_ALWAYS_INLINE void finish_stores() { __asm__ volatile("" ::: "memory"); }

/// Four bytes from any address.
XENOS_ALWAYS_INLINE std::uint32_t load_word(const std::int8_t* from) {
  std::uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// `sum` scaled as TFLite does, where `right` > 0, without the limits of int8.
XENOS_ALWAYS_INLINE std::int32_t scaled_twice(std::int32_t sum, std::int32_t multiplier,
                                              std::int32_t right) {
  std::int32_t low, high;
  __asm__(
      "smull %0, %1, %2, %3\n\t"
      "lsls  %0, %0, #1\n\t"           // bit 31 of the product to the carry, bit 30 to the sign
      "adc   %1, %1, %1\n\t"           // the product by 2^31, towards minus infinity
      "add   %1, %1, %0, lsr #31\n\t"  // to the nearest
      "add   %1, %1, %1, asr #31\n\t"  // halves of what is negative go down
      "asrs  %1, %1, %4\n\t"           // the last bit shifted out to the carry
      "adc   %1, %1, #0"
      : "=&r"(low), "=&r"(high)
      : "r"(sum), "r"(multiplier), "r"(right)
      : "cc");
  return high;
}
XENOS_ALWAYS_INLINE std::int8_t saturated(std::int32_t value) {
  __asm__("ssat %0, #8, %1" : "=r"(value) : "r"(value));
  return static_cast<std::int8_t>(value);
}

/// Sums of one channel for some pixels, as int8.
template <rounding Round, int P>
XENOS_NOINLINE inline void store_otherwise(const std::int32_t (&sum)[P], fixed_factor factor,
                                           int zero_point, std::int8_t* const* out, int channel) {
  for (int p = 0; p < P; ++p) {
    out[p][channel] = saturated(scaled<Round>(sum[p], factor) + zero_point);
  }
}
template <rounding Round, int P>
XENOS_ALWAYS_INLINE void store_scaled(const std::int32_t (&sum)[P], std::int32_t multiplier,
                                      std::int32_t right, int zero_point, std::int8_t* const* out,
                                      int channel) {
  if (Round == rounding::twice && right > 0) [[likely]] {
    for (int p = 0; p < P; ++p) {
      out[p][channel] = saturated(scaled_twice(sum[p], multiplier, right) + zero_point);
    }
  } else {
    std::int32_t copy[P];  // a sum whose address is taken would not stay in a register
    for (int p = 0; p < P; ++p) copy[p] = sum[p];
    store_otherwise<Round>(copy, {multiplier, static_cast<int>(-right)}, zero_point, out, channel);
  }
}

/// Patches of 16 bits, those of two pixels interleaved by four terms, so that one register points
/// to both: each four terms are {0, 2}, {1, 3}, as SXTB16 takes bytes apart. Weights stay bytes.
struct dsp_products {
  using staged = std::int16_t;
  static constexpr bool adds = true;
  using scales = block_scales<2>;
  static constexpr int pixels = 2;
  static constexpr int channels = 2;
  static constexpr int step = 4;
  static constexpr int run_step = 4;
  static constexpr int alignment = 4;
  static constexpr bool direct = false;

  static std::int16_t* patch(std::int16_t* patches, int k, int) { return patches + step * k; }
  static XENOS_ALWAYS_INLINE std::int16_t* stage(std::int16_t* to, int k, int,
                                                 const std::int8_t* from, int count) {
    auto* at = reinterpret_cast<std::uint32_t*>(to) + 2 * k;
    for (; count >= step; count -= step, from += step, at += 4) {
      const std::uint32_t bytes = load_word(from);
      at[0] = even_bytes(bytes);
      at[1] = odd_bytes(bytes);
    }
    if (count > 0) {
      std::uint32_t rest = 0;
      for (int i = 0; i < count; ++i) {
        rest |= std::uint32_t{static_cast<std::uint8_t>(from[i])} << 8 * i;
      }
      at[0] = even_bytes(rest);
      at[1] = odd_bytes(rest);
      at += 4;
    }
    return reinterpret_cast<std::int16_t*>(at - 2 * k);
  }

  template <auto Join>
  static void add_rows(const std::int8_t* a, const std::int8_t* b, std::int8_t* out, int count) {
    for (int i = 0; i < count; ++i) {
      const std::int32_t x = (a[i] - Join.left_zero) * (1 << Join.more_bits);
      const std::int32_t y = (b[i] - Join.right_zero) * (1 << Join.more_bits);
      const std::int32_t sum =
          scaled_by<Join.left, Join.to.round>(x) + scaled_by<Join.right, Join.to.round>(y);
      out[i] = saturated(scaled_by<Join.result, Join.to.round>(sum) + Join.to.zero_point);
    }
  }

  template <int P, rounding Round>
  static XENOS_ALWAYS_INLINE void multiply(const std::int16_t* const* patches, int terms,
                                           const std::int8_t* weights, const scales* by,
                                           int zero_point, std::int8_t* const* out, int count) {
    finish_stores();
    const int steps = terms / step;
    for (int c = 0; c < count; c += channels, ++by) {
      std::int32_t first[P];
      std::int32_t second[P];
      for (int p = 0; p < P; ++p) {
        first[p] = by->bias[0];
        second[p] = by->bias[1];
      }
      add(first, second, patches[0], weights, steps);
      store_scaled<Round>(first, by->multiplier[0], by->right[0], zero_point, out, c);
      if (c + 1 == count) break;
      store_scaled<Round>(second, by->multiplier[1], by->right[1], zero_point, out, c + 1);
    }
  }

 private:
  template <fixed_factor By, rounding Round>
  static XENOS_ALWAYS_INLINE std::int32_t scaled_by(std::int32_t value) {
    if constexpr (Round == rounding::twice && By.shift < 0) {
      return scaled_twice(value, By.multiplier, -By.shift);
    } else if constexpr (Round == rounding::twice && By == fixed_factor{1 << 30, 0}) {
      return (value >> 1) + (value & 1);
    } else {
      return scaled<Round>(value, By);
    }
  }

  // Steps as assembly, as g++ 12 neither pairs the loads nor keeps all of this in registers. Of the
  // 14 registers the pair of pixels takes 13, and the loop's counter the last.

  static XENOS_ALWAYS_INLINE void add_step(std::int32_t (&first)[2], std::int32_t (&second)[2],
                                           const std::int16_t*& patch,
                                           const std::int8_t*& weights) {
    std::uint32_t a, b, c, d, u, v, w;
    __asm__ volatile(
        "ldrd   %[c], %[d], [%[x], #8]\n\t"
        "ldrd   %[a], %[b], [%[x]], #16\n\t"
        "ldrd   %[u], %[v], [%[w8]], #8\n\t"
        "sxtb16 %[t], %[u]\n\t"
        "smlad  %[f0], %[t], %[a], %[f0]\n\t"
        "smlad  %[f1], %[t], %[c], %[f1]\n\t"
        "sxtb16 %[t], %[u], ror #8\n\t"
        "smlad  %[f0], %[t], %[b], %[f0]\n\t"
        "smlad  %[f1], %[t], %[d], %[f1]\n\t"
        "sxtb16 %[t], %[v]\n\t"
        "smlad  %[s0], %[t], %[a], %[s0]\n\t"
        "smlad  %[s1], %[t], %[c], %[s1]\n\t"
        "sxtb16 %[t], %[v], ror #8\n\t"
        "smlad  %[s0], %[t], %[b], %[s0]\n\t"
        "smlad  %[s1], %[t], %[d], %[s1]"
        : [f0] "+r"(first[0]), [f1] "+r"(first[1]), [s0] "+r"(second[0]), [s1] "+r"(second[1]),
          [x] "+r"(patch), [w8] "+r"(weights), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c),
          [d] "=&r"(d), [u] "=&r"(u), [v] "=&r"(v), [t] "=&r"(w)
        :);
  }
  static XENOS_ALWAYS_INLINE void add_step(std::int32_t (&first)[1], std::int32_t (&second)[1],
                                           const std::int16_t*& patch,
                                           const std::int8_t*& weights) {
    std::uint32_t a, b, u, v, w;
    __asm__ volatile(
        "ldrd   %[a], %[b], [%[x]], #16\n\t"
        "ldrd   %[u], %[v], [%[w8]], #8\n\t"
        "sxtb16 %[t], %[u]\n\t"
        "smlad  %[f0], %[t], %[a], %[f0]\n\t"
        "sxtb16 %[t], %[u], ror #8\n\t"
        "smlad  %[f0], %[t], %[b], %[f0]\n\t"
        "sxtb16 %[t], %[v]\n\t"
        "smlad  %[s0], %[t], %[a], %[s0]\n\t"
        "sxtb16 %[t], %[v], ror #8\n\t"
        "smlad  %[s0], %[t], %[b], %[s0]"
        : [f0] "+r"(first[0]), [s0] "+r"(second[0]), [x] "+r"(patch), [w8] "+r"(weights),
          [a] "=&r"(a), [b] "=&r"(b), [u] "=&r"(u), [v] "=&r"(v), [t] "=&r"(w)
        :);
  }
  template <int P>
  static XENOS_ALWAYS_INLINE void add(std::int32_t (&first)[P], std::int32_t (&second)[P],
                                      const std::int16_t* patch, const std::int8_t*& weights,
                                      int steps) {
    for (; steps % 4 != 0; --steps) add_step(first, second, patch, weights);
    for (; steps > 0; steps -= 4) {
      add_step(first, second, patch, weights);
      add_step(first, second, patch, weights);
      add_step(first, second, patch, weights);
      add_step(first, second, patch, weights);
    }
  }
};

/// Four channels at a time. Weights of 16 bits, of channels {0, 2} and {1, 3}, as SXTB16 takes the
/// bytes of the input apart.
struct dsp_taps {
  using weight = std::int16_t;
  using scales = block_scales<4>;
  static constexpr int channels = 4;
  static constexpr int place(int c) { return c / 2 + c % 2 * 2; }

  template <int Side, rounding Round>
  static XENOS_ALWAYS_INLINE void row(const tap_window& window, const weight* weights,
                                      const scales& by, int zero_point, const pixel_run& pixels) {
    if (Round != rounding::twice || !all_right(by)) {
      for (int c = 0; c < channels; ++c) {
        pixel_run run = pixels;
        run.out += c;
        tap_window one = window;
        one.first += c;
        run_channel<dsp_taps, Round>(one, weights, by, c, zero_point, run);
      }
      return;
    }
    finish_stores();
    std::int8_t* out = pixels.out;
    std::ptrdiff_t first = window.first;
    const int width = Side == dynamic ? window.width : Side;
    for (int x = pixels.count; x > 0; --x) {
      std::int32_t sum[channels] = {by.bias[0], by.bias[1], by.bias[2], by.bias[3]};
      const weight* tap = weights;
      const std::int8_t* const* row = window.rows;
      XENOS_UNROLL(3)
      for (int h = Side == dynamic ? window.height : Side; h > 0; --h) {
        const std::int8_t* from = *row + first;
        row += window.row_step;
        XENOS_UNROLL(3)
        for (int w = 0; w < width; ++w) {
          add_tap(sum, load_word(from), tap);
          from += window.column_step;
        }
      }
      XENOS_UNROLL(4)
      for (int c = 0; c < channels; ++c) {
        const std::int32_t value = scaled_twice(sum[c], by.multiplier[c], by.right[c]);
        out[c] = saturated(value + zero_point);
      }
      out += pixels.out_step;
      first += pixels.step;
    }
  }

 private:
  static XENOS_ALWAYS_INLINE bool all_right(const scales& by) {
    for (const std::int32_t right : by.right) {
      if (right <= 0) return false;
    }
    return true;
  }
  static XENOS_ALWAYS_INLINE void add_tap(std::int32_t (&sum)[channels], std::uint32_t x,
                                          const weight*& weights) {
    std::uint32_t u, v;
    __asm__ volatile(
        "ldrd   %[u], %[v], [%[w]], #8\n\t"
        "smlabb %[s0], %[e], %[u], %[s0]\n\t"
        "smlatt %[s2], %[e], %[u], %[s2]\n\t"
        "smlabb %[s1], %[o], %[v], %[s1]\n\t"
        "smlatt %[s3], %[o], %[v], %[s3]"
        : [s0] "+r"(sum[0]), [s1] "+r"(sum[1]), [s2] "+r"(sum[2]), [s3] "+r"(sum[3]),
          [w] "+r"(weights), [u] "=&r"(u), [v] "=&r"(v)
        : [e] "r"(even_bytes(x)), [o] "r"(odd_bytes(x)));
  }
};

}  // namespace xenos::inline XENOS_ABI::int8

#endif
