// Sums of products of int8 with the vectors of x86: AVX-512 VNNI and AVX-VNNI, AVX2, SSE4.1.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/config/vector.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/kernels/int8/lanes.hpp>
#include <xenos/kernels/int8/x86_vectors.hpp>

#if defined(__SSE4_1__)

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace xenos::inline XENOS_ABI::int8::x86 {

/// What sums of either kind have in common. They begin with the bias plus 2^31, and are thus
/// numbers without sign, of which products of 64 bits are cheap.
template <int Count>
struct sums_of_words {
  static constexpr int count = Count;
  static constexpr int registers = XENOS_VECTOR_REGISTERS;
  static constexpr std::int32_t start = INT32_MIN;
  using sums = words<Count>;

  /// With x = sum - 2^31 and r = -shift: high = (x * multiplier + 2^30) >> 31 is what rounding
  /// twice begins with, (high + 2^(r-1) - (x < 0)) >> r what it ends with (where high < 0 it is
  /// x < 0, and where x < 0 but high = 0 the result is 0 as well); rounding once gives
  /// (x * multiplier + 2^(30+r)) >> (31+r). Of either, all that is constant is added to 2 * x *
  /// multiplier at once, and the last shift is one of the upper half.
  template <rounding Round>
  struct factors {
    static_assert(Round == rounding::once || Round == rounding::twice);
    XENOS_ALWAYS_INLINE factors(const std::int32_t* multiplier, const std::int32_t* shift,
                                int zero_point)
        : right_(-load_lanes<std::int32_t, Count>(shift)) {
      const auto twice = load_lanes<std::int32_t, Count>(multiplier) << 1;
      const auto halves = (sums{} + 1) << (right_ - 1);
      const auto upper = as<longs>(halves - (Round == rounding::twice ? 1 : 0) +
                                   ((sums{} + zero_point) << right_));
      const longs even = as<longs>(twice) & 0xffffffffU;
      const longs odd = as<longs>(twice) >> 32;
      constexpr std::uint64_t lower = Round == rounding::twice ? std::uint64_t{1} << 31 : 0;
      even_ = as<sums>(even);
      odd_ = as<sums>(odd);
      even_rest_ = (upper << 32) + lower - (even << 31);
      odd_rest_ = (upper & ~std::uint64_t{0xffffffffU}) + lower - (odd << 31);
    }
    XENOS_ALWAYS_INLINE sums operator()(sums sum) const {
      const longs even = even_products(sum, even_) + even_rest_;
      const longs odd = even_products(as<sums>(as<longs>(sum) >> 32), odd_) + odd_rest_;
      sums high = odd_words(as<sums>(even), as<sums>(odd));
      if constexpr (Round == rounding::twice) {
        high += as<sums>(as<unsigned_words<Count>>(sum) >> 31);
      }
      return high >> right_;
    }

   private:
    using longs = long_words<Count>;
    sums right_;
    sums even_;
    sums odd_;
    longs even_rest_;
    longs odd_rest_;
  };

  template <int Vectors>
  static XENOS_ALWAYS_INLINE void narrow(const sums (&from)[4], std::int8_t* to) {
    const auto all = as<sums>(packed(packed(from[0], from[1]), packed(from[2], from[3])));
    store_lanes<std::int32_t, Count>(reinterpret_cast<std::int32_t*>(to), by_pixel<Vectors>(all));
  }

 private:
  /// Words that lie as [part][pixel][vector] as [pixel][part][vector].
  template <int Vectors>
  static XENOS_ALWAYS_INLINE sums by_pixel(sums all) {
    if constexpr (Count == 4 || Vectors == 4) {
      return all;
    } else if constexpr (Count == 8) {
      return Vectors == 2 ? __builtin_shufflevector(all, all, 0, 1, 4, 5, 2, 3, 6, 7)
                          : __builtin_shufflevector(all, all, 0, 4, 1, 5, 2, 6, 3, 7);
    } else if constexpr (Vectors == 2) {
      return __builtin_shufflevector(all, all, 0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14,
                                     15);
    } else {
      return __builtin_shufflevector(all, all, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11,
                                     15);
    }
  }
};

template <class T>
XENOS_ALWAYS_INLINE T low_bytes(T a, T b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
template <class T>
XENOS_ALWAYS_INLINE T high_bytes(T a, T b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                 31);
}
template <class T>
XENOS_ALWAYS_INLINE T low_pairs(T a, T b) {
  using pairs = half_words<4>;
  return as<T>(__builtin_shufflevector(as<pairs>(a), as<pairs>(b), 0, 8, 1, 9, 2, 10, 3, 11));
}
template <class T>
XENOS_ALWAYS_INLINE T high_pairs(T a, T b) {
  using pairs = half_words<4>;
  return as<T>(__builtin_shufflevector(as<pairs>(a), as<pairs>(b), 4, 12, 5, 13, 6, 14, 7, 15));
}

#if XENOS_DOT_32_BYTES
/// Four bytes at a time; inputs without sign, thus 128 more.
template <int Count>
struct dot_lanes : sums_of_words<Count> {
  using staged = std::int8_t;
  using sums = words<Count>;
  static constexpr int step = 4;
  static constexpr int stage_bytes = 4 * Count;
  static constexpr int offset = 128;

  static XENOS_ALWAYS_INLINE void stage(staged* to, const std::int8_t* from) {
    using words_of = lanes<std::uint64_t, stage_bytes / 8>;
    const auto all = as<words_of>(load_lanes<std::int8_t, stage_bytes>(from));
    store_lanes<std::int8_t, stage_bytes>(
        to, as<lanes<std::int8_t, stage_bytes>>(all ^ 0x8080808080808080U));
  }
  static XENOS_ALWAYS_INLINE void interleave(staged* to, const std::int8_t* const (&from)[step]) {
    using part = aligned_lanes<std::int8_t, 16>;
    part row[step];
    XENOS_UNROLL(4)
    for (int h = 0; h < step; ++h) {
      if constexpr (Count == 16) {
        row[h] = load_lanes<std::int8_t, 16>(from[h]);
      } else {
        std::int64_t eight;
        std::memcpy(&eight, from[h], sizeof eight);
        row[h] = as<part>(lanes<std::int64_t, 2>{eight, 0});
      }
      row[h] ^= static_cast<std::int8_t>(-128) - part{};
    }
    const part a = low_bytes(row[0], row[1]);
    const part b = low_bytes(row[2], row[3]);
    store_lanes<std::int8_t, 16>(to, low_pairs(a, b));
    store_lanes<std::int8_t, 16>(to + 16, high_pairs(a, b));
    if constexpr (Count == 16) {
      const part c = high_bytes(row[0], row[1]);
      const part d = high_bytes(row[2], row[3]);
      store_lanes<std::int8_t, 16>(to + 32, low_pairs(c, d));
      store_lanes<std::int8_t, 16>(to + 48, high_pairs(c, d));
    }
  }
  static XENOS_ALWAYS_INLINE sums load(const staged* from) {
    return load_lanes<std::int32_t, Count>(reinterpret_cast<const std::int32_t*>(from));
  }
  static XENOS_ALWAYS_INLINE sums broadcast(const staged* from) {
    std::int32_t four;
    std::memcpy(&four, from, sizeof four);
    return sums{} + four;
  }
  static XENOS_ALWAYS_INLINE sums weights(const std::int8_t* from) { return load(from); }
  static XENOS_ALWAYS_INLINE sums add(sums to, sums inputs, sums by) { return dot(to, inputs, by); }
};
#endif

/// Two at a time, widened to 16 bits.
template <int Count>
struct pair_lanes : sums_of_words<Count> {
  using staged = std::int16_t;
  using sums = words<Count>;
  using operand = half_words<Count>;
  static constexpr int step = 2;
  static constexpr int stage_bytes = 2 * Count;
  static constexpr int offset = 0;

  static XENOS_ALWAYS_INLINE void stage(staged* to, const std::int8_t* from) {
    store_lanes<std::int16_t, 2 * Count>(to, weights(from));
  }
  static XENOS_ALWAYS_INLINE void interleave(staged* to, const std::int8_t* const (&from)[step]) {
    for (std::ptrdiff_t c = 0; c < Count; ++c) {
      to[2 * c] = staged{from[0][c]};
      to[2 * c + 1] = staged{from[1][c]};
    }
  }
  static XENOS_ALWAYS_INLINE operand load(const staged* from) {
    return load_lanes<std::int16_t, 2 * Count>(from);
  }
  static XENOS_ALWAYS_INLINE operand broadcast(const staged* from) {
    std::int32_t both;
    std::memcpy(&both, from, sizeof both);
    return as<operand>(sums{} + both);
  }
  static XENOS_ALWAYS_INLINE operand weights(const std::int8_t* from) {
    operand to;
    widen(from, to);
    return to;
  }
  static XENOS_ALWAYS_INLINE sums add(sums to, operand inputs, operand by) {
    return to + pair_sums(inputs, by);
  }
};

#if XENOS_DOT_64_BYTES
using lanes_of_64 = dot_lanes<16>;
#else
using lanes_of_64 = void;
#endif
#if XENOS_DOT_32_BYTES
using lanes_of_32 = dot_lanes<8>;
#elif defined(__AVX2__)
using lanes_of_32 = pair_lanes<8>;
#else
using lanes_of_32 = void;
#endif

}  // namespace xenos::inline XENOS_ABI::int8::x86

#endif
