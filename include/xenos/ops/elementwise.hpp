// Element-wise joins of streams, and batch normalisation.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/math.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/quantised_join.hpp>
#include <xenos/ops/reduction.hpp>
#include <xenos/ops/wide_join.hpp>

namespace xenos::inline XENOS_ABI {

/// ADD, MUL, MAXIMUM and MINIMUM of two or more streams of one shape, folded from the first to the
/// last; SUB and DIV of the first by the second. NaN propagates. Of two streams of integers a sum,
/// difference or product has the quantisation `to`, see `quantised_join` and `wide_join`; maximum
/// and minimum keep theirs.
template <join Kind>
struct elementwise {
  quantisation to{};

  static constexpr const char* name = join_name(Kind);
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int arity = Kind == join::sub || Kind == join::div ? 2 : 0;
  static constexpr bool vectors = true;
  static constexpr bool keeps_quantisation = Kind == join::maximum || Kind == join::minimum;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (keeps_quantisation && to.given()) return fault::quantisation_unused;
    return in.count < 2 ? fault::wrong_stream_count : fault::none;
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return in[0].elements() * (in.count - 1);
  }

  [[nodiscard]] constexpr quantised_join<Kind> integer_form(const shapes&,
                                                            const quantisations& q) const
      requires(is_scaled_join(Kind)) {
    return join_of<Kind>(q[0], q[1], to);
  }
  [[nodiscard]] constexpr wide_join<Kind> wide_form(const shapes&, const quantisations& q) const
      requires(is_scaled_join(Kind)) {
    return wide_join_of<Kind>(q, to);
  }
  template <class V>
  constexpr V apply(V left, V right) const {
    if constexpr (Kind == join::add) {
      return left + right;
    } else if constexpr (Kind == join::mul) {
      return left * right;
    } else if constexpr (Kind == join::sub) {
      return left - right;
    } else if constexpr (Kind == join::div) {
      return left / right;
    } else {
      return combine < Kind == join::maximum ? reduction::max : reduction::min > (left, right);
    }
  }
  friend constexpr bool operator==(const elementwise&, const elementwise&) = default;
};

/// Of three streams of one shape: the first times the second plus the third, fused where the target
/// has such an instruction.
struct multiply_accumulate {
  static constexpr const char* name = "mac";
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int arity = 3;
  static constexpr bool vectors = true;

  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  template <class V>
  constexpr V apply(V a, V b, V c) const {
    using math::multiply_add;
    return multiply_add(a, b, c);
  }
  friend constexpr bool operator==(const multiply_accumulate&,
                                   const multiply_accumulate&) = default;
};

/// Batch normalisation at inference: gamma * (x - mean) / sqrt(variance + epsilon) + beta, one
/// value a channel each. Right behind a convolution or dense layer it is folded into the weights
/// when they are packed. Views: gamma, beta, mean, variance {channels}.
struct batch_norm_attributes {
  float epsilon = 1e-3F;

  static constexpr const char* name = "batch_norm";
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int coefficients = 2;
  static constexpr bool folds_into_weights = true;
  static constexpr bool vectors = true;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return epsilon >= 0 ? fault::none : fault::bad_attribute;
  }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    const filter one{in[0].channels};
    return {4, 4, {one, one, one, one}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }

  /// Coefficient 0 is the factor, 1 the term of channel c.
  template <class Weights>
  [[nodiscard]] constexpr double coefficient(const Weights& weights, int which, int c) const {
    const double gamma = weights.template get<0>()(c);
    const double beta = weights.template get<1>()(c);
    const double mean = weights.template get<2>()(c);
    const double variance = weights.template get<3>()(c);
    const double factor = gamma / math::square_root(variance + double(epsilon));
    return which == 0 ? factor : beta - mean * factor;
  }
  template <class V>
  constexpr V apply(V x, V factor, V term) const {
    return x * factor + term;
  }
  friend constexpr bool operator==(const batch_norm_attributes&,
                                   const batch_norm_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
