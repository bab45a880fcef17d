// Fully connected layers.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/requantised.hpp>
#include <xenos/ops/wide_layer.hpp>

namespace xenos::inline XENOS_ABI {

/// FULLY_CONNECTED, row by row: every row of a sequence {steps, 1, features} is mapped to `out`
/// features with the same weights; a vector is a sequence of one row. An image goes through
/// `flatten` first. Views: weights {out, features}, optional bias {out}.
/// Behind a stream of int8 the result has the quantisation `to`, see `requantised`.
struct fc {
  int out = 0;
  quantisation to{};

  static constexpr bool float_scale = true;  // of a single scale, see `factor_of`
  static constexpr const char* name = "dense";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (out < 1) return fault::bad_attribute;
    return in[0].width == 1 ? fault::none : fault::needs_one_pixel_rows;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return {in[0].height, 1, out}; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {2, 1, {{out, 1, 1, in[0].channels}, {out}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return std::int64_t{in[0].height} * in[0].channels * out;
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int, int c) const {
    using value = reference_of<typename In::value_type>;
    const auto matrix = weights.template get<0>();
    auto sum = value(weights.template get<1>()(c));
    for (int i = 0; i < in.extent(0).channels; ++i) {
      sum += value(in(0, y, 0, i)) * matrix(c, 0, 0, i);
    }
    return sum;
  }
  [[nodiscard]] constexpr requantised<fc> integer_form(const shapes&,
                                                       const quantisations& q) const {
    return {*this, q[0]};
  }
  [[nodiscard]] constexpr wide_layer<fc> wide_form(const shapes&, const quantisations& q) const {
    return wide_layer<fc>::of(*this, q);
  }
  friend constexpr bool operator==(const fc&, const fc&) = default;
};

}  // namespace xenos::inline XENOS_ABI
