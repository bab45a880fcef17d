// Soft-max over channels.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/math.hpp>
#include <xenos/ops/integer_softmax.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/wide_softmax.hpp>

namespace xenos::inline XENOS_ABI {

/// SOFTMAX over the channels of each pixel: exp(beta * (x - max)) / sum. NaN propagates to the
/// whole pixel. Of int8 see `integer_softmax`, of
/// int16 `wide_softmax`. Reference: tflite reference_ops Softmax.
struct softmax_attributes {
  float beta = 1;

  static constexpr const char* name = "softmax";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes&) const { return fault::none; }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return in[0].elements() * 8;  // an exponential weighs about as much
  }

  [[nodiscard]] constexpr integer_softmax integer_form(const shapes&,
                                                       const quantisations& q) const {
    return integer_softmax_of(beta, q[0]);
  }
  [[nodiscard]] constexpr wide_softmax wide_form(const shapes&, const quantisations& q) const {
    return wide_softmax::of(beta, q);
  }

  template <class In, class Weights>
  auto at(const In& in, const Weights&, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    using std::exp;
    const int channels = in.extent(0).channels;
    value largest = in(0, y, x, 0);
    for (int i = 1; i < channels; ++i) largest = max_of(largest, value(in(0, y, x, i)));
    value sum = 0;
    for (int i = 0; i < channels; ++i) sum += exp(value(beta) * (value(in(0, y, x, i)) - largest));
    return exp(value(beta) * (value(in(0, y, x, c)) - largest)) / sum;
  }
  friend constexpr bool operator==(const softmax_attributes&, const softmax_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
