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

/// Four bytes as two pairs of 16 bits, signed: bytes 0 and 2, and bytes 1 and 3.
struct byte_pairs {
  std::uint32_t even;
  std::uint32_t odd;
};
XENOS_ALWAYS_INLINE byte_pairs widened(std::uint32_t bytes) {
  byte_pairs pairs;
  __asm__("sxtb16 %0, %1" : "=r"(pairs.even) : "r"(bytes));
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pairs.odd) : "r"(bytes));
  return pairs;
}

/// Four bytes from any address.
XENOS_ALWAYS_INLINE std::uint32_t load_word(const std::int8_t* from) {
  std::uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// `sum` scaled as TFLite does, where `right` = -shift > 0, without the limits of int8.
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

/// The sums of channel c of a block, for some pixels, as int8.
template <rounding Round, int P>
XENOS_ALWAYS_INLINE void store_scaled(const std::int32_t (&sum)[P], std::int32_t multiplier,
                                      std::int32_t shift, int zero_point, std::int8_t* const* out,
                                      int channel) {
  if constexpr (Round == rounding::twice) {
    if (shift < 0) [[likely]] {
      for (int p = 0; p < P; ++p) {
        out[p][channel] = saturated(scaled_twice(sum[p], multiplier, -shift) + zero_point);
      }
      return;
    }
  }
  for (int p = 0; p < P; ++p) {
    const fixed_factor factor{multiplier, static_cast<int>(shift)};
    out[p][channel] = saturated(scaled<Round>(sum[p], factor) + zero_point);
  }
}

/// Patches of 16 bits, those of two pixels interleaved by four terms, so that one register points
/// to both: each four terms are {0, 2}, {1, 3}, as SXTB16 takes bytes apart. Weights stay bytes.
struct dsp_products {
  using staged = std::int16_t;
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
      const byte_pairs pairs = widened(load_word(from));
      at[0] = pairs.even;
      at[1] = pairs.odd;
    }
    if (count > 0) {
      std::uint32_t rest = 0;
      for (int i = 0; i < count; ++i) {
        rest |= std::uint32_t{static_cast<std::uint8_t>(from[i])} << 8 * i;
      }
      const byte_pairs pairs = widened(rest);
      at[0] = pairs.even;
      at[1] = pairs.odd;
      at += 4;
    }
    return reinterpret_cast<std::int16_t*>(at - 2 * k);
  }

  template <int P, rounding Round>
  static XENOS_ALWAYS_INLINE void multiply(const std::int16_t* const* patches, int terms,
                                           const filter_block& filters, int zero_point,
                                           std::int8_t* const* out, int channel, int present) {
    std::int32_t first[P];
    std::int32_t second[P];
    for (int p = 0; p < P; ++p) {
      first[p] = filters.bias[0];
      second[p] = filters.bias[1];
    }
    add(first, second, patches[0], filters.weights, terms);
    store_scaled<Round>(first, filters.multiplier[0], filters.shift[0], zero_point, out, channel);
    if (present == channels) {
      store_scaled<Round>(second, filters.multiplier[1], filters.shift[1], zero_point, out,
                          channel + 1);
    }
  }

 private:
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
        :
        : "memory");
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
        :
        : "memory");
  }
  template <int P>
  static XENOS_ALWAYS_INLINE void add(std::int32_t (&first)[P], std::int32_t (&second)[P],
                                      const std::int16_t* patch, const std::int8_t* weights,
                                      int terms) {
    int steps = terms / step;
    if (steps % 2 != 0) {
      add_step(first, second, patch, weights);
      --steps;
    }
    for (; steps > 0; steps -= 2) {
      add_step(first, second, patch, weights);
      add_step(first, second, patch, weights);
    }
  }
};

/// Four channels at a time. Weights of 16 bits, of channels {0, 2} and {1, 3}, as SXTB16 takes the
/// bytes of the input apart.
struct dsp_taps {
  using weight = std::int16_t;
  static constexpr int channels = 4;
  static constexpr int place(int c) { return c / 2 + c % 2 * 2; }

  template <int Width, rounding Round>
  static XENOS_ALWAYS_INLINE void pixel(const tap_window& window, const tap_block<weight>& filters,
                                        int zero_point, std::int8_t* out) {
    std::int32_t sum[channels] = {filters.bias[0], filters.bias[1], filters.bias[2],
                                  filters.bias[3]};
    const weight* weights = filters.weights;
    const std::int8_t* const* row = window.rows;
    for (int h = window.height; h > 0; --h) {
      const std::int8_t* from = *row + window.first;
      row += window.row_step;
      XENOS_UNROLL(3)
      for (int w = 0; w < (Width == dynamic ? window.width : Width); ++w) {
        const byte_pairs x = widened(load_word(from));
        add_tap(sum, x, weights);
        from += window.column_step;
      }
    }
    for (int c = 0; c < channels; ++c) {
      const std::int32_t one[1] = {sum[c]};
      store_scaled<Round>(one, filters.multiplier[c], filters.shift[c], zero_point, &out, c);
    }
  }

 private:
  static XENOS_ALWAYS_INLINE void add_tap(std::int32_t (&sum)[channels], byte_pairs x,
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
        : [e] "r"(x.even), [o] "r"(x.odd)
        : "memory");
  }
};

}  // namespace xenos::inline XENOS_ABI::int8

#endif
