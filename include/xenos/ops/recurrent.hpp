// Recurrent layers over sequences {steps, 1, features}: LSTM and GRU.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/math.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// Row `row` of matrix `weights` times `values(0)`, `values(1)`, ... of its width.
template <class Sum, class View, class Values>
constexpr Sum row_product(const View& weights, int row, int width, const Values& values) {
  Sum sum = 0;
  for (int i = 0; i < width; ++i) sum += Sum(values(i)) * Sum(weights(row, 0, 0, i));
  return sum;
}

/// What the features of step `y` add to a gate, with its bias: row `row` of views 0 and 2.
template <class Value, class In, class Weights>
constexpr Value of_features(const In& in, int y, const Weights& weights, int row) {
  const auto x = [&](int i) { return in(0, y, 0, i); };
  return Value(weights.template get<2>()(row)) +
         row_product<Value>(weights.template get<0>(), row, in.extent(0).channels, x);
}

constexpr fault check_recurrent(int hidden, const shapes& in) {
  if (hidden < 1) return fault::bad_attribute;
  return in[0].width == 1 ? fault::none : fault::needs_sequence;
}

}  // namespace detail

/// UNIDIRECTIONAL_SEQUENCE_LSTM without peepholes, projection and clipping: with the gates input i,
/// forget f, cell g and output o, each of the row x and the output h of the row before,
///   c = sigmoid(f) * c + sigmoid(i) * tanh(g), h = sigmoid(o) * tanh(c)
/// Output {steps, 1, hidden}: every h. State and output are zero before the first row. Views, gates
/// in the order i, f, g, o (TFLite's, Keras's, PyTorch's; ONNX has i, o, f, g): input weights
/// {4 * hidden, features}, recurrent weights {4 * hidden, hidden}, optional bias {4 * hidden}.
struct lstm_attributes {
  int hidden = 0;

  static constexpr const char* name = "lstm";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    return detail::check_recurrent(hidden, in);
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return {in[0].height, 1, hidden}; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {3, 2, {{4 * hidden, 1, 1, in[0].channels}, {4 * hidden, 1, 1, hidden}, {4 * hidden}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return std::int64_t{in[0].height} * 4 * hidden * (in[0].channels + hidden);
  }

  /// c, then h.
  [[nodiscard]] constexpr int carried(const shapes&) const { return 2 * hidden; }
  template <class In, class Weights, class Value>
  constexpr void step(const In& in, const Weights& weights, int y, Value* state, Value* row) const {
    Value* const cell = state;
    Value* const before = state + hidden;
    const auto gate = [&](int which, int k) {
      const int at = which * hidden + k;
      const auto h = [&](int i) { return before[i]; };
      return detail::of_features<Value>(in, y, weights, at) +
             detail::row_product<Value>(weights.template get<1>(), at, hidden, h);
    };
    using std::tanh;
    for (int k = 0; k < hidden; ++k) {
      cell[k] =
          math::logistic(gate(1, k)) * cell[k] + math::logistic(gate(0, k)) * tanh(gate(2, k));
      row[k] = math::logistic(gate(3, k)) * tanh(cell[k]);
    }
    for (int k = 0; k < hidden; ++k) before[k] = row[k];
  }
  friend constexpr bool operator==(const lstm_attributes&, const lstm_attributes&) = default;
};

/// GRU: with the gates update z, reset r and candidate n of the row x and the output h of the row
/// before,
///   h = sigmoid(z) * h + (1 - sigmoid(z)) * tanh(n)
/// where n is Wx + b + sigmoid(r) * (Uh + d) with `reset_after` (Keras's default, PyTorch, ONNX's
/// linear_before_reset = 1), and Wx + b + U(sigmoid(r) * h) without (linear_before_reset = 0).
/// Output {steps, 1, hidden}: every h; zero before the first row. Views, gates in the order z, r, n
/// (Keras's and ONNX's; PyTorch has r, z, n): input weights W {3 * hidden, features}, recurrent
/// weights U {3 * hidden, hidden}, optional bias b {3 * hidden} and, with `reset_after`, optional
/// recurrent bias d {3 * hidden}.
struct gru_attributes {
  int hidden = 0;
  bool reset_after = true;

  static constexpr const char* name = "gru";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    return detail::check_recurrent(hidden, in);
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return {in[0].height, 1, hidden}; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    const int all = 3 * hidden;
    return {
        reset_after ? 4 : 3, 2, {{all, 1, 1, in[0].channels}, {all, 1, 1, hidden}, {all}, {all}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return std::int64_t{in[0].height} * 3 * hidden * (in[0].channels + hidden);
  }

  /// h, then room for what the candidate reads of it.
  [[nodiscard]] constexpr int carried(const shapes&) const { return 2 * hidden; }
  template <class In, class Weights, class Value>
  constexpr void step(const In& in, const Weights& weights, int y, Value* state, Value* row) const {
    Value* const before = state;
    Value* const kept = state + hidden;
    const auto of_input = [&](int which, int k) {
      return detail::of_features<Value>(in, y, weights, which * hidden + k);
    };
    const auto of_output = [&](int which, int k, const Value* values) {
      const int at = which * hidden + k;
      const auto h = [&](int i) { return values[i]; };
      return Value(weights.template get<3>()(at)) +
             detail::row_product<Value>(weights.template get<1>(), at, hidden, h);
    };
    const auto gate = [&](int which, int k) {
      return math::logistic(of_input(which, k) + of_output(which, k, before));
    };
    for (int k = 0; k < hidden && !reset_after; ++k) kept[k] = gate(1, k) * before[k];
    using std::tanh;
    for (int k = 0; k < hidden; ++k) {
      const Value recurrent =
          reset_after ? gate(1, k) * of_output(2, k, before) : of_output(2, k, kept);
      const Value update = gate(0, k);
      row[k] = update * before[k] + (Value(1) - update) * tanh(of_input(2, k) + recurrent);
    }
    for (int k = 0; k < hidden; ++k) before[k] = row[k];
  }
  friend constexpr bool operator==(const gru_attributes&, const gru_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
