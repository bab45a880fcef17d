// Byte arithmetic of plans.
#pragma once

#include <xenos/config/abi.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// A number of bytes. Plans of any tier stay below 2^63.
using bytes_t = std::int64_t;

/// `bytes` rounded up to a multiple of `alignment`, a power of two.
constexpr bytes_t align_up(bytes_t bytes, bytes_t alignment) {
  return (bytes + alignment - 1) & -alignment;
}

template <class T>
constexpr T min_of(T a, T b) {
  return b < a ? b : a;
}
template <class T>
constexpr T max_of(T a, T b) {
  return a < b ? b : a;
}

}  // namespace xenos::inline XENOS_ABI
