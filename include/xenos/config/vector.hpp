// Short vectors of g++ and clang, the one place that names the compilers' extension.
#pragma once

#include <xenos/config/compiler.hpp>

/// Bytes of the widest vector that the compiler's flags allow; 0 where plain loops are faster than
/// vector types (microcontrollers, on which the compilers spill emulated vectors).
#if defined(__AVX512F__)
#define XENOS_VECTOR_BYTES 64
#elif defined(__AVX__)
#define XENOS_VECTOR_BYTES 32
#elif defined(__SSE2__) || defined(__ARM_NEON) || defined(__aarch64__) || defined(__riscv_vector)
#define XENOS_VECTOR_BYTES 16
#else
#define XENOS_VECTOR_BYTES 0
#endif

/// Attributes of a vector of `bytes` whose address need not be aligned and may alias its elements.
#define XENOS_VECTOR_ATTRIBUTES(bytes, alignment) \
  __attribute__((vector_size(bytes), aligned(alignment), may_alias))
