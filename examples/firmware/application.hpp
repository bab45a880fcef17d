// Classifies all stored samples, compares with what is expected, prints what was used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <xenos/xenos.hpp>

#include "platform.hpp"
#include "stack.hpp"

// What stands between calls of these is counted by tools/qemu-roi.
extern "C" [[gnu::noinline]] inline void roi_begin() { __asm__ volatile("" ::: "memory"); }
extern "C" [[gnu::noinline]] inline void roi_end() { __asm__ volatile("" ::: "memory"); }

namespace firmware {

namespace xn = xenos;

#ifdef FIRMWARE_CLOCKS_UNITS
inline constexpr bool clocks_units = true;
#else
inline constexpr bool clocks_units = false;
#endif

/// Prints "name value\n", in decimal or as eight hexadecimal digits.
inline void print(const char* name, std::uint32_t value, std::uint32_t base = 10) {
  char text[12];
  char* at = text + sizeof text - 1;
  *at = 0;
  *--at = '\n';
  for (int digits = 0; digits == 0 || (base == 10 ? value != 0 : digits < 8); ++digits) {
    *--at = "0123456789abcdef"[value % base];
    value /= base;
  }
  platform::print(name);
  platform::print(" ");
  platform::print(at);
}

/// Adds the ticks of each unit of a program, from one tile's begin to its end.
template <int Units>
struct unit_clock {
  std::uint32_t ticks[Units] = {};
  std::uint32_t begun = 0;

  void enter(int) { begun = platform::ticks(); }
  void leave(int unit) { ticks[unit] += since(begun); }

  static std::uint32_t since(std::uint32_t begin) {
    const std::uint32_t passed = platform::ticks() - begin;
    return platform::clock_period == 0 ? passed : passed & (platform::clock_period - 1);
  }
};

/// Prints the ticks of each unit by the name of its first stage, those that do no work left out.
template <class Net, int... Units>
void print_units(const unit_clock<Net::plan.unit_count>& clock,
                 std::integer_sequence<int, Units...>) {
  const auto one = [&clock](int unit, const char* name) {
    if (clock.ticks[unit] == 0) return;
    platform::print("unit ");
    print(name, clock.ticks[unit]);
  };
  (one(Units, Net::records[Net::plan.units[Units].head].name), ...);
}

/// The application: `net` on every sample. True when all outputs are equal to `expected` and the
/// stack has stayed within its bound.
template <class Net, std::size_t Samples, std::size_t In, std::size_t Out>
bool classify(const Net& net, std::uint32_t fingerprint, const typename Net::weights& weights,
              xn::arena_tiers arena, const std::int8_t (&inputs)[Samples][In],
              const std::int8_t (&expected)[Samples][Out]) {
  using clock_type =
      std::conditional_t<clocks_units, unit_clock<Net::plan.unit_count>, xn::no_probe>;
  // What a run keeps there itself, and registers that kernels spill.
  constexpr auto stack_bound = static_cast<std::size_t>(Net::stack_bytes()) + 256 * sizeof(void*);
  const painted_stack stack;
  clock_type clock;
  std::uint32_t wrong = 0;
  xn::fnv1a results;
  // In RAM, as a sensor's driver leaves it.
  static std::int8_t input[In];
  static std::int8_t scores[Out];
  for (std::size_t i = 0; i < Samples; ++i) {
    std::memcpy(input, inputs[i], In);
    roi_begin();
    net.run_probed(clock, weights, arena, input, scores);
    roi_end();
    for (std::size_t k = 0; k < Out; ++k) {
      wrong += scores[k] != expected[i][k];
      results.add_element(scores[k]);
    }
  }
  const std::size_t used = stack.used();
  xn::fnv1a image;
  image.add(std::as_bytes(std::span(&weights, 1)));
  print("samples", Samples);
  print("wrong", wrong);
  print("result", results.value, 16);
  print("fingerprint", fingerprint, 16);
  print("packed", image.value, 16);
  print("weights", sizeof weights);
  print("arena", static_cast<std::uint32_t>(Net::plan.arena_bytes()));
  print("stack", static_cast<std::uint32_t>(used));
  print("stack_bound", stack_bound);
  if constexpr (clocks_units) {
    print_units<Net>(clock, std::make_integer_sequence<int, Net::plan.unit_count>{});
  }
  return wrong == 0 && used <= stack_bound;
}

}  // namespace firmware
