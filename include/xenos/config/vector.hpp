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

/// Vector registers of the instruction set, which bound register blocks.
#if defined(__AVX512F__) || defined(__aarch64__) || defined(__riscv_vector)
#define XENOS_VECTOR_REGISTERS 32
#else
#define XENOS_VECTOR_REGISTERS 16
#endif

/// The elements of a vector converted to those of another type with as many.
#define XENOS_CONVERT_VECTOR(type, value) __builtin_convertvector(value, type)

/// The bits of `value` as another type of that size.
#define XENOS_VECTOR_BITS(type, value) __builtin_bit_cast(type, value)

#if defined(__AVX512F__) && !defined(__clang__)
/// The larger and the smaller of 16 floats each, `b` where either is NaN. g++ 12 makes a comparison
/// and a blend of `a > b ? a : b` if `a` is constant, instead of the one instruction that does it
/// (https://gcc.gnu.org/onlinedocs/gcc-12.2.0/gcc/x86-Built-in-Functions.html).
#define XENOS_MAX_16_FLOATS(a, b) __builtin_ia32_maxps512_mask(a, b, b, (unsigned short)(-1), 4)
#define XENOS_MIN_16_FLOATS(a, b) __builtin_ia32_minps512_mask(a, b, b, (unsigned short)(-1), 4)
#endif

/// Attributes of a vector of `bytes` whose address need not be aligned and may alias its elements.
#define XENOS_VECTOR_ATTRIBUTES(bytes, alignment) \
  __attribute__((vector_size(bytes), aligned(alignment), may_alias))
