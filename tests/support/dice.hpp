// Random choices of the tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <xenos/core/bytes.hpp>

namespace xenos_test {

/// A whole number from the environment, or `otherwise`.
inline int number_from(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : otherwise;
}

/// Random choices that are the same with every compiler and standard library.
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  /// The dice of graph `index`: any graph of a run can be made alone.
  explicit dice(std::uint32_t seed, int index)
      : engine_((std::uint64_t{seed} << 32) + static_cast<std::uint32_t>(index)) {}

  std::uint64_t bits() { return engine_(); }
  int between(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  int extent(int high) {
    const int value = between(1, high);
    return value % 2 == 0 && chance(60) ? value - 1 : value;
  }
  xenos::bytes_t bytes(xenos::bytes_t low, xenos::bytes_t high) {  // each order as likely
    const double exponent = static_cast<double>(bits() % 4096) / 4096;
    const double ratio = static_cast<double>(high) / static_cast<double>(low);
    return static_cast<xenos::bytes_t>(static_cast<double>(low) * std::pow(ratio, exponent));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace xenos_test
