// Two-dimensional convolution.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/requantised.hpp>
#include <xenos/ops/wide_layer.hpp>

namespace xenos::inline XENOS_ABI {

/// The faults and geometry that all sliding windows share.
struct sliding {
  axis rows;
  axis columns;
  extent2 dilation;

  constexpr sliding(shape in, extent2 kernel, extent2 stride, extent2 dilated, margins padding)
      : rows(slide_rows(in, kernel, stride, dilated, padding)),
        columns(slide_columns(in, kernel, stride, dilated, padding)),
        dilation(dilated) {}

  static constexpr fault check(shape in, extent2 kernel, extent2 stride, extent2 dilation,
                               margins padding) {
    if (kernel.height < 1 || kernel.width < 1 || stride.height < 1 || stride.width < 1 ||
        dilation.height < 1 || dilation.width < 1) {
      return fault::bad_attribute;
    }
    if (padding.top < 0 || padding.bottom < 0 || padding.left < 0 || padding.right < 0) {
      return fault::negative_padding;
    }
    const sliding s(in, kernel, stride, dilation, padding);
    return s.rows.out < 1 || s.columns.out < 1 ? fault::window_exceeds_input : fault::none;
  }

  [[nodiscard]] constexpr access reads(bool zeros) const {
    return zeros ? access{rows.reads(), columns.before, columns.after, true, columns.reads()}
                 : access{rows.reads(), 0, 0, false, columns.reads()};
  }

  /// Calls `visit(h, w, row, column)` for each tap (h, w) of output element (y, x) that lies inside
  /// the image, row by row.
  template <class Visit>
  constexpr void for_each_tap(int y, int x, const Visit& visit) const {
    for (int h = 0; h * dilation.height < rows.reach; ++h) {
      const int row = y * rows.stride + h * dilation.height - rows.before;
      if (row < 0 || row >= rows.in) continue;
      for (int w = 0; w * dilation.width < columns.reach; ++w) {
        const int column = x * columns.stride + w * dilation.width - columns.before;
        if (column >= 0 && column < columns.in) visit(h, w, row, column);
      }
    }
  }
};

/// CONV_2D: out[y, x, o] = bias[o] + sum over h, w, i of in[y * stride + h * dilation - top, ...,
/// i] * weights[o, h, w, i], padding contributing 0. With `groups`, output channel o reads the
/// input channels of its group only. Views: weights {out, kernel, in / groups}, optional bias
/// {out}. Behind a stream of int8 the result has the quantisation `to`, see `requantised`.
/// Reference: tflite reference_ops Conv.
struct conv {
  int out = 0;
  extent2 kernel{};
  extent2 stride{};
  extent2 dilation{};
  int groups = 1;
  margins padding = same;
  quantisation to{};

  static constexpr const char* name = "conv2d";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (out < 1 || groups < 1) return fault::bad_attribute;
    if (in[0].channels % groups != 0 || out % groups != 0) return fault::groups_do_not_divide;
    return sliding::check(in[0], kernel, stride, dilation, padding);
  }
  [[nodiscard]] constexpr sliding geometry(const shapes& in) const {
    return {in[0], kernel, stride, dilation, padding};
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    const auto g = geometry(in);
    return {g.rows.out, g.columns.out, out};
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    return geometry(in).reads(true);
  }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {2, 1, {{out, kernel.height, kernel.width, in[0].channels / groups}, {out}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return output(in).elements() * kernel.height * kernel.width * (in[0].channels / groups);
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    const auto filter = weights.template get<0>();
    const int group_in = in.extent(0).channels / groups;
    const int first_in = c / (out / groups) * group_in;
    auto sum = value(weights.template get<1>()(c));
    geometry(in.extent(0)).for_each_tap(y, x, [&](int h, int w, int row, int column) {
      for (int i = 0; i < group_in; ++i) {
        sum += value(in(0, row, column, first_in + i)) * filter(c, h, w, i);
      }
    });
    return sum;
  }
  [[nodiscard]] constexpr requantised<conv> integer_form(const shapes&,
                                                         const quantisations& q) const {
    return {*this, q[0]};
  }
  [[nodiscard]] constexpr wide_layer<conv> wide_form(const shapes&, const quantisations& q) const {
    return wide_layer<conv>::of(*this, q);
  }
  friend constexpr bool operator==(const conv&, const conv&) = default;
};

/// DEPTHWISE_CONV_2D: every input channel has `multiplier` filters of its own; output channel
/// c * multiplier + m belongs to input channel c. Views: weights {channels * multiplier, kernel,
/// 1}, optional bias {channels * multiplier}. Behind a stream of int8 the result has the
/// quantisation `to`, see `requantised`. Reference: tflite reference_ops DepthwiseConv.
struct depthwise {
  extent2 kernel{};
  extent2 stride{};
  extent2 dilation{};
  int multiplier = 1;
  margins padding = same;
  quantisation to{};

  static constexpr const char* name = "depthwise2d";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (multiplier < 1) return fault::bad_attribute;
    return sliding::check(in[0], kernel, stride, dilation, padding);
  }
  [[nodiscard]] constexpr sliding geometry(const shapes& in) const {
    return {in[0], kernel, stride, dilation, padding};
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    const auto g = geometry(in);
    return {g.rows.out, g.columns.out, in[0].channels * multiplier};
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    return geometry(in).reads(true);
  }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    const int out = in[0].channels * multiplier;
    return {2, 1, {{out, kernel.height, kernel.width, 1}, {out}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return output(in).elements() * kernel.height * kernel.width;
  }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return multiplier == 1; }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    const auto filter = weights.template get<0>();
    auto sum = value(weights.template get<1>()(c));
    geometry(in.extent(0)).for_each_tap(y, x, [&](int h, int w, int row, int column) {
      sum += value(in(0, row, column, c / multiplier)) * filter(c, h, w);
    });
    return sum;
  }
  [[nodiscard]] constexpr requantised<depthwise> integer_form(const shapes&,
                                                              const quantisations& q) const {
    return {*this, q[0]};
  }
  [[nodiscard]] constexpr wide_layer<depthwise> wide_form(const shapes&,
                                                          const quantisations& q) const {
    return wide_layer<depthwise>::of(*this, q);
  }
  friend constexpr bool operator==(const depthwise&, const depthwise&) = default;
};

}  // namespace xenos::inline XENOS_ABI
