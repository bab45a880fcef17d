// BERT-S: a transformer encoder of 4 layers, hidden size 512, 8 heads, feed forward 2048, for
// sequences of 128 tokens (Turc et al. 2019, "Well-read students learn better", BERT-Small; layers
// as in Devlin et al. 2018: normalisation behind each residual, exact GELU). With a causal window
// it is a decoder, which also runs live.
#pragma once

#include <xenos/xenos.hpp>

#include <utility>

namespace models {

namespace xn = xenos;

/// The extents of a model. `window`: each token sees itself and those before, at most so many;
/// 0: all tokens.
struct bert_size {
  int layers = 4;
  int hidden = 512;
  int heads = 8;
  int inner = 2048;
  int window = 0;
  int vocabulary = 30522;
  int positions = 512;
  int segments = 2;
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

template <bert_size Size = bert_size{}>
struct bert_embedding_weights {
  xn::weights<float, xn::oi{Size.vocabulary, Size.hidden}> words;
  xn::weights<float, xn::oi{Size.positions, Size.hidden}> positions;
  xn::weights<float, xn::oi{Size.segments, Size.hidden}> segments;
  norm_weights<Size.hidden> norm;
};

inline constexpr xn::layer_norm_attributes bert_norm{.epsilon = 1e-12F};

// clang-format off
template <bert_size Size>
constexpr auto bert_layer(const bert_layer_weights<Size>& w) {
  constexpr xn::fc hidden{.out = Size.hidden};
  constexpr xn::attention_attributes attention{
      .heads = Size.heads, .causal = Size.window > 0, .window = Size.window};
  return xn::residual(xn::fork(xn::dense<hidden>(w.query), xn::dense<hidden>(w.key),
                               xn::dense<hidden>(w.value))
                    | xn::attention<attention> | xn::dense<hidden>(w.output))
       | xn::layer_norm<bert_norm>(w.attention_norm.gamma, w.attention_norm.beta)
       | xn::residual(xn::dense<xn::fc{.out = Size.inner}>(w.expand) | xn::gelu
                    | xn::dense<hidden>(w.contract))
       | xn::layer_norm<bert_norm>(w.norm.gamma, w.norm.beta);
}
// clang-format on

template <bert_size Size>
constexpr auto bert_layers(const bert_weights<Size>& w) {
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return (xn::identity | ... | bert_layer(w.layers[I]));
  }
  (std::make_integer_sequence<int, Size.layers>{});
}

/// The layers alone, of embedded tokens {Steps, 1, hidden}. Steps may be xn::unbounded.
template <int Steps, bert_size Size>
constexpr auto bert_encoder(const bert_weights<Size>& w) {
  return xn::input<float, xn::sequence(Steps, Size.hidden)> | bert_layers(w);
}

/// The whole model, of ids of tokens and of the segments that they belong to, each {Steps, 1, 1}.
template <int Steps, bert_size Size>
constexpr auto bert(const bert_embedding_weights<Size>& e, const bert_weights<Size>& w) {
  constexpr xn::embedding_attributes words{Size.vocabulary, Size.hidden};
  constexpr xn::embedding_attributes segments{Size.segments, Size.hidden};
  constexpr auto ids = xn::sequence(Steps, 1);
  return xn::fork(xn::input<std::int32_t, ids> | xn::embedding<words>(e.words),
                  xn::input<std::int32_t, ids, 1> | xn::embedding<segments>(e.segments)) |
         xn::add | xn::positions<xn::position_attributes{Size.positions}>(e.positions) |
         xn::layer_norm<bert_norm>(e.norm.gamma, e.norm.beta) | bert_layers(w);
}

}  // namespace models
