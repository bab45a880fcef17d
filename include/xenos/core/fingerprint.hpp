// Fingerprints: which parameters are in a device, in four bytes.
#pragma once

#include <xenos/config/abi.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// The 32-bit FNV-1a hash of the bytes added so far: for telling apart, not against forgery.
/// Reference: draft-eastlake-fnv.
struct fnv1a {
  std::uint32_t value = 2166136261U;

  constexpr void add(std::uint8_t byte) { value = (value ^ byte) * 16777619U; }
  constexpr void add(std::span<const std::byte> bytes) {
    for (const std::byte b : bytes) add(std::to_integer<std::uint8_t>(b));
  }
  /// Integers and floats of at most four bytes, the lowest byte first on every machine.
  template <class T>
    requires(std::is_arithmetic_v<T> && sizeof(T) <= 4)
  constexpr void add_element(T element) {
    std::uint32_t bits = 0;
    if constexpr (std::is_same_v<T, float>) {
      bits = std::bit_cast<std::uint32_t>(element);
    } else {
      bits = static_cast<std::uint32_t>(element);
    }
    for (std::size_t k = 0; k < sizeof(T); ++k) add(static_cast<std::uint8_t>(bits >> (8 * k)));
  }
};

}  // namespace xenos::inline XENOS_ABI
