// Layers and operations of int16 and int32 against their definitions, bit by bit: shapes around the
// blocks of their kernels, dead channels, extreme biases; and the same models as streams.
#include <catch2/catch.hpp>
#include <cstdint>
#include <support/quantised_net.hpp>
#include <vector>
#include <xenos/xenos.hpp>

namespace xn = xenos;

namespace {

using xenos_test::check;
using xenos_test::check_net;
using xenos_test::check_splits;
using xenos_test::random_integers;
using xenos_test::random_layer;
using xn::quantisation;
using xn::rounding;

template <auto Order, int Scales = Order.logical().out>
using layer16x8 = random_layer<Order, Scales, std::int64_t>;

template <xn::shape Extent, quantisation Q>
constexpr auto image = xn::input<std::int16_t, Extent, Q>;

/// 16x8 with each kind of layer, and followers on their sums.
template <rounding Round>
auto layers() {
  static const layer16x8<xn::ohwi{9, 3, 3, 6}> a;
  static const layer16x8<xn::hwo{3, 3, 18}> b;
  static const layer16x8<xn::ohwi{21, 3, 4, 18}> c;
  static const layer16x8<xn::oi{13, 21}, 1> d;
  return image<xn::hwc{7, 6, 6}, quantisation{2e-4F, 0, Round}> |
         xn::conv2d<xn::conv{.out = 9, .kernel = {3, 3}, .to = {3e-4F}}>(a.views()) | xn::relu6 |
         xn::fork(xn::identity, xn::leaky_relu<xn::slope{0.3F, {2e-4F}}>) |
         xn::add_to<quantisation{4e-4F}> |
         xn::depthwise2d<xn::depthwise{
             .kernel = {3, 3}, .stride = {2, 1}, .multiplier = 2, .to = {2e-4F}}>(b.views()) |
         xn::average_pool2d<xn::average_pool{.kernel = {2, 2}}> |
         xn::transposed_conv2d<xn::transposed_conv{
             .out = 21, .kernel = {3, 4}, .stride = {2, 2}, .to = {5e-4F}}>(c.views()) |
         xn::tanh | xn::global_average_pool |
         xn::dense<xn::fc{.out = 13, .to = {1e-4F}}>(d.views()) | xn::softmax;
}

/// Convolutions: groups, dilations, patches that are read where they lie, more than 256 terms.
template <xn::conv Op, xn::shape In>
void check_conv() {
  constexpr xn::ohwi order{Op.out, Op.kernel.height, Op.kernel.width, In.channels / Op.groups};
  constexpr xn::conv op = [] {
    xn::conv with = Op;
    with.to = {7e-4F};
    return with;
  }();
  const layer16x8<order> layer;
  check_net(
      xn::link<xn::targets::host>(image<In, quantisation{2e-4F}> | xn::conv2d<op>(layer.views())));
}

/// What needs no weights; ends in int8 or float.
template <rounding Round>
auto operations() {
  return image<xn::hwc{6, 5, 8}, quantisation{2.5e-4F, 0, Round}> |
         xn::pad<xn::zero_pad{1, 0, 0, 2}> | xn::max_pool2d<xn::max_pool{{2, 2}, {1, 1}}> |
         xn::fork(xn::sigmoid, xn::tanh) | xn::mul_to<quantisation{4e-5F}> |
         xn::fork(xn::relu, xn::quantize<quantisation{1e-4F}, std::int16_t>) |
         xn::sub_to<quantisation{1e-4F}> | xn::split_into(xn::identity, xn::relu_n1_to_1) |
         xn::concat | xn::shuffle_channels<xn::channel_shuffle{4}> |
         xn::reduce_sum<xn::axes{.columns = true, .to = {4e-4F}}> |
         xn::reduce_mean<xn::axes{.channels = true}> | xn::quantize<quantisation{0.1F, -7}> |
         xn::sigmoid | xn::quantize<quantisation{1e-4F}, std::int16_t> | xn::dequantize;
}

/// A chain of Q15 and Q31 over T steps of two channels.
struct chain {
  std::vector<std::int16_t> low_pass = random_integers<std::int16_t>(std::size_t{21} * 2);
  std::vector<std::int16_t> mix = random_integers<std::int16_t>(std::size_t{3} * 4 * 2);
  std::vector<std::int64_t> bias{1 << 20, -123456789, 0};
  std::vector<std::int32_t> smooth{1 << 28, 1 << 29, -(1 << 27), 1 << 28, 7,
                                   -3,      1 << 30, 1 << 28,    5,       1 << 29,
                                   11,      1 << 26, 1 << 25,    -9,      13};

