// Compiler requirements and the few spellings that differ between compilers.
// Every workaround of the library lives here, with a link and the version at which it can go.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#error "xenos: MSVC is not supported; use g++ >= 12 or clang >= 14 (clang-cl works)"
#elif defined(__clang__) && __clang_major__ < 14
#error "xenos: clang >= 14 is required"
#elif defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 12
#error "xenos: g++ >= 12 is required"
#elif !(defined(_MSC_VER) ? _MSVC_LANG >= 202002L : __cplusplus >= 202002L)
#error "xenos: C++20 is required (-std=c++20)"
#endif

/// Inlines a function whatever its size. For micro-kernels and their helpers.
#define XENOS_ALWAYS_INLINE inline __attribute__((always_inline))

/// Keeps a function out of line.
#define XENOS_NOINLINE __attribute__((noinline))

/// Promises that nothing else points to what this pointer writes or reads.
#define XENOS_RESTRICT __restrict

/// Ends the program at once. Not a constant expression: reached at compile time, it is an error.
#define XENOS_TRAP() __builtin_trap()

/// Traps when `condition` is false, in every build type. For contracts that callers can break.
#define XENOS_CHECK(condition)     \
  do {                             \
    if (!(condition)) [[unlikely]] \
      XENOS_TRAP();                \
  } while (false)

/// Tells the processor that this thread waits in a loop.
#if defined(__x86_64__) || defined(__i386__)
#define XENOS_PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__) || defined(__arm__)
#define XENOS_PAUSE() __asm__ volatile("yield")
#else
#define XENOS_PAUSE() ((void)0)
#endif

/// Asks for the cache line at `address` into the second-level cache; any address will do.
#define XENOS_PREFETCH(address) __builtin_prefetch(address, 0, 2)

/// Hides from the compiler where a pointer comes from. In a loop over what it points to, g++ 12
/// otherwise carries loaded values from step to step through the stack, where windows overlap
/// (-fpredictive-commoning, https://gcc.gnu.org/onlinedocs/gcc-12.2.0/gcc/Optimize-Options.html).
#if defined(__clang__)
#define XENOS_HIDE_ORIGIN(pointer) ((void)0)
#else
#define XENOS_HIDE_ORIGIN(pointer) __asm__("" : "+r"(pointer))
#endif

#define XENOS_DETAIL_PRAGMA(text) _Pragma(#text)

/// Unrolls the next loop `count` times; a loop with fewer steps is unrolled whole.
/// `count` must be a literal: g++ 12 refuses constants that depend on a template parameter
/// (https://gcc.gnu.org/onlinedocs/gcc-12.2.0/gcc/Loop-Specific-Pragmas.html asks for an integer
/// constant). This rule can go when the oldest supported g++ accepts them.
#define XENOS_UNROLL(count) XENOS_DETAIL_PRAGMA(GCC unroll count)
