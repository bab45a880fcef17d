// Normalisation over the channels of each pixel: layer and RMS normalisation.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/math.hpp>
#include <xenos/ops/operation.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// Element `c` of view K, one value a channel; `absent` where the view was not given.
template <int K, class Value, class Weights>
constexpr Value channel_value(const Weights& weights, int c, Value absent) {
  if constexpr (std::is_same_v<decltype(weights.template get<K>()), no_weights>) {
    return absent;
  } else {
    return Value(weights.template get<K>()(c));
  }
}

/// Layer normalisation over the channels of each pixel, or row of a sequence:
///   gamma * (x - mean) / sqrt(variance + epsilon) + beta
/// where variance is the mean of (x - mean)^2. Views, which may be left out (1 and 0): gamma, beta
/// {channels}. NaN and infinity make NaN of the whole pixel. Kernels square in float, so that
/// deviations beyond 1e19 count as infinite. Reference: ONNX LayerNormalization, axis -1.
struct layer_norm_attributes {
  float epsilon = 1e-5F;

  static constexpr const char* name = "layer_norm";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr bool centred = true;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return epsilon >= 0 ? fault::none : fault::bad_attribute;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {2, 0, {{in[0].channels}, {in[0].channels}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements() * 4; }

  template <class In, class Weights>
  auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    using std::sqrt;
    const int channels = in.extent(0).channels;
    value mean = 0;
    for (int i = 0; i < channels; ++i) mean += value(in(0, y, x, i));
    mean /= value(channels);
    value squares = 0;
    for (int i = 0; i < channels; ++i) {
      const value away = value(in(0, y, x, i)) - mean;
      squares += away * away;
    }
    return channel_value<0>(weights, c, value(1)) * (value(in(0, y, x, c)) - mean) /
               sqrt(squares / value(channels) + value(epsilon)) +
           channel_value<1>(weights, c, value(0));
  }
  friend constexpr bool operator==(const layer_norm_attributes&,
                                   const layer_norm_attributes&) = default;
};

/// RMS normalisation over the channels of each pixel, or row of a sequence:
///   gamma * x / sqrt(mean(x^2) + epsilon)
/// View, which may be left out (1): gamma {channels}. NaN propagates to the whole pixel. Kernels
/// square in float, as those of `layer_norm_attributes`. Reference: ONNX RMSNormalization, axis -1.
struct rms_norm_attributes {
  float epsilon = 1e-5F;

  static constexpr const char* name = "rms_norm";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr bool centred = false;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return epsilon >= 0 ? fault::none : fault::bad_attribute;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {1, 0, {{in[0].channels}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements() * 3; }

  template <class In, class Weights>
  auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    using std::sqrt;
    const int channels = in.extent(0).channels;
    value squares = 0;
    for (int i = 0; i < channels; ++i) {
      const auto one = value(in(0, y, x, i));
      squares += one * one;
    }
    return channel_value<0>(weights, c, value(1)) * value(in(0, y, x, c)) /
           sqrt(squares / value(channels) + value(epsilon));
  }
  friend constexpr bool operator==(const rms_norm_attributes&,
                                   const rms_norm_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
