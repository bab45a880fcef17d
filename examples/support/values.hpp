// Arrays of reproducible pseudo-random values, made at compile time or at run time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace support {

/// `Count` values, evenly distributed in [-magnitude, magnitude], the same on every machine.
template <std::size_t Count>
constexpr std::array<float, Count> values(std::uint32_t seed, float magnitude = 1) {
  std::array<float, Count> made{};
  std::uint32_t state = seed * 2654435761U + 1;
  for (float& value : made) {
    state = state * 1664525U + 1013904223U;
    value = (float(state >> 8) / float(1U << 23) - 1) * magnitude;
  }
  return made;
}

}  // namespace support
