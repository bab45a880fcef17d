// Reproducible pseudo-random weights and inputs, for when no trained network is at hand.
#pragma once

#include <cmath>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <xenos/xenos.hpp>

namespace models {

/// A generator of values, the same on every machine; keeps what it made so that views stay valid.
class seeded {
 public:
  explicit seeded(std::uint32_t seed) : state_(seed) {}

  /// `count` values, evenly distributed in [-magnitude, magnitude].
  std::span<const float> values(std::size_t count, float magnitude) {
    auto& made = kept_.emplace_back(count);
    for (float& value : made) {
      state_ = state_ * 1664525U + 1013904223U;
      value = (float(state_ >> 8) / float(1U << 23) - 1) * magnitude;
    }
    return made;
  }

  /// Weights of a size that keeps activations in range (He) times `gain`, and a small bias.
  template <auto Order>
  void fill(xenos::layer<Order>& layer, float gain = 1) {
    using view = decltype(layer.weights);
    const auto inputs = float(view::size) / float(view::extents.out);
    layer.weights = view(values(view::size, gain * std::sqrt(6.0F / inputs)).data());
    layer.bias = decltype(layer.bias)(values(decltype(layer.bias)::size, 0.1F).data());
  }

 private:
  std::uint32_t state_;
  std::deque<std::vector<float>> kept_;
};

}  // namespace models
