// Models of int8 made at compile time from a number, against the definitions of their stages, bit
// by bit: under other plans, on other targets, with each rounding.
#pragma once

#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <support/quantised_net.hpp>
#include <support/template_models.hpp>

namespace xenos_test {

/// The stream that a context with one has.
template <class Context>
struct stream_of;
template <xn::stream_type What, class... Taps>
struct stream_of<xn::context<xn::streams<What>, Taps...>> {
  static constexpr xn::stream_type what = What;
};

constexpr int some_zero(unsigned s) {
  constexpr int all[] = {-128, -100, 0, -1, 3, -77, 30, 41};
  return all[draw(s, 70, 8)];
}
/// A quantisation whose scale is `about` so much, within a factor of two.
constexpr xn::quantisation about(unsigned s, double scale) {
  const double some = scale * (0.5 + draw(s, 71, 1000) / 667.0);
  return {static_cast<float>(some < 1e-5 ? 1e-5 : some > 1e5 ? 1e5 : some), some_zero(s)};
}
/// What a layer of `terms` products makes: most results within int8, some not.
constexpr xn::quantisation behind_layer(unsigned s, const xn::quantisation& in, int terms) {
  return about(s, in.scale * 0.2 * xn::math::square_root(terms));
}
constexpr xn::quantisation as_rounded(xn::quantisation q, xn::rounding round) {
  q.round = round;
  return q;
}

template <class Op>
constexpr Op with_to(Op op, const xn::quantisation& to) {
  op.to = to;
  return op;
}

/// A layer's weights; they live as long as the test.
template <auto Order, unsigned S, int Scales = Order.logical().out>
auto quantised_weights() {
  static const random_layer<Order, Scales> layer;
  return layer.views();
}

template <xn::conv Op, int Channels, xn::quantisation In, unsigned S>
auto quantised_conv() {
  constexpr xn::ohwi order{Op.out, Op.kernel.height, Op.kernel.width, Channels / Op.groups};
  constexpr auto op = with_to(Op, behind_layer(S, In, order.height * order.width * order.in));
  return xn::conv2d<op>(quantised_weights < order, S, draw(S, 72, 4) == 0 ? 1 : Op.out > ());
}
template <xn::depthwise Op, int Channels, xn::quantisation In, unsigned S>
auto quantised_depthwise() {
  constexpr xn::hwo order{Op.kernel.height, Op.kernel.width, Channels * Op.multiplier};
  constexpr auto op = with_to(Op, behind_layer(S, In, order.height * order.width));
  return xn::depthwise2d<op>(quantised_weights<order, S>());
}
template <xn::transposed_conv Op, int Channels, xn::quantisation In, unsigned S>
auto quantised_transposed() {
  constexpr xn::ohwi order{Op.out, Op.kernel.height, Op.kernel.width, Channels / Op.groups};
  constexpr auto op = with_to(Op, behind_layer(S, In, order.height * order.width * order.in));
  return xn::transposed_conv2d<op>(quantised_weights<order, S>());
}
template <int Out, int Channels, xn::quantisation In, unsigned S>
auto quantised_dense() {
  constexpr xn::fc op{.out = Out, .to = behind_layer(S, In, Channels)};
  return xn::dense<op>(quantised_weights<xn::oi{Out, Channels}, S, 1>());
}

template <unsigned S, xn::stream_type In>
auto quantised_activation() {
  constexpr xn::quantisation to = about(S, In.quantised.scale);
  constexpr int kind = draw(S, 73, 12);
  if constexpr (kind == 0) return xn::relu6;
  if constexpr (kind == 1) return xn::relu_n1_to_1;
  if constexpr (kind == 2) return xn::leaky_relu<xn::slope{0.3F, to}>;
  if constexpr (kind == 3) return xn::sigmoid;
  if constexpr (kind == 4) return xn::tanh;
  if constexpr (kind == 5) return xn::hard_swish_to<to>;
  if constexpr (kind == 6) return xn::gelu_to<to>;
  if constexpr (kind == 7) return xn::gelu_tanh_to<to>;
  if constexpr (kind == 8) return xn::quantize<to>;
  if constexpr (kind == 9) {
    static const auto alphas = random_integers<std::int8_t>(std::size_t(In.extent.channels));
    constexpr xn::quantisation of_alpha{0.01F, draw(S, 74, 9) - 4};
    return xn::prelu_to<to, of_alpha>(
        xn::channel_weights<std::int8_t, In.extent.channels>(alphas.data()));
  }
  if constexpr (kind == 10) return xn::quantize<to> | xn::relu;
  if constexpr (kind == 11) return xn::relu;
}

template <unsigned S, xn::stream_type In>
auto quantised_reduction() {
  constexpr xn::axes one = pick_axes(S);
  constexpr double count = (one.rows ? In.extent.height : 1) * (one.columns ? In.extent.width : 1) *
                           (one.channels ? In.extent.channels : 1);
  constexpr xn::axes sum{one.rows, one.columns, one.channels,
                         about(S, In.quantised.scale * xn::math::square_root(count))};
  constexpr xn::axes mean{one.rows, one.columns, one.channels, about(S, In.quantised.scale / 2)};
  constexpr int kind = draw(S, 75, 5);
  if constexpr (kind == 0) return xn::reduce_sum<sum>;
  if constexpr (kind == 1) return xn::reduce_mean<mean>;
  if constexpr (kind == 2) return xn::reduce_mean<one>;
  if constexpr (kind == 3) return xn::reduce_max<one>;
  if constexpr (kind == 4) return xn::reduce_min<one>;
}

/// One operation on a stream; with Keep its shape stays.
template <unsigned S, xn::stream_type In, bool Keep>
auto quantised_stage() {
  constexpr xn::shape in = In.extent;
  constexpr xn::quantisation q = In.quantised;
  constexpr int kind = draw(S, 76, Keep ? 9 : 25);
  if constexpr (kind < 2) {
    return quantised_conv<pick_conv(S, in, Keep), in.channels, q, S>();
  } else if constexpr (kind == 2) {
    return quantised_conv<pick_conv(S, in, Keep), in.channels, q, S>() | xn::relu;
  } else if constexpr (kind == 3) {
    return quantised_depthwise<pick_depthwise(S, in, Keep), in.channels, q, S>();
  } else if constexpr (kind < 6) {
    return quantised_activation<S, In>();
  } else if constexpr (kind == 6) {
    if constexpr (in.width == 1)
      return quantised_dense<in.channels, in.channels, q, S>();
    else
      return xn::softmax;
  } else if constexpr (kind == 7) {
    return xn::average_pool2d<pick_pool<xn::average_pool>(S, in, Keep)>;
  } else if constexpr (kind == 8) {
    return xn::max_pool2d<pick_pool<xn::max_pool>(S, in, Keep)>;
  } else if constexpr (kind < 12) {
    return quantised_transposed<pick_transposed(S, in), in.channels, q, S>();
  } else if constexpr (kind == 12) {
    return xn::pad<xn::zero_pad{draw(S, 32, 3), draw(S, 33, 3), draw(S, 34, 2), draw(S, 35, 3)}>;
  } else if constexpr (kind == 13 && in.elements() < 3000) {
    return xn::reshape<pick_shape(S, in)>;
  } else if constexpr (kind == 14 && in.row() < 300) {
    constexpr int out = some_channels(S);
    return xn::reshape<xn::sequence(in.height, in.row())> | quantised_dense<out, in.row(), q, S>();
  } else if constexpr (kind < 18 && in.elements() < 3000) {
    constexpr xn::extent2 factor{1 + draw(S, 54, 3), 1 + draw(S, 55, 3)};
    if constexpr (draw(S, 56, 3) == 0)
      return xn::resize_nearest<xn::nearest{factor}>;
    else
      return xn::resize_bilinear<xn::bilinear{factor, draw(S, 57, 2) == 0}>;
  } else if constexpr (kind == 18) {
    return xn::crop<pick_slice(S, in)>;
  } else if constexpr (kind < 22) {
    return quantised_reduction<S, In>();
  } else if constexpr (kind == 22) {
    return xn::permute<pick_order(S)>;
  } else if constexpr (kind == 23) {
    return xn::shuffle_channels<xn::channel_shuffle{std::gcd(in.channels, 2 + draw(S, 53, 5))}>;
  } else {
    return xn::sliding_pool < 1 + draw(S, 77, 3),
           draw(S, 78, 2) == 0 ? xn::pooling::average : xn::pooling::maximum > ;
  }
}

template <unsigned S, class Context>
auto quantised_block() {
  constexpr xn::stream_type in = stream_of<Context>::what;
  constexpr xn::quantisation q = in.quantised;
  constexpr xn::quantisation to = about(S, q.scale * 2);
  constexpr int kind = draw(S, 79, 17);
  if constexpr (kind == 0) {
    return xn::residual<to>(quantised_stage<part(S, 1), in, true>());
  } else if constexpr (kind == 1) {
    return xn::fork(quantised_stage<part(S, 1), in, true>(),
                    quantised_stage<part(S, 2), in, true>()) |
           xn::add_to<to> | xn::relu;
  } else if constexpr (kind == 2) {
    constexpr xn::quantisation product = about(S, double(q.scale) * q.scale * 60);
    return xn::fork(xn::identity, quantised_stage<part(S, 1), in, true>() | xn::quantize<q>) |
           xn::mul_to<product>;
  } else if constexpr (kind == 3) {
    constexpr xn::conv narrow{.out = 1 + draw(S, 41, 7)};
    return xn::fork(quantised_conv<narrow, in.extent.channels, q, S>() | xn::quantize<to>,
                    quantised_stage<part(S, 1), in, true>() | xn::quantize<to>) |
           xn::concat;
  } else if constexpr (kind == 4 && in.extent.channels % 2 == 0) {
    return xn::split_into(xn::relu, xn::identity) | xn::concat;
  } else if constexpr (kind == 5) {
    return quantised_stage<S, in, true>() | xn::unlink | xn::relu6;
  } else if constexpr (kind < 9) {
    return quantised_activation<S, in>();
  } else if constexpr (kind == 9) {
    return xn::crop<pick_slice(S, in.extent)>;
  } else {
    return quantised_stage<S, in, false>();
  }
}

template <unsigned S, class Context>
auto quantised_end() {
  constexpr xn::stream_type in = stream_of<Context>::what;
  constexpr int kind = draw(S, 80, 5);
  if constexpr (kind == 0) {
    return xn::global_average_pool | quantised_dense<9, in.extent.channels, in.quantised, S>() |
           xn::softmax;
  } else if constexpr (kind == 1) {
    return xn::global_max_pool | quantised_activation<S, in>();
  } else if constexpr (kind == 2 && in.extent.elements() < 2000) {
    return xn::flatten | quantised_dense<5, int(in.extent.elements()), in.quantised, S>();
  } else if constexpr (kind == 3) {
    return xn::dequantize | xn::relu6;
  } else {
    return xn::identity;
  }
}

template <unsigned S, int Left, class Context>
auto grow_quantised() {
  if constexpr (Left == 0) {
    return quantised_end<S, Context>();
  } else {
    const auto block = quantised_block<S, Context>();
    using next = behind<std::remove_cvref_t<decltype(block)>, Context>;
    return block | grow_quantised<part(S, 4), Left - 1, next>();
  }
}

/// The model of number S.
template <unsigned S>
auto quantised_model() {
  constexpr xn::shape in = at_least_one(some_input(S));
  constexpr auto round = static_cast<xn::rounding>(S % 3);
  constexpr xn::quantisation q = as_rounded(about(S, 0.04), round);
  const auto grown = [](auto start) {
    using context = typename decltype(start)::end;
    return start | grow_quantised<part(S, 5), 3 + draw(S, 62, 3), context>();
  };
  if constexpr (draw(S, 81, 4) == 0) {
    return grown(xn::input<float, in> | xn::quantize<q>);
  } else {
    return grown(xn::input<std::int8_t, in, q>);
  }
}

/// How often each operation ran on int8, by rounding.
using operation_counts = std::map<std::string, std::array<int, 3>>;

template <unsigned S>
void count_operations(operation_counts& counts) {
  using trace = xn::traced<decltype(quantised_model<S>())>;
  for (int i = 0; i < trace::size; ++i) {
    const xn::record& r = trace::records[i];
    if (r.kind != xn::role::operation) continue;
    const xn::record& from = trace::records[r.from[0]];
    const bool integers = r.type == xn::dtype::i8 || from.type == xn::dtype::i8;
    const auto round = (r.type == xn::dtype::i8 ? r : from).quantised.round;
    if (integers) ++counts[r.name][std::size_t(round)];
  }
}
inline void print(const operation_counts& counts) {
  std::printf("%-24s %6s %6s %9s\n", "stages of int8", "twice", "once", "half_even");
  for (const auto& [name, by] : counts) {
    std::printf("%-24s %6d %6d %9d\n", name.c_str(), by[0], by[1], by[2]);
  }
}

/// How many models there are; files of tests take some each.
inline constexpr unsigned quantised_models = 40;

template <unsigned... S>
operation_counts count_all(std::integer_sequence<unsigned, S...>) {
  operation_counts counts;
  (count_operations<S>(counts), ...);
  return counts;
}

/// One model against its definitions: stage by stage on the host, and with nothing fused or linked;
/// planned for little memory, and in one more way, on several cores among others.
template <unsigned S>
void check_quantised_model() {
  INFO("model " << S);
  const auto model = quantised_model<S>();
  const auto net = xn::link<xn::targets::host>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  using other = host_variant<S % 12>;
  constexpr xn::target little = S % 2 == 0 ? generic_small : cortex_small;
  constexpr xn::planning apart{.fuse = false, .link = false};
  for (int image = 0; image < 2; ++image) {
    const std::vector<double> in = random_input<net_type>();
    const record_tensors want = define_records(net, in);
    CHECK(difference(net, in, want) == "");
    CHECK(difference(xn::link<xn::targets::host, apart>(model), in, want) == "");
    CHECK(run_net(xn::link<little>(model), in) == want.back());
    CHECK(run_net(xn::link<other::on, other::policy>(model), in) == want.back());
  }
}
template <unsigned First, unsigned... S>
void check_quantised_models(std::integer_sequence<unsigned, S...>) {
  (check_quantised_model<First + S>(), ...);
}
/// The models of the `Part`-th of four files.
template <unsigned Part>
void check_quantised_models() {
  constexpr unsigned each = quantised_models / 4;
  check_quantised_models<Part * each>(std::make_integer_sequence<unsigned, each>{});
}

}  // namespace xenos_test
