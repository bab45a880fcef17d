// Layers of int16 and int32: sums of products in 64 bits, scaled to the quantisation of their
// output.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/wide_factor.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/requantised.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// conv, transposed_conv, depthwise or fc on int16 or int32. The sum of bias[o] and input * weight
/// in 64 bits, times a factor, within the output's type. Padding contributes 0.
///   int16, weights of int8    TFLite's 16x8: views weights, scales of float {out} or {1}, optional
///                             bias of int64. A sum must stay below 2^47. Reference: tflite
///                             reference_integer_ops ConvPerChannel, DepthwiseConvPerChannel,
///                             FullyConnected, TransposeConv, of int16 with a bias of int64
///   int16, weights of int16   fractions: the weights are Q15, all scales powers of two. Views
///                             weights, optional bias of int64 in the products' unit. Without `to`
///                             it keeps the quantisation. Reference: CMSIS-DSP arm_fir_q15
///   int32, weights of int32   the same of Q31, where products have 62 bits behind the point: the
///                             partial sums of a filter must stay within -2 and 2. CMSIS-DSP's
///                             arm_fir_q31 wraps where this saturates
template <class Op>
struct wide_layer {
  Op op;
  quantisation in;
  dtype type;
  dtype weights;

  static constexpr const char* name = Op::name;
  static constexpr mapping map = mapping::many_to_many;
  static constexpr bool float_scale = requires { requires Op::float_scale; };

  [[nodiscard]] static constexpr wide_layer of(const Op& op, const quantisations& q) {
    const bool bytes = q.type == dtype::i16 && q.weights != dtype::i16;
    wide_layer form{op, q[0], q.type, bytes ? dtype::i8 : q.type};
    if (!bytes && !op.to.given()) form.op.to = q[0];
    form.op.to.round = q[0].round;
    return form;
  }
  [[nodiscard]] constexpr bool fractions() const { return weights != dtype::i8; }
  /// Bits that a sum of fractions has too many.
  [[nodiscard]] constexpr int right() const {
    return op.to.exponent() - in.exponent() + 8 * size_of(weights) - 1;
  }

  [[nodiscard]] constexpr fault check(const shapes& extents) const {
    const fault why = quantisation_fault(op.to, type);
    if (why != fault::none) return why;
    if (fractions()) {
      if (!in.shifts() || !op.to.shifts()) return fault::quantisation_asymmetric;
      if (right() < 1 || right() > 62) return fault::quantisation_too_fine;
    }
    return op.check(extents);
  }
  [[nodiscard]] constexpr shape output(const shapes& extents) const { return op.output(extents); }
  [[nodiscard]] constexpr access reads(const shapes& extents, int input) const {
    return op.reads(extents, input);
  }
  [[nodiscard]] constexpr parameters params(const shapes& extents) const {
    const parameters p = op.params(extents);
    if (fractions()) {
      return {.count = 2,
              .required = 1,
              .at = {p.at[0], p.at[1]},
              .typed = true,
              .type = {weights, dtype::i64}};
    }
    return {.count = 3,
            .required = 2,
            .at = {p.at[0], p.at[1], p.at[1]},
            .typed = true,
            .type = {dtype::i8, dtype::f32, dtype::i64},
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
    return op.to;
  }

  /// The factor of output channel `c`.
  template <class Weights>
  [[nodiscard]] constexpr wide_factor factor([[maybe_unused]] const Weights& views,
                                             [[maybe_unused]] int c) const {
    if constexpr (has_scales<Weights>) {
      return widen(factor_of<float_scale>(in, views.template get<1>(), op.to, c));
    } else {
      return {1, right()};
    }
  }
  /// What the sum of channel `c` begins with.
  template <class Weights>
  [[nodiscard]] static constexpr std::int64_t bias(const Weights& views, int c) {
    return static_cast<std::int64_t>(views.template get < has_scales<Weights> ? 2 : 1 > ()(c));
  }

  template <class In, class Weights>
  constexpr std::int64_t at(const In& image, const Weights& views, int y, int x, int c) const {
    const std::int64_t sum = op.at(image, linear_views<Weights>{views}, y, x, c);
    return clamp_to(type, scaled_sum(sum, factor(views, c), in.round));
  }
  friend constexpr bool operator==(const wide_layer&, const wide_layer&) = default;

 private:
  template <class Weights>
  static constexpr bool has_scales =
      std::is_same_v<std::remove_cvref_t<decltype(std::declval<Weights>().template get<0>()(0))>,
                     std::int8_t>;

  /// Weights and bias, as the operation on float numbers its views.
  template <class Weights>
  struct linear_views {
    const Weights& of;
    template <int K>
    [[nodiscard]] constexpr auto get() const {
      return of.template get < K == 1 && has_scales<Weights> ? 2 : K > ();
    }
  };
};

}  // namespace xenos::inline XENOS_ABI
