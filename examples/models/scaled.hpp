// Width multipliers.
#pragma once

namespace models {

/// Channels at a width multiplier in percent.
template <int Width>
constexpr int scaled(int channels) {
  return channels * Width / 100;
}

}  // namespace models
