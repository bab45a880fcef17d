// Two-dimensional convolution.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// The faults and geometry that all sliding windows share.
struct sliding {
  axis rows;
  axis columns;

  constexpr sliding(shape in, extent2 kernel, extent2 stride, extent2 dilation, margins padding)
      : rows(slide_rows(in, kernel, stride, dilation, padding)),
        columns(slide_columns(in, kernel, stride, dilation, padding)) {}

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
    return zeros ? access{rows.reads(), columns.before, columns.after, true}
                 : access{rows.reads(), 0, 0, false};
  }
};

/// CONV_2D: out[y, x, o] = bias[o] + sum over h, w, i of in[y * stride + h * dilation - top, ...,
/// i] * weights[o, h, w, i], padding contributing 0. With `groups`, output channel o reads the
/// input channels of its group only. Views: weights {out, kernel, in / groups}, optional bias
/// {out}. Reference: tflite reference_ops Conv.
struct conv {
  int out = 0;
  extent2 kernel{};
  extent2 stride{};
  extent2 dilation{};
  int groups = 1;
  margins padding = same;

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
    const shape extent = in.extent(0);
    const auto g = geometry(extent);
    const auto filter = weights.template get<0>();
    const int group_in = extent.channels / groups;
    const int first_in = c / (out / groups) * group_in;
    reference_of<typename In::value_type> sum = weights.template get<1>()(c);
    for (int h = 0; h < kernel.height; ++h) {
      const int row = y * stride.height + h * dilation.height - g.rows.before;
      if (row < 0 || row >= extent.height) continue;
      for (int w = 0; w < kernel.width; ++w) {
        const int column = x * stride.width + w * dilation.width - g.columns.before;
        if (column < 0 || column >= extent.width) continue;
        for (int i = 0; i < group_in; ++i) {
          sum += reference_of<typename In::value_type>(in(0, row, column, first_in + i)) *
                 filter(c, h, w, i);
        }
      }
    }
    return sum;
  }
  friend constexpr bool operator==(const conv&, const conv&) = default;
};

/// DEPTHWISE_CONV_2D: every input channel has `multiplier` filters of its own; output channel
/// c * multiplier + m belongs to input channel c. Views: weights {channels * multiplier, kernel,
/// 1}, optional bias {channels * multiplier}. Reference: tflite reference_ops DepthwiseConv.
struct depthwise {
  extent2 kernel{};
  extent2 stride{};
  extent2 dilation{};
  int multiplier = 1;
  margins padding = same;

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

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    const shape extent = in.extent(0);
    const auto g = geometry(extent);
    const auto filter = weights.template get<0>();
    reference_of<typename In::value_type> sum = weights.template get<1>()(c);
    for (int h = 0; h < kernel.height; ++h) {
      const int row = y * stride.height + h * dilation.height - g.rows.before;
      if (row < 0 || row >= extent.height) continue;
      for (int w = 0; w < kernel.width; ++w) {
        const int column = x * stride.width + w * dilation.width - g.columns.before;
        if (column < 0 || column >= extent.width) continue;
        sum += reference_of<typename In::value_type>(in(0, row, column, c / multiplier)) *
               filter(c, h, w);
      }
    }
    return sum;
  }
  friend constexpr bool operator==(const depthwise&, const depthwise&) = default;
};

}  // namespace xenos::inline XENOS_ABI
