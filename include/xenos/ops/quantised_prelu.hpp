// PReLU of int8.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// PRELU of int8: one factor where the input is not negative, one for its product with the alpha of
/// its channel. View: alpha of int8 {channels}. Use `of`. Reference: tflite reference_ops
/// BroadcastPrelu4DSlow; the factors in double as TFLite Micro has them.
struct quantised_prelu {
  int zero_point = 0;
  int alpha_zero_point = 0;
  bool alpha_given = false;
  fixed_factor positive{};
  fixed_factor negative{};
  quantisation to{};

  static constexpr const char* name = "prelu";
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int coefficients = 1;

  [[nodiscard]] static constexpr quantised_prelu of(const quantisation& in,
                                                    const quantisation& alpha,
                                                    const quantisation& out) {
    quantised_prelu op{.zero_point = in.zero_point,
                       .alpha_zero_point = alpha.zero_point,
                       .alpha_given = alpha.fits_int8(),
                       .to = {out.scale, out.zero_point, in.round}};
    if (!op.alpha_given || !out.fits_int8()) return op;
    const double scale = double(out.scale);
    op.positive = make_factor(double(in.scale) / scale, in.round);
    op.negative = make_factor(double(in.scale) * double(alpha.scale) / scale, in.round);
    return op;
  }
  [[nodiscard]] constexpr fault check(const shapes&) const {
    return alpha_given && to.fits_int8() ? fault::none : fault::quantisation_missing;
  }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {
        .count = 1, .required = 1, .at = {{in[0].channels}}, .typed = true, .type = {dtype::i8}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return to;
  }

  template <class Weights>
  [[nodiscard]] constexpr int coefficient(const Weights& weights, int, int c) const {
    return weights.template get<0>()(c);
  }
  template <class V>
  constexpr V apply(V value, V alpha) const {
    const std::int32_t x = std::int32_t(value) - zero_point;
    const std::int32_t made =
        x >= 0 ? scaled(x, positive, to.round)
               : scaled(x * (std::int32_t(alpha) - alpha_zero_point), negative, to.round);
    return V(clamp_int8(made + to.zero_point));
  }
  friend constexpr bool operator==(const quantised_prelu&, const quantised_prelu&) = default;
};

}  // namespace xenos::inline XENOS_ABI
