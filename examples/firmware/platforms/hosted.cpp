// A program of an operating system: hosts, and other processors under user-mode QEMU.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "../platform.hpp"

namespace platform {

void print(const char* text) { std::fputs(text, stdout); }

// Nanoseconds.
const std::uint32_t clock_period = 0;
std::uint32_t ticks() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

/// Far below the stack of `main`, and far within what systems give it.
std::uintptr_t stack_limit() {
  static const std::uintptr_t main = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return (main & -std::uintptr_t{64}) - 256 * 1024;
}

}  // namespace platform

int main() {
  platform::stack_limit();
  return run_application() ? EXIT_SUCCESS : EXIT_FAILURE;
}
