// LSTM layers one behind the other, over sequences of `Steps` rows; the outputs of every step.
#pragma once

#include <array>
#include <utility>
#include <xenos/xenos.hpp>

namespace models {

namespace xn = xenos;

template <int Features, int Hidden>
struct lstm_layer_weights {
  xn::weights<float, xn::oi{4 * Hidden, Features}> input;
  xn::weights<float, xn::oi{4 * Hidden, Hidden}> recurrent;
  xn::channel_weights<float, 4 * Hidden> bias;
};

template <int Features, int Hidden, int Layers>
struct lstm_stack_weights {
  lstm_layer_weights<Features, Hidden> first;
  std::array<lstm_layer_weights<Hidden, Hidden>, Layers - 1> rest;
};

template <int Features, int Hidden>
constexpr auto lstm_layer(const lstm_layer_weights<Features, Hidden>& w) {
  return xn::lstm<xn::lstm_attributes{.hidden = Hidden}>(w.input, w.recurrent, w.bias);
}

template <int Steps, int Features, int Hidden, int Layers>
constexpr auto lstm_stack(const lstm_stack_weights<Features, Hidden, Layers>& w) {
  const auto first = xn::input<float, xn::sequence(Steps, Features)> | lstm_layer(w.first);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (first | ... | lstm_layer(w.rest[I]));
  }
  (std::make_index_sequence<Layers - 1>{});
}

}  // namespace models
