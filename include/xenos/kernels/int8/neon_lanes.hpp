// Sums of products of int8 with the vectors of 64-bit Arm. By assembly, as <arm_neon.h> takes long
// to compile and the compilers' built-in functions differ.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/config/vector.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/kernels/int8/lanes.hpp>

#if defined(__aarch64__) && defined(__ARM_NEON)

#include <cstdint>
#include <cstring>

namespace xenos::inline XENOS_ABI::int8::neon {

/// What sums of either kind have in common.
struct sums_of_words {
  static constexpr int count = 4;
  static constexpr int registers = XENOS_VECTOR_REGISTERS;
  static constexpr int offset = 0;
  static constexpr std::int32_t start = 0;
  static constexpr int stage_bytes = 16;
  using sums = aligned_lanes<std::int32_t, 4>;
  using staged = std::int8_t;

  template <rounding Round>
  struct factors {
    static_assert(Round == rounding::once || Round == rounding::twice);
    XENOS_ALWAYS_INLINE factors(const std::int32_t* multiplier, const std::int32_t* shift,
                                int zero_point)
        : multiplier_(load_lanes<std::int32_t, 4>(multiplier)),
          shift_(load_lanes<std::int32_t, 4>(shift)),
          zero_point_(sums{} + zero_point) {
      const long_words low = {shift[0], shift[1]};
      const long_words high = {shift[2], shift[3]};
      low_shift_ = low - 31;
      high_shift_ = high - 31;
    }
    XENOS_ALWAYS_INLINE sums operator()(sums sum) const {
      sums scaled;
      if constexpr (Round == rounding::twice) {
        __asm__("sqrdmulh %0.4s, %1.4s, %2.4s" : "=w"(scaled) : "w"(sum), "w"(multiplier_));
        scaled += scaled >> 31;  // halves of what is negative go down
        __asm__("srshl %0.4s, %1.4s, %2.4s" : "=w"(scaled) : "w"(scaled), "w"(shift_));
      } else {
        long_words low;
        long_words high;
        __asm__("smull %0.2d, %1.2s, %2.2s" : "=w"(low) : "w"(sum), "w"(multiplier_));
        __asm__("smull2 %0.2d, %1.4s, %2.4s" : "=w"(high) : "w"(sum), "w"(multiplier_));
        __asm__("srshl %0.2d, %1.2d, %2.2d" : "=w"(low) : "w"(low), "w"(low_shift_));
        __asm__("srshl %0.2d, %1.2d, %2.2d" : "=w"(high) : "w"(high), "w"(high_shift_));
        __asm__("uzp1 %0.4s, %1.4s, %2.4s" : "=w"(scaled) : "w"(low), "w"(high));
      }
      return scaled + zero_point_;
    }

   private:
    using long_words = aligned_lanes<std::int64_t, 2>;
    sums multiplier_;
    sums shift_;
    sums zero_point_;
    long_words low_shift_;
    long_words high_shift_;
  };

  template <int Vectors>
  static XENOS_ALWAYS_INLINE void narrow(const sums (&from)[4], std::int8_t* to) {
    aligned_lanes<std::int8_t, 16> all;
    aligned_lanes<std::int16_t, 8> first;
    aligned_lanes<std::int16_t, 8> second;
    __asm__("sqxtn %0.4h, %1.4s\n\tsqxtn2 %0.8h, %2.4s"
            : "=&w"(first)
            : "w"(from[0]), "w"(from[1]));
    __asm__("sqxtn %0.4h, %1.4s\n\tsqxtn2 %0.8h, %2.4s"
            : "=&w"(second)
            : "w"(from[2]), "w"(from[3]));
    __asm__("sqxtn %0.8b, %1.8h\n\tsqxtn2 %0.16b, %2.8h" : "=&w"(all) : "w"(first), "w"(second));
    store_lanes<std::int8_t, 16>(to, all);
  }
  static XENOS_ALWAYS_INLINE void stage(staged* to, const std::int8_t* from) {
    std::memcpy(to, from, stage_bytes);
  }
};

template <class T>
XENOS_ALWAYS_INLINE T load_bits(const std::int8_t* from) {
  T bits;
  std::memcpy(&bits, from, sizeof bits);
  return bits;
}

#if defined(__ARM_FEATURE_DOTPROD)
/// Four bytes at a time (SDOT).
struct dot_lanes : sums_of_words {
  static constexpr int step = 4;
  using operand = aligned_lanes<std::int8_t, 16>;

  static XENOS_ALWAYS_INLINE void interleave(staged* to, const std::int8_t* const (&from)[step]) {
    const sums rows = {load_bits<std::int32_t>(from[0]), load_bits<std::int32_t>(from[1]),
                       load_bits<std::int32_t>(from[2]), load_bits<std::int32_t>(from[3])};
    const auto bytes = XENOS_VECTOR_BITS(operand, rows);
    store_lanes<std::int8_t, 16>(to, __builtin_shufflevector(bytes, bytes, 0, 4, 8, 12, 1, 5, 9, 13,
                                                             2, 6, 10, 14, 3, 7, 11, 15));
  }
  static XENOS_ALWAYS_INLINE operand load(const staged* from) {
    return load_lanes<std::int8_t, 16>(from);
  }
  static XENOS_ALWAYS_INLINE operand broadcast(const staged* from) {
    const sums all = sums{} + load_bits<std::int32_t>(from);
    return XENOS_VECTOR_BITS(operand, all);
  }
  static XENOS_ALWAYS_INLINE operand weights(const std::int8_t* from) { return load(from); }
  static XENOS_ALWAYS_INLINE sums add(sums to, operand inputs, operand by) {
    __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(to) : "w"(inputs), "w"(by));
    return to;
  }
};
using native_lanes = dot_lanes;
#else
/// Two at a time: products of 16 bits, added in pairs.
struct pair_lanes : sums_of_words {
  static constexpr int step = 2;
  using operand = aligned_lanes<std::int8_t, 8>;

  static XENOS_ALWAYS_INLINE void interleave(staged* to, const std::int8_t* const (&from)[step]) {
    const lanes<std::int32_t, 2> rows = {load_bits<std::int32_t>(from[0]),
                                         load_bits<std::int32_t>(from[1])};
    const auto bytes = XENOS_VECTOR_BITS(operand, rows);
    store_lanes<std::int8_t, 8>(to, __builtin_shufflevector(bytes, bytes, 0, 4, 1, 5, 2, 6, 3, 7));
  }
  static XENOS_ALWAYS_INLINE operand load(const staged* from) {
    return load_lanes<std::int8_t, 8>(from);
  }
  static XENOS_ALWAYS_INLINE operand broadcast(const staged* from) {
    using pairs = aligned_lanes<std::int16_t, 4>;
    const pairs all = load_bits<std::int16_t>(from) - pairs{};
    return XENOS_VECTOR_BITS(operand, all);
  }
  static XENOS_ALWAYS_INLINE operand weights(const std::int8_t* from) { return load(from); }
  static XENOS_ALWAYS_INLINE sums add(sums to, operand inputs, operand by) {
    aligned_lanes<std::int16_t, 8> products;
    __asm__("smull %0.8h, %1.8b, %2.8b" : "=w"(products) : "w"(inputs), "w"(by));
    __asm__("sadalp %0.4s, %1.8h" : "+w"(to) : "w"(products));
    return to;
  }
};
using native_lanes = pair_lanes;
#endif

}  // namespace xenos::inline XENOS_ABI::int8::neon

#endif
