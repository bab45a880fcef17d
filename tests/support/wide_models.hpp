// Models of int16 made at compile time from a number, against the definitions of their stages, bit
// by bit: 16x8 with each rounding, and every fourth of them of Q15.
#pragma once

#include <support/quantised_models.hpp>

namespace xenos_test {

/// What a stage makes: of Q15 what it reads, otherwise `scale`, within a factor of two.
template <unsigned S, xn::stream_type In>
constexpr xn::quantisation wide_about(double scale) {
  constexpr bool fractions = In.quantised.round == xn::rounding::down;
  return {fractions ? In.quantised.scale : about(S, scale).scale};
}
template <auto Order, unsigned S>
auto fraction_weights() {
  static const auto weights =
      random_integers<std::int16_t>(std::size_t(Order.logical().elements()));
  static const auto bias = random_integers<std::int32_t>(std::size_t(Order.logical().out));
  static const std::vector<std::int64_t> wide(bias.begin(), bias.end());
  xn::layer<Order, std::int16_t, std::int64_t> layer;
  layer.weights = decltype(layer.weights)(weights.data());
  layer.bias = decltype(layer.bias)(wide.data());
  return layer;
}
template <auto Order, unsigned S>
auto bytes_weights() {
  static const random_layer<Order, Order.logical().out, std::int64_t> layer;
  return layer.views();
}
/// `Op` with weights in `Order`.
template <auto Op, auto Order, xn::stream_type In, unsigned S>
auto wide_layer_of() {
  constexpr int terms = Order.logical().height * Order.logical().width * Order.logical().in;
  constexpr auto op =
      with_to(Op, wide_about<S, In>(In.quantised.scale * 0.2 * xn::math::square_root(terms)));
  if constexpr (In.quantised.round == xn::rounding::down) {
    return xn::detail::stage_of_layer<op>(fraction_weights<Order, S>());
  } else {
    return xn::detail::stage_of_layer<op>(bytes_weights<Order, S>());
  }
}

/// One operation on a stream; with Keep its shape stays.
template <unsigned S, xn::stream_type In, bool Keep>
auto wide_stage() {
  constexpr xn::shape in = In.extent;
  constexpr int kind = draw(S, 76, Keep ? 12 : 21);
  if constexpr (kind < 3) {
    constexpr xn::conv op = pick_conv(S, in, Keep);
    constexpr xn::ohwi order{op.out, op.kernel.height, op.kernel.width, in.channels / op.groups};
    return wide_layer_of<op, order, In, S>();
  } else if constexpr (kind < 5) {
    constexpr xn::depthwise op = pick_depthwise(S, in, Keep);
    constexpr xn::hwo order{op.kernel.height, op.kernel.width, in.channels * op.multiplier};
    return wide_layer_of<op, order, In, S>();
  } else if constexpr (kind == 5) {
    if constexpr (in.width == 1)
      return wide_layer_of<xn::fc{.out = in.channels}, xn::oi{in.channels, in.channels}, In, S>();
    else
      return xn::softmax;
  } else if constexpr (kind == 6) {
    return xn::average_pool2d<pick_pool<xn::average_pool>(S, in, Keep)>;
  } else if constexpr (kind == 7) {
    return xn::max_pool2d<pick_pool<xn::max_pool>(S, in, Keep)>;
  } else if constexpr (kind == 8) {
    return xn::leaky_relu<xn::slope{0.3F, wide_about<S, In>(In.quantised.scale)}>;
  } else if constexpr (kind == 9) {
    if constexpr (draw(S, 82, 2) == 0)
      return xn::sigmoid;
    else
      return xn::tanh;
  } else if constexpr (kind == 10) {
    return xn::gain<xn::gain_attributes{draw(S, 83, 2) == 0 ? -0.3F : 2.7F}> | xn::relu;
  } else if constexpr (kind == 11) {
    return xn::quantize<wide_about<S, In>(In.quantised.scale), std::int16_t> | xn::relu6;
  } else if constexpr (kind < 14) {
    constexpr xn::transposed_conv op = pick_transposed(S, in);
    constexpr xn::ohwi order{op.out, op.kernel.height, op.kernel.width, in.channels / op.groups};
    return wide_layer_of<op, order, In, S>();
  } else if constexpr (kind == 14) {
    return xn::pad<xn::zero_pad{draw(S, 32, 3), draw(S, 33, 3), draw(S, 34, 2), draw(S, 35, 3)}>;
  } else if constexpr (kind == 15) {
    return xn::crop<pick_slice(S, in)>;
  } else if constexpr (kind == 16) {
    constexpr xn::axes over = pick_axes(S);
    constexpr xn::quantisation to = wide_about<S, In>(In.quantised.scale / 2);
    return xn::reduce_mean<xn::axes{over.rows, over.columns, over.channels, to}>;
  } else if constexpr (kind == 17) {
    return xn::permute<pick_order(S)>;
  } else if constexpr (kind == 18) {
    return xn::resize_nearest<xn::nearest{{1 + draw(S, 54, 2), 1 + draw(S, 55, 2)}}>;
  } else if constexpr (kind == 19) {
    return xn::quantize<about(S, 0.04)> | xn::relu |
           xn::quantize<wide_about<S, In>(In.quantised.scale), std::int16_t>;
  } else {
    return xn::sliding_pool < 1 + draw(S, 77, 3),
           draw(S, 78, 2) == 0 ? xn::pooling::average : xn::pooling::maximum > ;
  }
}

template <unsigned S, class Context>
auto wide_block() {
  constexpr xn::stream_type in = stream_of<Context>::what;
  constexpr xn::quantisation to = wide_about<S, in>(in.quantised.scale * 2.0);
  constexpr int kind = draw(S, 79, 8);
  if constexpr (kind == 0) {
    return xn::residual<to>(wide_stage<part(S, 1), in, true>());
  } else if constexpr (kind == 1) {
    return xn::fork(wide_stage<part(S, 1), in, true>(), wide_stage<part(S, 2), in, true>()) |
           xn::sub_to<to> | xn::relu;
  } else if constexpr (kind == 2) {
    constexpr xn::quantisation q = in.quantised;
    constexpr xn::quantisation product = wide_about<S, in>(double(q.scale) * q.scale * 9000);
    return xn::fork(xn::identity,
                    wide_stage<part(S, 1), in, true>() | xn::quantize<q, std::int16_t>) |
           xn::mul_to<product>;
  } else {
    return wide_stage<S, in, false>();
  }
}
template <unsigned S, int Left, class Context>
auto grow_wide() {
  if constexpr (Left == 0) {
    if constexpr (draw(S, 80, 2) == 0)
      return xn::dequantize;
    else
      return xn::identity;
  } else {
    const auto block = wide_block<S, Context>();
    using next = behind<std::remove_cvref_t<decltype(block)>, Context>;
    return block | grow_wide<part(S, 4), Left - 1, next>();
  }
}

/// The model of number S.
template <unsigned S>
auto wide_model() {
  constexpr auto round = static_cast<xn::rounding>(S % 4);
  constexpr xn::quantisation q =
      round == xn::rounding::down ? xn::q15 : as_rounded({about(S, 3e-4).scale}, round);
  const auto start = xn::input<std::int16_t, at_least_one(some_input(S)), q>;
  using context = typename std::remove_cvref_t<decltype(start)>::end;
  return start | grow_wide<part(S, 5), 3, context>();
}

}  // namespace xenos_test
