// How many values become one.
#pragma once

#include <xenos/config/abi.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

enum class reduction : std::uint8_t { sum, mean, max, min, prod };

/// What a reduction starts from: its neutral element.
template <reduction Kind, class Sum>
constexpr Sum start_of() {
  using limits = std::numeric_limits<Sum>;
  if constexpr (Kind == reduction::max) {
    return limits::has_infinity ? -limits::infinity() : limits::lowest();
  } else if constexpr (Kind == reduction::min) {
    return limits::has_infinity ? limits::infinity() : limits::max();
  } else {
    return Kind == reduction::prod ? Sum(1) : Sum(0);
  }
}

/// `sum` with one more value, of scalars or vectors; of `mean` it is the sum, still to be divided.
/// NaN propagates.
template <reduction Kind, class Sum>
constexpr Sum combine(Sum sum, Sum value) {
  if constexpr (!std::is_arithmetic_v<Sum> && Kind == reduction::max) {
    return select(value > sum, value, select(value != value, value, sum));
  } else if constexpr (!std::is_arithmetic_v<Sum> && Kind == reduction::min) {
    return select(value < sum, value, select(value != value, value, sum));
  } else if constexpr (Kind == reduction::max) {
    return value > sum || value != value ? value : sum;
  } else if constexpr (Kind == reduction::min) {
    return value < sum || value != value ? value : sum;
  } else if constexpr (Kind == reduction::prod) {
    return sum * value;
  } else {
    return sum + value;
  }
}

/// The mean of `count` values with this sum; of integers the nearest, halves away from zero, as
/// TFLite's AVERAGE_POOL_2D has it.
template <class Sum>
constexpr Sum mean_of(Sum sum, Sum count) {
  if constexpr (std::is_integral_v<Sum>) {
    return (sum >= 0 ? sum + count / 2 : sum - count / 2) / count;
  } else {
    return sum / count;
  }
}

}  // namespace xenos::inline XENOS_ABI