  template <int T>
  auto operator()() const {
    constexpr xn::layer<xn::oki{3, 4, 2}, std::int16_t, std::int64_t> none{};
    auto mixer = none;
    mixer.weights = decltype(none.weights)(mix.data());
    mixer.bias = decltype(none.bias)(bias.data());
    return xn::input<std::int16_t, xn::sequence(T, 2), xn::q15> |
           xn::depthwise1d<xn::depthwise_1d{.kernel = 21, .stride = 2, .padding = xn::causal}>(
               xn::weights<std::int16_t, xn::ko{21, 2}>(low_pass.data())) |
           xn::conv1d<xn::conv_1d{.out = 3, .kernel = 4, .padding = xn::causal}>(mixer) |
           xn::gain<xn::gain_attributes{0.6F}> | xn::quantize<xn::q31, std::int32_t> |
           xn::fork(xn::depthwise1d<xn::depthwise_1d{.kernel = 5, .padding = xn::causal}>(
                        xn::weights<std::int32_t, xn::ko{5, 3}>(smooth.data())),
                    xn::gain<xn::gain_attributes{-0.25F}>) |
           xn::sub_to<xn::q31> | xn::fork(xn::identity, xn::relu) | xn::mul_to<xn::q31> |
           xn::sliding_pool<4> | xn::quantize<xn::q15, std::int16_t>;
  }
};

}  // namespace

TEST_CASE("layers of int16 are their definitions") {
  check(layers<rounding::twice>());
  check_net(xn::link<xn::targets::host>(layers<rounding::half_even>()));
}

TEST_CASE("convolutions of int16 of many shapes are their definitions") {
  using xn::hwc;
  check_conv<xn::conv{.out = 3, .kernel = {3, 3}, .dilation = {2, 3}}, hwc{9, 8, 7}>();
  check_conv<xn::conv{.out = 12, .kernel = {1, 5}, .groups = 3}, hwc{2, 9, 9}>();
  check_conv<xn::conv{.out = 2, .kernel = {3, 3}}, hwc{3, 3, 61}>();
  check_conv<xn::conv{.out = 5}, hwc{2, 3, 16}>();
  check_conv<xn::conv{.out = 4, .kernel = {1, 4}, .padding = xn::valid}, hwc{2, 7, 1}>();
}

TEST_CASE("operations of int16 are their definitions") {
  const auto model = operations<rounding::once>();
  check(model);
  check_splits(model);
  check_net(xn::link<xn::targets::host>(operations<rounding::down>()));
}

TEST_CASE("chains of Q15 and Q31 are their definitions") {
  const chain model;
  check(model.operator()<37>());
}

TEST_CASE("a stream of Q15 is what whole signals make") {
  constexpr int steps = 45;
  const chain model;
  const auto live = xn::stream<xn::targets::host>(model.operator()<xn::unbounded>());
  const auto whole = xn::link<xn::targets::host>(model.operator()<steps>());
  using live_type = std::remove_cvref_t<decltype(live)>;
  const std::vector<double> signal =
      xenos_test::random_input<std::remove_cvref_t<decltype(whole)>>();
  const std::vector<std::int16_t> in(signal.begin(), signal.end());
  const auto weights = std::make_unique<typename live_type::weights>();
  live.pack(*weights);
  const auto state = std::make_unique<typename live_type::state>();
  const auto scratch = std::make_unique<typename live_type::scratch>();
  std::vector<double> out;
  const auto sink = [&](auto row) { out.insert(out.end(), row.begin(), row.end()); };
  for (std::size_t at = 0, rows = 1; at < steps;
       at += rows, rows = std::min(rows % 7 + 1, steps - at)) {
    REQUIRE(live.push(*weights, *state, *scratch, std::span(in).subspan(at * 2, rows * 2), sink)
                .has_value());
  }
  REQUIRE(live.finish(*weights, *state, *scratch, sink).has_value());
  CHECK(out == xenos_test::run_net(whole, signal));
  CHECK(out.size() == std::size_t{23} * 3);
}
