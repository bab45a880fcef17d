// The seed of every random test, so that a failure can be repeated.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace xenos_test {

/// Environment variable XENOS_SEED (hexadecimal), or a fixed seed.
/// A random test prints it: `INFO("XENOS_SEED=" << std::hex << seed());`.
inline std::uint32_t seed() {
  const char* text = std::getenv("XENOS_SEED");
  return text ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 16)) : 0x5eedu;
}

}  // namespace xenos_test
