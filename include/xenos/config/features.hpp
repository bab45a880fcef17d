// Feature switches. Each macro is 0 or 1, so use #if, not #ifdef.
//
// A user may define, for every translation unit of a program or for single ones:
//   XENOS_NO_XSIMD            scalar kernels only, xsimd is not included
//   XENOS_FREESTANDING=0|1    overrides the detection below
#pragma once

/// 1 where there is no operating system: -ffreestanding, or a bare-metal target with a C library.
#ifndef XENOS_FREESTANDING
#if !__STDC_HOSTED__
#define XENOS_FREESTANDING 1
#elif defined(__unix__) || defined(__APPLE__) || defined(_WIN32) || defined(__EMSCRIPTEN__)
#define XENOS_FREESTANDING 0
#else
#define XENOS_FREESTANDING 1
#endif
#endif

/// 1 where the xsimd kernels are available: a hosted target with SIMD that xsimd knows.
#if defined(XENOS_NO_XSIMD) || XENOS_FREESTANDING
#define XENOS_HAS_XSIMD 0
#elif (defined(__SSE2__) || defined(__ARM_NEON)) && __has_include(<xsimd/xsimd.hpp>)
#define XENOS_HAS_XSIMD 1
#else
#define XENOS_HAS_XSIMD 0
#endif
