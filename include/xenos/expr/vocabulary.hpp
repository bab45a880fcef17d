// The names under which models write their stages.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/fixed_point.hpp>
#include <xenos/expr/compose.hpp>
#include <xenos/expr/marks.hpp>
#include <xenos/expr/sequence.hpp>
#include <xenos/expr/stage.hpp>
#include <xenos/ops/activation.hpp>
#include <xenos/ops/attention.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/dense.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/embedding.hpp>
#include <xenos/ops/gain.hpp>
#include <xenos/ops/group_norm.hpp>
#include <xenos/ops/matmul.hpp>
#include <xenos/ops/norm.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/quantize.hpp>
#include <xenos/ops/ranking.hpp>
#include <xenos/ops/recurrent.hpp>
#include <xenos/ops/reduce.hpp>
#include <xenos/ops/reorganise.hpp>
#include <xenos/ops/row_pool.hpp>
#include <xenos/ops/shuffle.hpp>
#include <xenos/ops/slice.hpp>
#include <xenos/ops/softmax.hpp>
#include <xenos/ops/transposed_conv.hpp>
#include <xenos/ops/upsample.hpp>
#include <xenos/ops/with_constant.hpp>

#include <utility>

namespace xenos::inline XENOS_ABI {

/// The weights of one layer as one argument: anything with members `weights` and `bias`.
template <class T>
concept layer_weights = requires(const T layer) {
  layer.weights.order;
  layer.bias.order;
};

/// The same of a layer of int8, with `scales`.
template <class T>
concept quantised_layer_weights = layer_weights<T> && requires(const T layer) {
  layer.scales.order;
};

namespace detail {

template <auto Op, layer_weights Layer>
constexpr auto stage_of_layer(const Layer& layer) {
  if constexpr (quantised_layer_weights<Layer>) {
    return stage_of<Op>(layer.weights, layer.scales, layer.bias);
  } else {
    return stage_of<Op>(layer.weights, layer.bias);
  }
}

}  // namespace detail

// Layers with weights: `conv2d<conv{...}>(weights)`, `(weights, bias)`, or `(layer)` where layer
// has members weights and bias. Behind a stream of int8 `(weights, scales)`, `(weights, scales,
// bias)` or a quantised_layer. See each operation for shapes.

template <conv Attributes, class... Views>
constexpr auto conv2d(Views... views) {
  return stage_of<Attributes>(views...);
}
template <conv Attributes, layer_weights Layer>
constexpr auto conv2d(const Layer& layer) {
  return detail::stage_of_layer<Attributes>(layer);
}
template <transposed_conv Attributes, class... Views>
constexpr auto transposed_conv2d(Views... views) {
  return stage_of<Attributes>(views...);
}
template <transposed_conv Attributes, layer_weights Layer>
constexpr auto transposed_conv2d(const Layer& layer) {
  return detail::stage_of_layer<Attributes>(layer);
}
template <depthwise Attributes, class... Views>
constexpr auto depthwise2d(Views... views) {
  return stage_of<Attributes>(views...);
}
template <depthwise Attributes, layer_weights Layer>
constexpr auto depthwise2d(const Layer& layer) {
  return detail::stage_of_layer<Attributes>(layer);
}
template <fc Attributes, class... Views>
constexpr auto dense(Views... views) {
  return stage_of<Attributes>(views...);
}
template <fc Attributes, layer_weights Layer>
constexpr auto dense(const Layer& layer) {
  return detail::stage_of_layer<Attributes>(layer);
}
/// Recurrent layers: `lstm<lstm_attributes{...}>(input_weights, recurrent_weights, bias)`, and the
/// same of `gru`, which with reset_after takes a recurrent bias too.
template <lstm_attributes Attributes, class... Views>
constexpr auto lstm(Views... views) {
  return stage_of<Attributes>(views...);
}
template <gru_attributes Attributes, class... Views>
constexpr auto gru(Views... views) {
  return stage_of<Attributes>(views...);
}
/// `input<std::int32_t, sequence(steps, 1)> | embedding<embedding_attributes{...}>(table)`.
template <embedding_attributes Attributes, class... Views>
constexpr auto embedding(Views... views) {
  return stage_of<Attributes>(views...);
}
/// Adds a row of the table for each step: `positions<position_attributes{.rows = 512}>(table)`.
template <position_attributes Attributes, class... Views>
constexpr auto positions(Views... views) {
  return stage_of<Attributes>(views...);
}
/// `fork(queries, keys, values) | attention<attention_attributes{.heads = 8}>`, with `mask` a
/// fourth branch.
template <attention_attributes Attributes = attention_attributes{}>
inline constexpr stage<Attributes> attention{};
/// `fork(a, b) | matmul<matmul_attributes{...}>`.
template <matmul_attributes Attributes = matmul_attributes{}>
inline constexpr stage<Attributes> matmul{};

/// Batch normalisation with gamma, beta, mean, variance.
template <batch_norm_attributes Attributes = batch_norm_attributes{}, class... Views>
constexpr auto batch_norm(Views... views) {
  return stage_of<Attributes>(views...);
}

/// Normalisation of each pixel's channels: `layer_norm<>(gamma, beta)`, `(gamma)` or `()`.
template <layer_norm_attributes Attributes = layer_norm_attributes{}, class... Views>
constexpr auto layer_norm(Views... views) {
  return stage_of<Attributes>(views...);
}
/// `rms_norm<>(gamma)` or `()`.
template <rms_norm_attributes Attributes = rms_norm_attributes{}, class... Views>
constexpr auto rms_norm(Views... views) {
  return stage_of<Attributes>(views...);
}

/// `group_norm<group_norm_attributes{.groups = 8}>(gamma, beta)`, `(gamma)` or `()`: two stages, of
/// which the first needs the whole image.
template <group_norm_attributes Attributes, class... Views>
constexpr auto group_norm(Views... views) {
  return fork(identity, stage<group_moments{Attributes.groups}>{}) | stage_of<Attributes>(views...);
}

/// PReLU with its alphas, one a channel.
template <class... Views>
constexpr auto prelu(Views... views) {
  return stage_of<prelu_attributes{}>(views...);
}

template <average_pool Attributes>
inline constexpr stage<Attributes> average_pool2d{};
template <max_pool Attributes>
inline constexpr stage<Attributes> max_pool2d{};
inline constexpr stage<global_pool<pooling::average>{}> global_average_pool{};
inline constexpr stage<global_pool<pooling::maximum>{}> global_max_pool{};

// The same over sequences {steps, 1, features}: of the two-dimensional stages, with a width of 1.
// Weights are {out, kernel, in}: `oki`, `oik` or `kio`; of a depthwise layer `ko` or `ok`.

template <conv_1d Attributes, class... Views>
constexpr auto conv1d(Views... views) {
  return sequence_node<Attributes>{} | conv2d<Attributes.over_rows()>(views...);
}
template <conv_1d Attributes, layer_weights Layer>
constexpr auto conv1d(const Layer& layer) {
  return sequence_node<Attributes>{} | conv2d<Attributes.over_rows()>(layer);
}
template <depthwise_1d Attributes, class... Views>
constexpr auto depthwise1d(Views... views) {
  return sequence_node<Attributes>{} | depthwise2d<Attributes.over_rows()>(views...);
}
template <depthwise_1d Attributes, layer_weights Layer>
constexpr auto depthwise1d(const Layer& layer) {
  return sequence_node<Attributes>{} | depthwise2d<Attributes.over_rows()>(layer);
}
template <pool_1d Attributes>
inline constexpr auto average_pool1d =
    sequence_node<Attributes>{} | average_pool2d<Attributes.template over_rows<pooling::average>()>;
template <pool_1d Attributes>
inline constexpr auto max_pool1d =
    sequence_node<Attributes>{} | max_pool2d<Attributes.template over_rows<pooling::maximum>()>;

/// The axes that a reduction reduces to 1; of sums and means of int8, their quantisation.
struct axes {
  bool rows = false;
  bool columns = false;
  bool channels = false;
  quantisation to{};
};
template <reduction Kind, axes Over>
inline constexpr stage<reduce<Kind>{Over.rows, Over.columns, Over.channels, Over.to}> reduced{};
template <axes Over>
inline constexpr auto reduce_sum = reduced<reduction::sum, Over>;
template <axes Over>
inline constexpr auto reduce_mean = reduced<reduction::mean, Over>;
template <axes Over>
inline constexpr auto reduce_max = reduced<reduction::max, Over>;
template <axes Over>
inline constexpr auto reduce_min = reduced<reduction::min, Over>;
template <axes Over>
inline constexpr auto reduce_prod = reduced<reduction::prod, Over>;
// Over the channels of each pixel, as int32; of equal ones the first.
inline constexpr stage<ranked_indices<reduction::max>{}> argmax{};
inline constexpr stage<ranked_indices<reduction::min>{}> argmin{};
/// The K largest channels of each pixel in descending order: their values, their indices, and as
/// the end of a model both, values first.
template <int K>
inline constexpr stage<top_values_attributes{K}> top_values{};
template <int K>
inline constexpr stage<ranked_indices<reduction::max>{K}> top_indices{};
template <int K>
inline constexpr auto top_k = outputs(top_values<K>, top_indices<K>);

/// Average or maximum of the last `Rows` rows and all columns, for every `Stride`-th row.
template <int Rows, pooling Kind = pooling::average, int Stride = 1>
inline constexpr stage<row_pool<Kind>{Rows, Stride}> sliding_pool{};

inline constexpr stage<activation<function::relu>{}> relu{};
inline constexpr stage<activation<function::relu6>{}> relu6{};
inline constexpr stage<activation<function::relu_n1_to_1>{}> relu_n1_to_1{};
inline constexpr stage<activation<function::sigmoid>{}> sigmoid{};
inline constexpr stage<activation<function::tanh>{}> tanh{};
inline constexpr stage<activation<function::hard_swish>{}> hard_swish{};
inline constexpr stage<activation<function::gelu>{}> gelu{};
inline constexpr stage<activation<function::gelu_tanh>{}> gelu_tanh{};

/// The slope of leaky_relu for negative values; of int8, the quantisation that it makes.
struct slope {
  float alpha = 0.01F;
  quantisation to{};
};
template <slope Slope = slope{}>
inline constexpr stage<activation<function::leaky_relu>{Slope.alpha, Slope.to}> leaky_relu{};

// Activations of int8, into the quantisation `To`. Sigmoid and tanh need none where it is to be
// what TFLite demands: 1 / 256 with zero point -128, and 1 / 128 with zero point 0.

template <quantisation To>
inline constexpr stage<activation<function::sigmoid>{.to = To}> sigmoid_to{};
template <quantisation To>
inline constexpr stage<activation<function::tanh>{.to = To}> tanh_to{};
template <quantisation To>
inline constexpr stage<activation<function::hard_swish>{.to = To}> hard_swish_to{};
template <quantisation To>
inline constexpr stage<activation<function::gelu>{.to = To}> gelu_to{};
template <quantisation To>
inline constexpr stage<activation<function::gelu_tanh>{.to = To}> gelu_tanh_to{};
/// PReLU of int8, whose alphas are int8 of quantisation `Alpha`, one a channel.
template <quantisation To, quantisation Alpha, class... Views>
constexpr auto prelu_to(Views... views) {
  return stage_of<prelu_attributes{To, Alpha}>(views...);
}

/// Sums and products with a constant, one number a channel.
template <class... Views>
constexpr auto add_constant(Views... views) {
  return stage_of<with_constant<join::add>{}>(views...);
}
template <class... Views>
constexpr auto mul_constant(Views... views) {
  return stage_of<with_constant<join::mul>{}>(views...);
}
/// The same of int8, where the constant is int8 of quantisation `Constant`, into `To`.
template <quantisation To, quantisation Constant, class... Views>
constexpr auto add_constant_to(Views... views) {
  return stage_of<with_constant<join::add>{To, Constant}>(views...);
}
template <quantisation To, quantisation Constant, class... Views>
constexpr auto mul_constant_to(Views... views) {
  return stage_of<with_constant<join::mul>{To, Constant}>(views...);
}

inline constexpr stage<elementwise<join::add>{}> add{};
inline constexpr stage<elementwise<join::mul>{}> mul{};
inline constexpr stage<elementwise<join::sub>{}> sub{};
inline constexpr stage<elementwise<join::div>{}> div{};
inline constexpr stage<elementwise<join::maximum>{}> maximum{};
inline constexpr stage<elementwise<join::minimum>{}> minimum{};
/// fork(a, b, c) | mac: a * b + c.
inline constexpr stage<multiply_accumulate{}> mac{};
/// Of two streams of integers, into the quantisation `To`.
template <quantisation To>
inline constexpr stage<elementwise<join::add>{To}> add_to{};
template <quantisation To>
inline constexpr stage<elementwise<join::sub>{To}> sub_to{};
template <quantisation To>
inline constexpr stage<elementwise<join::mul>{To}> mul_to{};
/// Between float and integers, of type `T`, which are int8 if it is left out.
template <quantisation To, class T = std::int8_t>
inline constexpr stage<quantize_attributes<element<T>::type>{To}> quantize{};
inline constexpr stage<dequantize_attributes{}> dequantize{};
/// Each element times a constant.
template <gain_attributes Attributes>
inline constexpr stage<Attributes> gain{};
inline constexpr stage<concat_channels{}> concat{};
inline constexpr stage<flatten_all{}> flatten{};
inline constexpr stage<softmax_attributes{}> softmax{};
template <zero_pad Attributes>
inline constexpr stage<Attributes> pad{};
template <shape To>
inline constexpr stage<reshape_to{To}> reshape{};

template <slice Attributes>
inline constexpr stage<Attributes> crop{};
template <channel_shuffle Attributes>
inline constexpr stage<Attributes> shuffle_channels{};

/// The last row first.
inline constexpr stage<row_reversal{}> reverse_rows{};
template <transpose Attributes>
inline constexpr stage<Attributes> permute{};
template <nearest Attributes>
inline constexpr stage<Attributes> resize_nearest{};
template <bilinear Attributes>
inline constexpr stage<Attributes> resize_bilinear{};

namespace detail {

template <int... I, class... Branches>
constexpr auto split_branches(std::integer_sequence<int, I...>, const Branches&... branches) {
  return fork((stage<channel_part{I, sizeof...(I)}>{} | branches)...);
}

}  // namespace detail

/// TFLite's SPLIT along channels: like `fork`, but branch k reads the k-th of as many equal parts
/// of the channels as there are branches.
template <node... Branches>
constexpr auto split_into(const Branches&... branches) {
  return detail::split_branches(std::make_integer_sequence<int, sizeof...(Branches)>{},
                                branches...);
}

/// Two recurrent layers over a sequence, the second from its last row to its first: for each step
/// the output of `forward`, then that of `backward`, as ONNX's bidirectional LSTM and GRU have it.
template <node Forward, node Backward>
constexpr auto bidirectional(const Forward& forward, const Backward& backward) {
  return fork(forward, reverse_rows | backward | reverse_rows) | concat;
}

/// input + body(input).
template <node Body>
constexpr auto residual(Body body) {
  return fork(identity, body) | add;
}
/// shortcut(input) + body(input), for bodies that change the shape.
template <node Body, node Shortcut>
constexpr auto residual(Body body, Shortcut shortcut) {
  return fork(shortcut, body) | add;
}

/// The same of int8: the sum has the quantisation `To`.
template <quantisation To, node Body>
constexpr auto residual(Body body) {
  return fork(identity, body) | add_to<To>;
}
template <quantisation To, node Body, node Shortcut>
constexpr auto residual(Body body, Shortcut shortcut) {
  return fork(shortcut, body) | add_to<To>;
}

}  // namespace xenos::inline XENOS_ABI
