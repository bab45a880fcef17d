// Where float becomes integers, integers other integers, and integers float.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/wide_factor.hpp>
#include <xenos/ops/operation.hpp>

#include <cmath>

namespace xenos::inline XENOS_ABI {

/// QUANTIZE of int8: from one quantisation to another. Kernels use a table of the 256 values.
/// Reference: tflite reference_ops Requantize.
struct requantize_from {
  quantisation from{};
  quantisation to{};

  static constexpr const char* name = "quantize";
  static constexpr mapping map = mapping::one_to_one;
  static constexpr bool tabulated = true;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return to.fits_int8() ? fault::none : fault::quantisation_missing;
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return {to.scale, to.zero_point, from.round};
  }
  template <class V>
  constexpr V apply(V value) const {
    const std::int32_t x = std::int32_t(value) - from.zero_point;
    const fixed_factor factor = make_factor(double(from.scale) / double(to.scale), from.round);
    return V(clamp_int8(scaled(x, factor, from.round) + to.zero_point));
  }
  friend constexpr bool operator==(const requantize_from&, const requantize_from&) = default;
};

/// QUANTIZE of integers of one type to those of another, or of wide ones in another quantisation:
/// halves as the stream's `round` says, saturated. Between int16 and int32 and between
/// quantisations of int32 all scales are powers of two. A stream of int8 cannot round down and
/// takes `to.round` from one that does. Reference: tflite reference_ops Requantize; CMSIS-DSP
/// arm_q15_to_q31, arm_q31_to_q15.
template <dtype To>
struct convert_from {
  dtype type = dtype::i8;  // of its input
  quantisation from{};
  quantisation to{};
  fixed_factor factor{};
  int right = 0;  // bits, where all scales are powers of two

  static constexpr const char* name = "quantize";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr dtype makes = To;

  [[nodiscard]] static constexpr convert_from of(dtype type, const quantisation& from,
                                                 const quantisation& to) {
    const bool keeps = To != dtype::i8 || from.round != rounding::down;
    convert_from form{type, from, {to.scale, to.zero_point, keeps ? from.round : to.round}};
    if (!to.given()) return form;
    form.factor = make_factor(double(from.scale) / double(to.scale), from.round);
    form.right = to.exponent() - from.exponent();
    return form;
  }
  /// Whether it shifts; numbers of 32 bits are too long for a factor.
  [[nodiscard]] constexpr bool shifts() const { return type == dtype::i32 || To == dtype::i32; }
  [[nodiscard]] constexpr fault check(const shapes&) const {
    const fault why = quantisation_fault(to, To);
    if (why != fault::none || !shifts()) return why;
    if (type == dtype::i8 || To == dtype::i8) return fault::no_wide_form;
    if (!from.shifts() || !to.shifts()) return fault::quantisation_asymmetric;
    return right < -31 || right > 31 ? fault::quantisation_too_fine : fault::none;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return true; }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return to;
  }

  /// One element.
  [[nodiscard]] constexpr element_t<To> convert(std::int32_t value) const {
    std::int64_t made = std::int64_t{value} - from.zero_point;
    if (!shifts()) {
      made = scaled(static_cast<std::int32_t>(made), factor, from.round);
    } else if (right > 0) {
      made = scaled_sum(made, {1, right}, from.round);
    } else {
      made *= std::int64_t{1} << -right;
    }
    return static_cast<element_t<To>>(clamp_to(To, made + to.zero_point));
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    return convert(static_cast<std::int32_t>(in(0, y, x, c)));
  }
  friend constexpr bool operator==(const convert_from&, const convert_from&) = default;
};

/// QUANTIZE of float: the integer of type `Makes` next to x / scale + zero point; halves go away
/// from zero, NaN becomes the lowest. Behind integers it changes type and quantisation, not how is
/// rounded. Reference: tflite AffineQuantize.
template <dtype Makes>
struct quantize_attributes {
  quantisation to{};

  static constexpr const char* name = "quantize";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr dtype makes = Makes;

  [[nodiscard]] constexpr fault check(const shapes&) const { return quantisation_fault(to, Makes); }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return true; }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return to;
  }
  [[nodiscard]] constexpr auto integer_form(const shapes&, const quantisations& q) const {
    if constexpr (Makes == dtype::i8) {
      return requantize_from{q[0], to};
    } else {
      return convert_from<Makes>::of(dtype::i8, q[0], to);
    }
  }
  [[nodiscard]] constexpr convert_from<Makes> wide_form(const shapes&,
                                                        const quantisations& q) const {
    return convert_from<Makes>::of(q.type, q[0], to);
  }

  /// One element.
  [[nodiscard]] element_t<Makes> convert(float x) const {
    constexpr auto lowest = lowest_of(Makes);
    constexpr auto most = static_cast<float>(-2 * lowest);
    const float steps = std::round(x / to.scale);
    if (!(steps > -most)) return static_cast<element_t<Makes>>(lowest);
    const std::int64_t made =
        steps < most ? static_cast<std::int64_t>(steps) + to.zero_point : highest_of(Makes);
    return static_cast<element_t<Makes>>(clamp_to(Makes, made));
  }
  template <class In, class Weights>
  auto at(const In& in, const Weights&, int y, int x, int c) const {
    return convert(static_cast<float>(in(0, y, x, c)));
  }
  friend constexpr bool operator==(const quantize_attributes&,
                                   const quantize_attributes&) = default;
};

template <class Op>
inline constexpr bool is_quantize = false;
template <dtype Makes>
inline constexpr bool is_quantize<quantize_attributes<Makes>> = true;
template <class Op>
inline constexpr bool is_convert = false;
template <dtype To>
inline constexpr bool is_convert<convert_from<To>> = true;

/// DEQUANTIZE of integers: scale * (integer - zero point). Reference: tflite reference_ops
/// Dequantize.
struct dequantize_from {
  quantisation from{};
  dtype type = dtype::i8;

  static constexpr const char* name = "dequantize";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr dtype makes = dtype::f32;

  [[nodiscard]] constexpr fault check(const shapes&) const { return fault::none; }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return true; }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return {};
  }

  [[nodiscard]] constexpr float convert(std::int32_t x) const {
    return from.scale * static_cast<float>(x - from.zero_point);
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    return convert(static_cast<std::int32_t>(in(0, y, x, c)));
  }
  friend constexpr bool operator==(const dequantize_from&, const dequantize_from&) = default;
};

/// DEQUANTIZE as models write it: by the quantisation that its stream has.
struct dequantize_attributes {
  static constexpr const char* name = dequantize_from::name;
  static constexpr mapping map = dequantize_from::map;

  [[nodiscard]] constexpr fault check(const shapes&) const { return fault::quantisation_missing; }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr dequantize_from integer_form(const shapes&,
                                                       const quantisations& q) const {
    return {q[0]};
  }
  [[nodiscard]] constexpr dequantize_from wide_form(const shapes&, const quantisations& q) const {
    return {q[0], q.type};
  }
  friend constexpr bool operator==(const dequantize_attributes&,
                                   const dequantize_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
