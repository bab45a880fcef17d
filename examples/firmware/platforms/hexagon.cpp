// Hexagon Linux without a C library: system calls, and the functions that compilers call.
#include <cstddef>
#include <cstdint>

#include "../platform.hpp"

namespace {

long system_call(long number, long first, long second, long third) {
  register long r0 __asm__("r0") = first;
  register long r1 __asm__("r1") = second;
  register long r2 __asm__("r2") = third;
  register long r6 __asm__("r6") = number;
  __asm__ volatile("trap0(#1)" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r6) : "memory");
  return r0;
}
constexpr long write_file = 64;
constexpr long exit_group = 94;

std::uintptr_t main_stack = 0;

struct quotient {
  std::uint32_t whole, rest;
};
/// Bit by bit.
quotient divide(std::uint32_t a, std::uint32_t b) {
  quotient q{0, 0};
  for (int bit = 31; bit >= 0; --bit) {
    q.rest = q.rest << 1 | (a >> bit & 1);
    if (q.rest >= b) {
      q.rest -= b;
      q.whole |= std::uint32_t{1} << bit;
    }
  }
  return q;
}
std::uint32_t magnitude(std::int32_t x) { return x < 0 ? 0U - std::uint32_t(x) : std::uint32_t(x); }

}  // namespace

extern "C" {

std::uint32_t __hexagon_udivsi3(std::uint32_t a, std::uint32_t b) { return divide(a, b).whole; }
std::uint32_t __hexagon_umodsi3(std::uint32_t a, std::uint32_t b) { return divide(a, b).rest; }
std::int32_t __hexagon_divsi3(std::int32_t a, std::int32_t b) {
  const std::uint32_t whole = divide(magnitude(a), magnitude(b)).whole;
  return std::int32_t((a < 0) != (b < 0) ? 0U - whole : whole);
}
std::int32_t __hexagon_modsi3(std::int32_t a, std::int32_t b) {
  const std::uint32_t rest = divide(magnitude(a), magnitude(b)).rest;
  return std::int32_t(a < 0 ? 0U - rest : rest);
}

void* memset(void* to, int value, std::size_t count) {
  auto* at = static_cast<volatile unsigned char*>(to);
  for (std::size_t i = 0; i < count; ++i) at[i] = static_cast<unsigned char>(value);
  return to;
}
void* memcpy(void* to, const void* from, std::size_t count) {
  auto* at = static_cast<volatile unsigned char*>(to);
  for (std::size_t i = 0; i < count; ++i) at[i] = static_cast<const unsigned char*>(from)[i];
  return to;
}

void start() {
  main_stack = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  system_call(exit_group, run_application() ? 0 : 1, 0, 0);
}

}  // extern "C"

namespace platform {

void print(const char* text) {
  std::size_t length = 0;
  while (text[length] != 0) ++length;
  system_call(write_file, 1, reinterpret_cast<long>(text), static_cast<long>(length));
}

// None.
const std::uint32_t clock_period = 0;
std::uint32_t ticks() { return 0; }

std::uintptr_t stack_limit() { return (main_stack & -std::uintptr_t{64}) - 256 * 1024; }

}  // namespace platform
