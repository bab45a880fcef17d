// BERT-S: a transformer encoder of 4 layers, hidden size 512, 8 heads, feed forward 2048, for
// sequences of 128 tokens (Turc et al. 2019, "Well-read students learn better", BERT-Small; layers
// as in Devlin et al. 2018: normalisation behind each residual, exact GELU). With a causal window
// it is a decoder, which also runs live.
#pragma once

#include <xenos/xenos.hpp>

#include <utility>

namespace models {

namespace xn = xenos;

/// The extents of an encoder. `window`: each token sees itself and those before, at most so many;
/// 0: all tokens.
struct bert_size {
  int layers = 4;
  int hidden = 512;
  int heads = 8;
  int inner = 2048;
  int window = 0;
};

template <int Channels>
struct norm_weights {
  xn::channel_weights<float, Channels> gamma;
  xn::channel_weights<float, Channels> beta;
};

template <bert_size Size>
struct bert_layer_weights {
  xn::layer<xn::oi{Size.hidden, Size.hidden}> query, key, value, output;
  norm_weights<Size.hidden> attention_norm;
  xn::layer<xn::oi{Size.inner, Size.hidden}> expand;
  xn::layer<xn::oi{Size.hidden, Size.inner}> contract;
  norm_weights<Size.hidden> norm;
};

template <bert_size Size = bert_size{}>
struct bert_weights {
  bert_layer_weights<Size> layers[Size.layers];
};

// clang-format off
template <bert_size Size>
constexpr auto bert_layer(const bert_layer_weights<Size>& w) {
  constexpr xn::fc hidden{.out = Size.hidden};
  constexpr xn::layer_norm_attributes norm{.epsilon = 1e-12F};
  constexpr xn::attention_attributes attention{
      .heads = Size.heads, .causal = Size.window > 0, .window = Size.window};
  return xn::residual(xn::fork(xn::dense<hidden>(w.query), xn::dense<hidden>(w.key),
                               xn::dense<hidden>(w.value))
                    | xn::attention<attention> | xn::dense<hidden>(w.output))
       | xn::layer_norm<norm>(w.attention_norm.gamma, w.attention_norm.beta)
       | xn::residual(xn::dense<xn::fc{.out = Size.inner}>(w.expand) | xn::gelu
                    | xn::dense<hidden>(w.contract))
       | xn::layer_norm<norm>(w.norm.gamma, w.norm.beta);
}
// clang-format on

/// The layers of `steps` embedded tokens, {steps, 1, hidden}; xn::unbounded for a stream.
template <int Steps, bert_size Size>
constexpr auto bert_encoder(const bert_weights<Size>& w) {
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return (xn::input<float, xn::sequence(Steps, Size.hidden)> | ... | bert_layer(w.layers[I]));
  }
  (std::make_integer_sequence<int, Size.layers>{});
}

}  // namespace models
