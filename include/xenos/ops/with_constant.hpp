// Sums and products of a stream with a constant, one number a channel.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/quantised_join.hpp>

namespace xenos::inline XENOS_ABI {

/// The same of int8, as `quantised_join` of the stream and a constant with a quantisation of its
/// own. View: the constant, int8 {channels}.
template <join Kind>
struct quantised_with_constant {
  quantised_join<Kind> by{};
  bool constant_given = false;

  static constexpr const char* name = Kind == join::add ? "add_constant" : "mul_constant";
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int coefficients = 1;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    return constant_given ? by.check(in) : fault::quantisation_missing;
  }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {
        .count = 1, .required = 1, .at = {{in[0].channels}}, .typed = true, .type = {dtype::i8}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return by.macs(in); }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations& q) const {
    return by.output_quantisation(q);
  }

  template <class Weights>
  [[nodiscard]] constexpr int coefficient(const Weights& weights, int, int c) const {
    return weights.template get<0>()(c);
  }
  template <class V>
  constexpr V apply(V x, V constant) const {
    return by.apply(x, constant);
  }
  friend constexpr bool operator==(const quantised_with_constant&,
                                   const quantised_with_constant&) = default;
};

/// ADD or MUL of a stream and a constant that is broadcast over rows and columns. View: the
/// constant {channels}. Of int8 the constant is int8 with quantisation `constant`, and the result
/// has the quantisation `to`. Reference: tflite reference_ops BroadcastAdd6DSlow,
/// BroadcastMul6DSlow, which compute elements as without a broadcast.
template <join Kind>
struct with_constant {
  quantisation to{};
  quantisation constant{};

  static constexpr const char* name = Kind == join::add ? "add_constant" : "mul_constant";
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int coefficients = 1;
  static constexpr bool vectors = true;

  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {1, 1, {{in[0].channels}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr quantised_with_constant<Kind> integer_form(const shapes&,
                                                                     const quantisations& q) const {
    if (!constant.fits_int8()) return {};
    return {join_of<Kind>(q[0], constant, to), true};
  }

  template <class Weights>
  [[nodiscard]] constexpr double coefficient(const Weights& weights, int, int c) const {
    return weights.template get<0>()(c);
  }
  template <class V>
  constexpr V apply(V x, V value) const {
    return elementwise<Kind>{}.apply(x, value);
  }
  friend constexpr bool operator==(const with_constant&, const with_constant&) = default;
};

}  // namespace xenos::inline XENOS_ABI
