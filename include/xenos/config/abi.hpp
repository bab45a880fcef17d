// The inline namespace that holds the whole library:
//
//   namespace xenos::inline XENOS_ABI { ... }
//
// Its name encodes version, instruction set and configuration, e.g. `v0_1_0_avx512_vnni`.
// Translation units compiled with different -m flags then never share an inline function, so one
// program may hold SSE, AVX2 and AVX-512 variants of a model.
#pragma once

#include <xenos/config/compiler.hpp>
#include <xenos/config/features.hpp>
#include <xenos/config/version.hpp>

// Instruction set: the best level the compiler may use, as xsimd tells levels apart.
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define XENOS_DETAIL_ISA avx512
#elif defined(__AVX512F__)
#define XENOS_DETAIL_ISA avx512f
#elif defined(__AVX2__) && defined(__FMA__)
#define XENOS_DETAIL_ISA avx2fma
#elif defined(__AVX2__)
#define XENOS_DETAIL_ISA avx2
#elif defined(__AVX__) && defined(__FMA__)
#define XENOS_DETAIL_ISA avxfma
#elif defined(__AVX__)
#define XENOS_DETAIL_ISA avx
#elif defined(__SSE4_2__)
#define XENOS_DETAIL_ISA sse42
#elif defined(__SSE4_1__)
#define XENOS_DETAIL_ISA sse4
#elif defined(__SSSE3__)
#define XENOS_DETAIL_ISA ssse3
#elif defined(__SSE3__)
#define XENOS_DETAIL_ISA sse3
#elif defined(__SSE2__)
#define XENOS_DETAIL_ISA sse2
#elif defined(__ARM_FEATURE_SVE)
#define XENOS_DETAIL_ISA sve
#elif defined(__aarch64__)
#define XENOS_DETAIL_ISA neon64
#elif defined(__ARM_NEON)
#define XENOS_DETAIL_ISA neon
#elif defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)
#define XENOS_DETAIL_ISA mve
#elif defined(__ARM_FEATURE_MVE)
#define XENOS_DETAIL_ISA mvei
#elif defined(__ARM_FEATURE_DSP)
#define XENOS_DETAIL_ISA dsp
#elif defined(__riscv_vector)
#define XENOS_DETAIL_ISA rvv
#else
#define XENOS_DETAIL_ISA scalar
#endif

// Integer dot products are an extension of several levels above.
#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
#define XENOS_DETAIL_DOT _vnni
#elif defined(__ARM_FEATURE_DOTPROD)
#define XENOS_DETAIL_DOT _dot
#else
#define XENOS_DETAIL_DOT
#endif

// Configuration: -ffast-math changes what inline functions compute.
#ifdef __FAST_MATH__
#define XENOS_DETAIL_MATH _fm
#else
#define XENOS_DETAIL_MATH
#endif

#define XENOS_DETAIL_JOIN_NOW(major, minor, patch, isa, dot, math) \
  v##major##_##minor##_##patch##_##isa##dot##math
#define XENOS_DETAIL_JOIN(...) XENOS_DETAIL_JOIN_NOW(__VA_ARGS__)

/// Name of the inline namespace of this translation unit.
#define XENOS_ABI                                                                  \
  XENOS_DETAIL_JOIN(XENOS_VERSION_MAJOR, XENOS_VERSION_MINOR, XENOS_VERSION_PATCH, \
                    XENOS_DETAIL_ISA, XENOS_DETAIL_DOT, XENOS_DETAIL_MATH)
