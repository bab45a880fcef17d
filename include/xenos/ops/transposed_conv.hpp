// Transposed convolution.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/requantised.hpp>
#include <xenos/ops/wide_layer.hpp>

namespace xenos::inline XENOS_ABI {

/// One axis of a transposed convolution: tap k of input element i adds to output element i * stride
/// + k * dilation - before.
struct spread_axis {
  int in = 1;
  int out = 1;  // 0 or less when padding takes all away
  int kernel = 1;
  int stride = 1;
  int dilation = 1;
  int before = 0;  // output elements cut off before the first

  /// Elements of the output that one input element reaches.
  [[nodiscard]] constexpr int reach() const { return (kernel - 1) * dilation + 1; }
  /// The input elements that an output element reads, whichever taps meet them.
  [[nodiscard]] constexpr window reads() const {
    return {(reach() - 1) / stride + 1, stride, 1, before - reach() + stride};
  }
  /// Whether tap `k` meets output element `o`; then `input(o, k)` is the element, which may lie
  /// outside the image.
  [[nodiscard]] constexpr bool meets(int o, int k) const {
    return (o + before - k * dilation) % stride == 0;
  }
  [[nodiscard]] constexpr int input(int o, int k) const {
    return floor_div(o + before - k * dilation, stride);
  }
  /// Input elements read before the first, and behind the last one.
  [[nodiscard]] constexpr int missing_before() const {
    int first = 0;
    for (int o = 0; o < min_of(stride, out); ++o) {
      for (int k = 0; k < kernel; ++k) {
        if (meets(o, k)) first = min_of(first, input(o, k));
      }
    }
    return -first;
  }
  [[nodiscard]] constexpr int missing_after() const {
    int last = in - 1;
    for (int o = max_of(out - stride, 0); o < out; ++o) {
      for (int k = 0; k < kernel; ++k) {
        if (meets(o, k)) last = max_of(last, input(o, k));
      }
    }
    return last - (in - 1);
  }
};

/// Resolves one axis of a transposed convolution. `before` and `after` count in mode `given` only.
constexpr spread_axis spread(int in, int kernel, int stride, int dilation, margins::rule mode,
                             int before, int after, int output_padding) {
  spread_axis a{.in = in, .kernel = kernel, .stride = stride, .dilation = dilation};
  const int all = (in - 1) * stride + a.reach();
  switch (mode) {
    case margins::rule::same:
      a.out = in * stride;
      a.before = max_of(a.reach() - stride, 0) / 2;
      break;
    case margins::rule::causal: a.out = in * stride; break;
    case margins::rule::valid: a.out = all + output_padding; break;
    case margins::rule::given:
      a.before = before;
      a.out = all - before - after + output_padding;
      break;
  }
  return a;
}

/// TRANSPOSE_CONV: each input element adds its product with a whole kernel to the output, at
/// `stride` from one to the next: out[y * stride + h * dilation - top, ..., o] += in[y, x, i] *
/// weights[o, h, w, i], from bias[o]. Output extents: `same` and `causal` in * stride (causal cuts
/// off nothing before, so that no row is read from the future); `valid` (in - 1) * stride + reach +
/// output_padding; pads(...) as valid, less the padding on both sides. `output_padding` adds
/// elements at the end, fewer than stride or dilation. Views: weights {out, kernel, in / groups},
/// not mirrored, optional bias {out}. Reference: tflite reference_ops TransposeConv; dilation,
/// groups and output_padding as PyTorch's ConvTranspose2d; of int8 reference_integer_ops
/// TransposeConv.
struct transposed_conv {
  int out = 0;
  extent2 kernel{};
  extent2 stride{};
  extent2 dilation{};
  int groups = 1;
  margins padding = same;
  extent2 output_padding{0, 0};
  quantisation to{};  // of int8, see `requantised`

  static constexpr const char* name = "transpose_conv";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr spread_axis rows(const shapes& in) const {
    return spread(in[0].height, kernel.height, stride.height, dilation.height, padding.mode,
                  padding.top, padding.bottom, output_padding.height);
  }
  [[nodiscard]] constexpr spread_axis columns(const shapes& in) const {
    const auto mode = padding.mode == margins::rule::causal ? margins::rule::same : padding.mode;
    return spread(in[0].width, kernel.width, stride.width, dilation.width, mode, padding.left,
                  padding.right, output_padding.width);
  }
  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (out < 1 || groups < 1 || kernel.height < 1 || kernel.width < 1 || stride.height < 1 ||
        stride.width < 1 || dilation.height < 1 || dilation.width < 1) {
      return fault::bad_attribute;
    }
    if (padding.top < 0 || padding.bottom < 0 || padding.left < 0 || padding.right < 0) {
      return fault::negative_padding;
    }
    if (in[0].channels % groups != 0 || out % groups != 0) return fault::groups_do_not_divide;
    const bool resized =
        padding.mode == margins::rule::valid || padding.mode == margins::rule::given;
    const auto fits = [resized](int more, int by, int dilated) {
      return more == 0 || (resized && more > 0 && more < max_of(by, dilated));
    };
    if (!fits(output_padding.height, stride.height, dilation.height) ||
        !fits(output_padding.width, stride.width, dilation.width)) {
      return fault::bad_output_padding;
    }
    return rows(in).out < 1 || columns(in).out < 1 ? fault::padding_exceeds_output : fault::none;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {rows(in).out, columns(in).out, out};
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    const spread_axis across = columns(in);
    return {rows(in).reads(), across.missing_before(), across.missing_after(), true,
            across.reads()};
  }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {2, 1, {{out, kernel.height, kernel.width, in[0].channels / groups}, {out}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return in[0].elements() / groups * kernel.height * kernel.width * out;
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    const auto filter = weights.template get<0>();
    const shape extent = in.extent(0);
    const spread_axis down = rows(extent);
    const spread_axis across = columns(extent);
    const int group_in = extent.channels / groups;
    const int first_in = c / (out / groups) * group_in;
    value sum = weights.template get<1>()(c);
    for (int h = 0; h < kernel.height; ++h) {
      const int row = down.input(y, h);
      if (!down.meets(y, h) || row < 0 || row >= extent.height) continue;
      for (int w = 0; w < kernel.width; ++w) {
        const int column = across.input(x, w);
        if (!across.meets(x, w) || column < 0 || column >= extent.width) continue;
        for (int i = 0; i < group_in; ++i) {
          sum += value(in(0, row, column, first_in + i)) * filter(c, h, w, i);
        }
      }
    }
    return sum;
  }
  [[nodiscard]] constexpr requantised<transposed_conv> integer_form(const shapes&,
                                                                    const quantisations& q) const {
    return {*this, q[0]};
  }
  [[nodiscard]] constexpr wide_layer<transposed_conv> wide_form(const shapes&,
                                                                const quantisations& q) const {
    return wide_layer<transposed_conv>::of(*this, q);
  }
  friend constexpr bool operator==(const transposed_conv&, const transposed_conv&) = default;
};

}  // namespace xenos::inline XENOS_ABI
