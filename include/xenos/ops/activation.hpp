// Element-wise functions of one stream: activations, and the one with weights, PReLU.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/math.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/quantised_activation.hpp>
#include <xenos/ops/quantised_function.hpp>
#include <xenos/ops/quantised_prelu.hpp>
#include <xenos/ops/wide_function.hpp>

namespace xenos::inline XENOS_ABI {

/// A function of each element. `alpha` counts for leaky_relu only. NaN propagates. Of int8 those
/// that do not merely limit have the quantisation `to`; sigmoid and tanh may leave it to TFLite's
/// rule.
template <function F>
struct activation {
  float alpha = 0;
  quantisation to{};

  static constexpr const char* name = function_names[static_cast<int>(F)];
  static constexpr mapping map = mapping::one_to_one;
  static constexpr bool vectors = true;

  /// On streams of integers those that limit are limits of the integers, which keep their
  /// quantisation.
  static constexpr bool limits =
      F == function::relu || F == function::relu6 || F == function::relu_n1_to_1;
  [[nodiscard]] constexpr integer_limits<activation> integer_form(const shapes&,
                                                                  const quantisations& q) const
      requires(limits) {
    return limits_of(q[0], dtype::i8);
  }
  [[nodiscard]] constexpr integer_limits<activation> wide_form(const shapes&,
                                                               const quantisations& q) const
      requires(limits) {
    return limits_of(q[0], q.type);
  }
  [[nodiscard]] constexpr quantised_function<F> integer_form(const shapes&,
                                                             const quantisations& q) const
      requires(!limits) {
    quantised_function<F> form{q[0], to, alpha};
    if (F == function::sigmoid && !to.given()) form.to = {1.0F / 256, -128};
    if (F == function::tanh && !to.given()) form.to = {1.0F / 128, 0};
    return form;
  }
  [[nodiscard]] constexpr wide_function<F> wide_form(const shapes&, const quantisations& q) const
      requires(F == function::sigmoid || F == function::tanh || F == function::leaky_relu) {
    return wide_function<F>::of(q, to, alpha);
  }
  template <class V>
  constexpr V apply(V x) const {
    using math::at_least;
    using math::select;
    if constexpr (F == function::relu) {
      return at_least(x, V(0));
    } else if constexpr (F == function::relu6) {
      return math::clamp(x, V(0), V(6));
    } else if constexpr (F == function::relu_n1_to_1) {
      return math::clamp(x, V(-1), V(1));
    } else if constexpr (F == function::leaky_relu) {
      return select(x < V(0), V(alpha) * x, x);
    } else if constexpr (F == function::sigmoid) {
      return math::logistic(x);
    } else if constexpr (F == function::tanh) {
      using std::tanh;
      return tanh(x);
    } else if constexpr (F == function::hard_swish) {
      return x * math::clamp(x + V(3), V(0), V(6)) * V(1.0 / 6.0);
    } else if constexpr (F == function::gelu) {
      using std::erf;
      return V(0.5) * x * (V(1) + erf(x * V(0.70710678118654752)));
    } else {
      using std::tanh;
      return V(0.5) * x * (V(1) + tanh(V(0.79788456080286536) * (x + V(0.044715) * x * x * x)));
    }
  }
  friend constexpr bool operator==(const activation&, const activation&) = default;

 private:
  static constexpr integer_limits<activation> limits_of(const quantisation& q, dtype type) {
    const int low = quantised_limit(F == function::relu_n1_to_1 ? -1.0F : 0.0F, q, type);
    const auto most = static_cast<int>(highest_of(type));
    if (F == function::relu) return {.low = low, .high = most};
    return {.low = low, .high = quantised_limit(F == function::relu6 ? 6.0F : 1.0F, q, type)};
  }
};

/// PRELU: x < 0 ? alpha * x : x, with one alpha a channel. View: alpha {channels}. NaN propagates.
/// Of int8 the alphas are int8 with quantisation `alpha`, see `quantised_prelu`. Reference: tflite
/// reference_ops BroadcastPrelu4DSlow, alpha of shape {1, 1, channels}.
struct prelu_attributes {
  quantisation to{};
  quantisation alpha{};

  static constexpr const char* name = "prelu";
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int coefficients = 1;
  static constexpr bool vectors = true;

  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {1, 1, {{in[0].channels}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr quantised_prelu integer_form(const shapes&,
                                                       const quantisations& q) const {
    return quantised_prelu::of(q[0], alpha, to);
  }

  template <class Weights>
  [[nodiscard]] constexpr double coefficient(const Weights& weights, int, int c) const {
    return weights.template get<0>()(c);
  }
  template <class V>
  constexpr V apply(V x, V slope) const {
    using math::select;
    return select(x < V(0), slope * x, x);
  }
  friend constexpr bool operator==(const prelu_attributes&, const prelu_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
