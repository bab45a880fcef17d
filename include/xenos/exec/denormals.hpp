// Denormal numbers are slow on many processors, and echoes that die away are full of them.
#pragma once

#include <xenos/config/abi.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// While it lives, denormal operands and results are zeros on the calling thread: MXCSR's FTZ and
/// DAZ on x86, FPCR's FZ on AArch64. Elsewhere it does nothing. Programs hold one for the time of a
/// run or a push, so that results do not depend on how their caller has set the processor.
class flush_denormals {
 public:
  flush_denormals() : before_(read()) { write(before_ | flags); }
  flush_denormals(const flush_denormals&) = delete;
  flush_denormals& operator=(const flush_denormals&) = delete;
  ~flush_denormals() { write(before_); }

 private:
#if defined(__SSE2__)
  using word = unsigned;
  static constexpr word flags = 0x8040;
  static word read() { return __builtin_ia32_stmxcsr(); }
  // Memory is clobbered so that no element is loaded before, or stored behind, the change.
  static void write(word value) {
    __asm__ volatile("" ::: "memory");
    __builtin_ia32_ldmxcsr(value);
    __asm__ volatile("" ::: "memory");
  }
#elif defined(__aarch64__)
  using word = std::uint64_t;
  static constexpr word flags = word{1} << 24;
  static word read() {
    word value;
    __asm__ volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void write(word value) { __asm__ volatile("msr fpcr, %0" ::"r"(value) : "memory"); }
#else
  using word = unsigned;
  static constexpr word flags = 0;
  static word read() { return 0; }
  static void write(word) {}
#endif

  word before_;
};

}  // namespace xenos::inline XENOS_ABI
