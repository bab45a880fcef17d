// Sums of products of int16 and int32 in 64 bits.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>

#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#include <arm_acle.h>
#define XENOS_WIDE_DSP 1
#else
#define XENOS_WIDE_DSP 0
#endif

namespace xenos::inline XENOS_ABI::wide {

/// Products of int16 and int8 that fit 32 bits, whatever they are: 2^8 of at most 2^22.
inline constexpr int short_sum = 256;

/// Terms of a patch are a multiple of this, filled up with weights of 0; and where within its step
/// the weight of term i lies. With the DSP instructions int8 are taken out of a word as two pairs.
template <class W>
inline constexpr int step = !XENOS_WIDE_DSP                   ? 1
                            : std::is_same_v<W, std::int8_t>  ? 4
                            : std::is_same_v<W, std::int16_t> ? 2
                                                              : 1;
template <class W>
constexpr int place(int i) {
  constexpr int of_four[] = {0, 2, 1, 3};
  return step<W> == 4 ? i - i % 4 + of_four[i % 4] : i;
}

#if XENOS_WIDE_DSP

/// Four bytes from any address.
template <class T>
XENOS_ALWAYS_INLINE std::int32_t load_word(const T* from) {
  std::int32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// The sum of `terms` products.
XENOS_ALWAYS_INLINE std::int64_t dot(const std::int16_t* patch, const std::int8_t* weights,
                                     int terms) {
  std::int64_t sum = 0;
  for (int first = 0; first < terms; first += short_sum) {
    std::int32_t part = 0;
    const int end = min_of(first + short_sum, terms);
    for (int i = first; i < end; i += 4) {
      const std::int32_t word = load_word(weights + i);
      std::int32_t low, high;
      __asm__("sxtb16 %0, %1" : "=r"(low) : "r"(word));
      __asm__("sxtb16 %0, %1, ror #8" : "=r"(high) : "r"(word));
      part = __smlad(load_word(patch + i), low, part);
      part = __smlad(load_word(patch + i + 2), high, part);
    }
    sum += part;
  }
  return sum;
}
XENOS_ALWAYS_INLINE std::int64_t dot(const std::int16_t* patch, const std::int16_t* weights,
                                     int terms) {
  std::int64_t sum = 0;
  for (int i = 0; i < terms; i += 2) {
    sum = __smlald(load_word(patch + i), load_word(weights + i), sum);
  }
  return sum;
}

#else

/// The sum of `terms` products.
XENOS_ALWAYS_INLINE std::int64_t dot(const std::int16_t* patch, const std::int8_t* weights,
                                     int terms) {
  std::int64_t sum = 0;
  for (int first = 0; first < terms; first += short_sum) {
    std::int32_t part = 0;
    const int end = min_of(first + short_sum, terms);
    for (int i = first; i < end; ++i) part += std::int32_t{patch[i]} * weights[i];
    sum += part;
  }
  return sum;
}
XENOS_ALWAYS_INLINE std::int64_t dot(const std::int16_t* patch, const std::int16_t* weights,
                                     int terms) {
  std::int64_t sum = 0;
  for (int i = 0; i < terms; ++i) {
    const std::int32_t product = std::int32_t{patch[i]} * weights[i];
    sum += product;
  }
  return sum;
}

#endif

XENOS_ALWAYS_INLINE std::int64_t dot(const std::int32_t* patch, const std::int32_t* weights,
                                     int terms) {
  std::int64_t sum = 0;
  for (int i = 0; i < terms; ++i) sum += std::int64_t{patch[i]} * weights[i];
  return sum;
}

}  // namespace xenos::inline XENOS_ABI::wide

#undef XENOS_WIDE_DSP
