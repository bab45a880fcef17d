// Layers of int8: sums of products, scaled to the quantisation of their output.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// What stands for the factor of output channel `c`: input scale times weight scale, over the
/// output's scale, rounded as TFLite rounds it. `scales` has one a channel or one for all.
/// Reference: tflite PopulateConvolutionQuantizationParams and, for a single scale with
/// `FloatScale` (the first product is a float's), GetQuantizedConvolutionMultipler.
template <bool FloatScale, class Scales>
constexpr fixed_factor factor_of(quantisation in, const Scales& scales, quantisation out, int c) {
  constexpr bool single = Scales::extents.out == 1;
  const float scale = scales(single ? 0 : c);
  if constexpr (single && FloatScale) {
    const float product = in.scale * scale;
    return make_factor(double(product) / double(out.scale), in.round);
  } else {
    return make_factor(double(in.scale) * double(scale) / double(out.scale), in.round);
  }
}

/// conv, transposed_conv, depthwise or fc on int8, symmetric weights: the sum of bias[o] and (input
/// - zero point) * weight in 32 bits, times the channel's factor, plus the zero point of `op.to`,
/// within int8. Padding contributes 0. Exact in every order as long as |bias| + 255 * 128 *
/// (elements of a filter) < 2^31. Views: weights of int8, scales of float {out} or {1}, optional
/// bias of int32. Reference: tflite reference_integer_ops ConvPerChannel, DepthwiseConvPerChannel,
/// FullyConnected, TransposeConv.
template <class Op>
struct requantised {
  Op op;
  quantisation in;

  static constexpr const char* name = Op::name;
  static constexpr mapping map = mapping::many_to_many;
  static constexpr bool float_scale = requires { requires Op::float_scale; };

  [[nodiscard]] constexpr fault check(const shapes& extents) const {
    return op.to.fits_int8() ? op.check(extents) : fault::quantisation_missing;
  }
  [[nodiscard]] constexpr shape output(const shapes& extents) const { return op.output(extents); }
  [[nodiscard]] constexpr access reads(const shapes& extents, int input) const {
    return op.reads(extents, input);
  }
  [[nodiscard]] constexpr parameters params(const shapes& extents) const {
    const parameters p = op.params(extents);
    return {.count = 3,
            .required = 2,
            .at = {p.at[0], p.at[1], p.at[1]},
            .typed = true,
            .type = {dtype::i8, dtype::f32, dtype::i32},
            .shared = 1};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& extents) const {
    return op.macs(extents);
  }
  [[nodiscard]] constexpr bool channelwise(const shapes& extents) const {
    if constexpr (requires { op.channelwise(extents); }) return op.channelwise(extents);
    return false;
  }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return {op.to.scale, op.to.zero_point, in.round};
  }
  /// The factor of output channel `c`.
  template <class Weights>
  [[nodiscard]] constexpr fixed_factor factor(const Weights& weights, int c) const {
    return factor_of<float_scale>(in, weights.template get<1>(), op.to, c);
  }

  template <class In, class Weights>
  constexpr std::int32_t at(const In& image, const Weights& weights, int y, int x, int c) const {
    const std::int32_t sum =
        op.at(centred<In>{image, in.zero_point}, linear_views<Weights>{weights}, y, x, c);
    return clamp_int8(scaled(sum, factor(weights, c), in.round) + op.to.zero_point);
  }
  friend constexpr bool operator==(const requantised&, const requantised&) = default;

 private:
  /// The input without its zero point.
  template <class In>
  struct centred {
    using value_type = std::int8_t;
    const In& of;
    int zero_point;
    [[nodiscard]] constexpr shape extent(int input) const { return of.extent(input); }
    constexpr std::int32_t operator()(int input, int y, int x, int c) const {
      return std::int32_t(of(input, y, x, c)) - zero_point;
    }
  };
  /// Weights and bias, as the operation on float numbers its views.
  template <class Weights>
  struct linear_views {
    const Weights& of;
    template <int K>
    [[nodiscard]] constexpr auto get() const {
      return of.template get < K == 0 ? 0 : 2 > ();
    }
  };
};

}  // namespace xenos::inline XENOS_ABI
