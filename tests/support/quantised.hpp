// Layers of int8 weights, thrown at random.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>
#include <xenos/core/weights.hpp>

namespace xenos_test {

inline int throw_in(int low, int high) {
  static std::mt19937 dice(20240617);
  return std::uniform_int_distribution<int>(low, high)(dice);
}

template <class T>
std::vector<T> random_integers(std::size_t count) {
  std::vector<T> values(count);
  using limits = std::numeric_limits<T>;
  for (T& value : values) value = static_cast<T>(throw_in(limits::min(), limits::max()));
  return values;
}

/// A layer with weights of all sizes: ordinary and large scales (shifts to the left), dead channels
/// with a bias beyond 2^30, channels whose factor is 0, and biases that leave no more than the sum
/// of products needs.
template <auto Order, int Scales = Order.logical().out, class Bias = std::int32_t>
struct random_layer {
  using layer_type = xenos::quantised_layer<Order, Scales, Bias>;
  static constexpr std::size_t out = Order.logical().out;
  std::vector<std::int8_t> weights =
      random_integers<std::int8_t>(std::size_t(Order.logical().elements()));
  std::vector<float> scales = std::vector<float>(Scales);
  std::vector<Bias> bias = std::vector<Bias>(out);

  random_layer() {
    for (std::size_t c = 0; c < out; ++c) {
      const int kind = throw_in(0, 8);
      bias[c] = throw_in(-3000, 3000);
      if (c < scales.size()) {
        const float size = std::ldexp(1.0F, throw_in(-3, 3));
        scales[c] = kind == 0   ? 1.3e-9F
                    : kind == 1 ? 1e-14F
                    : kind == 2 ? 30 * size
                                : 0.001F * size;
      }
      if (kind == 3) {
        const auto terms = static_cast<std::int64_t>(weights.size() / out);
        const auto most = static_cast<std::int32_t>(INT32_MAX - 2 * 128 * 128 * terms);
        bias[c] = throw_in(0, 1) == 0 ? most : -most;
      }
      if (kind <= 1) bias[c] = throw_in(0, 1) == 0 ? (1 << 30) + 12345 : -(1 << 30) - 12345;
    }
  }
  [[nodiscard]] layer_type views() const {
    layer_type layer;
    layer.weights = decltype(layer.weights)(weights.data());
    layer.scales = decltype(layer.scales)(scales.data());
    layer.bias = decltype(layer.bias)(bias.data());
    return layer;
  }
};

}  // namespace xenos_test
