// Instructions of x86 that vector types do not spell, by the compilers' built-in functions:
// <immintrin.h> takes a quarter of a second of every translation unit
// (https://gcc.gnu.org/onlinedocs/gcc-12.2.0/gcc/x86-Built-in-Functions.html).
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/kernels/int8/lanes.hpp>

#if defined(__SSE4_1__)

#include <cstdint>

/// Whether four products of bytes are added to 32 bits at once, in vectors of 64 and of 32 bytes.
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#define XENOS_DOT_64_BYTES 1
#else
#define XENOS_DOT_64_BYTES 0
#endif
#if (defined(__AVX512VNNI__) && defined(__AVX512VL__)) || defined(__AVXVNNI__)
#define XENOS_DOT_32_BYTES 1
#else
#define XENOS_DOT_32_BYTES 0
#endif

namespace xenos::inline XENOS_ABI::int8::x86 {

/// Vectors with `Count` elements of 32 bits, and as large ones of other elements.
template <int Count>
using words = aligned_lanes<std::int32_t, Count>;
template <int Count>
using unsigned_words = aligned_lanes<std::uint32_t, Count>;
template <int Count>
using long_words = aligned_lanes<std::uint64_t, Count / 2>;
template <int Count>
using half_words = aligned_lanes<std::int16_t, 2 * Count>;
template <int Count>
using bytes = aligned_lanes<char, 4 * Count>;  // char, as the built-in functions of g++ have it

/// The same bits.
template <class To, class From>
XENOS_ALWAYS_INLINE To as(From from) {
  return XENOS_VECTOR_BITS(To, from);
}

// Each for vectors of 16, 32 and 64 bytes:
//   even_products(a, b)  of the even elements, unsigned
//   odd_words(a, b)      a's in place of the even ones, then b's
//   packed(a, b)         limited to half as many bits: by parts of 16 bytes, a's before b's
//   pair_sums(a, b)      of products of neighbours
//   widened(from)        as many bytes as a half-word vector has elements
//   dot(sums, a, b)      adds products of four neighbours, a unsigned, b signed

#if defined(__clang__)
template <int Count>
XENOS_ALWAYS_INLINE long_words<Count> generic_even_products(words<Count> a, words<Count> b) {
  return (as<long_words<Count>>(a) & 0xffffffffU) * (as<long_words<Count>>(b) & 0xffffffffU);
}
#endif

XENOS_ALWAYS_INLINE long_words<4> even_products(words<4> a, words<4> b) {
#if defined(__clang__)
  return generic_even_products<4>(a, b);
#else
  return as<long_words<4>>(__builtin_ia32_pmuludq128(a, b));
#endif
}
XENOS_ALWAYS_INLINE words<4> odd_words(words<4> a, words<4> b) {
  return __builtin_shufflevector(a, b, 1, 5, 3, 7);
}
XENOS_ALWAYS_INLINE half_words<4> packed(words<4> a, words<4> b) {
  return __builtin_ia32_packssdw128(a, b);
}
XENOS_ALWAYS_INLINE bytes<4> packed(half_words<4> a, half_words<4> b) {
  return __builtin_ia32_packsswb128(a, b);
}
XENOS_ALWAYS_INLINE words<4> pair_sums(half_words<4> a, half_words<4> b) {
  return __builtin_ia32_pmaddwd128(a, b);
}
XENOS_ALWAYS_INLINE void widen(const std::int8_t* from, half_words<4>& to) {
#if defined(__clang__)
  to = XENOS_CONVERT_VECTOR(half_words<4>, (load_lanes<std::int8_t, 8>(from)));
#else
  std::int64_t eight;
  __builtin_memcpy(&eight, from, sizeof eight);
  to = __builtin_ia32_pmovsxbw128(as<bytes<4>>(lanes<std::int64_t, 2>{eight, 0}));
#endif
}

#if defined(__AVX2__)
XENOS_ALWAYS_INLINE long_words<8> even_products(words<8> a, words<8> b) {
#if defined(__clang__)
  return generic_even_products<8>(a, b);
#else
  return as<long_words<8>>(__builtin_ia32_pmuludq256(a, b));
#endif
}
XENOS_ALWAYS_INLINE words<8> odd_words(words<8> a, words<8> b) {
  return __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
}
XENOS_ALWAYS_INLINE half_words<8> packed(words<8> a, words<8> b) {
  return __builtin_ia32_packssdw256(a, b);
}
XENOS_ALWAYS_INLINE bytes<8> packed(half_words<8> a, half_words<8> b) {
  return __builtin_ia32_packsswb256(a, b);
}
XENOS_ALWAYS_INLINE words<8> pair_sums(half_words<8> a, half_words<8> b) {
  return __builtin_ia32_pmaddwd256(a, b);
}
XENOS_ALWAYS_INLINE void widen(const std::int8_t* from, half_words<8>& to) {
#if defined(__clang__)
  to = XENOS_CONVERT_VECTOR(half_words<8>, (load_lanes<std::int8_t, 16>(from)));
#else
  to = __builtin_ia32_pmovsxbw256(*reinterpret_cast<const bytes<4>*>(from));
#endif
}
#endif

#if XENOS_DOT_32_BYTES
XENOS_ALWAYS_INLINE words<8> dot(words<8> sums, words<8> a, words<8> b) {
#if defined(__clang__)
  return __builtin_ia32_vpdpbusd256(sums, a, b);
#else
  return __builtin_ia32_vpdpbusd_v8si(sums, a, b);
#endif
}
#endif

#if XENOS_DOT_64_BYTES
XENOS_ALWAYS_INLINE words<16> dot(words<16> sums, words<16> a, words<16> b) {
#if defined(__clang__)
  return __builtin_ia32_vpdpbusd512(sums, a, b);
#else
  return __builtin_ia32_vpdpbusd_v16si(sums, a, b);
#endif
}
XENOS_ALWAYS_INLINE long_words<16> even_products(words<16> a, words<16> b) {
#if defined(__clang__)
  return generic_even_products<16>(a, b);
#else
  return as<long_words<16>>(
      __builtin_ia32_pmuludq512_mask(a, b, lanes<long long, 8>{}, (unsigned char)(-1)));
#endif
}
XENOS_ALWAYS_INLINE words<16> odd_words(words<16> a, words<16> b) {
  return __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
}
XENOS_ALWAYS_INLINE half_words<16> packed(words<16> a, words<16> b) {
#if defined(__clang__)
  return __builtin_ia32_packssdw512(a, b);
#else
  return __builtin_ia32_packssdw512_mask(a, b, half_words<16>{}, -1);
#endif
}
XENOS_ALWAYS_INLINE bytes<16> packed(half_words<16> a, half_words<16> b) {
#if defined(__clang__)
  return __builtin_ia32_packsswb512(a, b);
#else
  return __builtin_ia32_packsswb512_mask(a, b, bytes<16>{}, -1);
#endif
}
#endif

}  // namespace xenos::inline XENOS_ABI::int8::x86

#endif
