// Where float becomes int8, and int8 float.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/quantisation.hpp>
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

/// QUANTIZE of float: int8 next to x / scale + zero point; halves go away from zero, NaN becomes
/// the lowest. Behind int8 it changes the quantisation, not how is rounded. Reference: tflite
/// AffineQuantize.
struct quantize_attributes {
  quantisation to{};

  static constexpr const char* name = "quantize";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr dtype makes = dtype::i8;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return to.fits_int8() ? fault::none : fault::quantisation_missing;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return true; }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return to;
  }
  [[nodiscard]] constexpr requantize_from integer_form(const shapes&,
                                                       const quantisations& q) const {
    return {q[0], to};
  }

  /// One element.
  [[nodiscard]] std::int8_t convert(float x) const {
    const float steps = std::round(x / to.scale);
    if (!(steps > -256)) return -128;
    return static_cast<std::int8_t>(clamp_int8(steps < 256 ? int(steps) + to.zero_point : 127));
  }
  template <class In, class Weights>
  auto at(const In& in, const Weights&, int y, int x, int c) const {
    return convert(static_cast<float>(in(0, y, x, c)));
  }
  friend constexpr bool operator==(const quantize_attributes&,
                                   const quantize_attributes&) = default;
};

/// DEQUANTIZE of int8: scale * (integer - zero point). Reference: tflite reference_ops Dequantize.
struct dequantize_from {
  quantisation from{};

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

  [[nodiscard]] constexpr float convert(std::int8_t x) const {
    return from.scale * static_cast<float>(x - from.zero_point);
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    return convert(in(0, y, x, c));
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
  friend constexpr bool operator==(const dequantize_attributes&,
                                   const dequantize_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
