// The names under which models write their stages.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/expr/compose.hpp>
#include <xenos/expr/marks.hpp>
#include <xenos/expr/stage.hpp>
#include <xenos/ops/activation.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/dense.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/reorganise.hpp>
#include <xenos/ops/row_pool.hpp>
#include <xenos/ops/softmax.hpp>

namespace xenos::inline XENOS_ABI {

/// The weights of one layer as one argument: anything with members `weights` and `bias`.
template <class T>
concept layer_weights = requires(const T layer) {
  layer.weights.order;
  layer.bias.order;
};

// Layers with weights: `conv2d<conv{...}>(weights)`, `(weights, bias)`, or `(layer)` where layer
// has members weights and bias. See each operation for shapes.

template <conv Attributes, class... Views>
constexpr auto conv2d(Views... views) {
  return stage_of<Attributes>(views...);
}
template <conv Attributes, layer_weights Layer>
constexpr auto conv2d(const Layer& layer) {
  return stage_of<Attributes>(layer.weights, layer.bias);
}
template <depthwise Attributes, class... Views>
constexpr auto depthwise2d(Views... views) {
  return stage_of<Attributes>(views...);
}
template <depthwise Attributes, layer_weights Layer>
constexpr auto depthwise2d(const Layer& layer) {
  return stage_of<Attributes>(layer.weights, layer.bias);
}
template <fc Attributes, class... Views>
constexpr auto dense(Views... views) {
  return stage_of<Attributes>(views...);
}
template <fc Attributes, layer_weights Layer>
constexpr auto dense(const Layer& layer) {
  return stage_of<Attributes>(layer.weights, layer.bias);
}
/// Batch normalisation with gamma, beta, mean, variance.
template <batch_norm_attributes Attributes = batch_norm_attributes{}, class... Views>
constexpr auto batch_norm(Views... views) {
  return stage_of<Attributes>(views...);
}

template <average_pool Attributes>
inline constexpr stage<Attributes> average_pool2d{};
template <max_pool Attributes>
inline constexpr stage<Attributes> max_pool2d{};
inline constexpr stage<global_pool<pooling::average>{}> global_average_pool{};
inline constexpr stage<global_pool<pooling::maximum>{}> global_max_pool{};

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

/// The slope of leaky_relu for negative values.
struct slope {
  float alpha = 0.01F;
};
template <slope Slope = slope{}>
inline constexpr stage<activation<function::leaky_relu>{Slope.alpha}> leaky_relu{};

inline constexpr stage<elementwise<join::add>{}> add{};
inline constexpr stage<elementwise<join::mul>{}> mul{};
inline constexpr stage<concat_channels{}> concat{};
inline constexpr stage<flatten_all{}> flatten{};
inline constexpr stage<softmax_attributes{}> softmax{};
template <zero_pad Attributes>
inline constexpr stage<Attributes> pad{};
template <shape To>
inline constexpr stage<reshape_to{To}> reshape{};

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

}  // namespace xenos::inline XENOS_ABI
