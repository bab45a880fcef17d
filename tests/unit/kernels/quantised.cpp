// Layers of int8 against their definitions, bit by bit: over shapes and quantisations, plans and
// both roundings.
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <support/quantised.hpp>
#include <support/quantised_net.hpp>
#include <type_traits>
#include <vector>
#include <xenos/xenos.hpp>

namespace xn = xenos;

namespace {

using xenos_test::check;
using xenos_test::check_net;
using xenos_test::check_splits;
using xenos_test::random_layer;
using xn::quantisation;
using xn::rounding;

template <xn::shape Extent, quantisation Q>
constexpr auto image = xn::input<std::int8_t, Extent, Q>;

template <rounding Round>
void check_convolutions() {
  const random_layer<xn::ohwi{7, 3, 3, 5}> a;
  const random_layer<xn::ohwi{18, 1, 1, 7}> b;
  const auto two = image<xn::hwc{9, 11, 5}, quantisation{0.05F, 11, Round}> |
                   xn::conv2d<xn::conv{.out = 7, .kernel = {3, 3}, .to = {0.3F, -5}}>(a.views()) |
                   xn::relu | xn::conv2d<xn::conv{.out = 18, .to = {0.9F, 127}}>(b.views());
  check(two);
  check_splits(two);

  const random_layer<xn::ohwi{6, 5, 2, 2}, 1> grouped;
  check(image<xn::hwc{12, 7, 4}, quantisation{0.5F, -128, Round}> |
        xn::conv2d<xn::conv{.out = 6,
                            .kernel = {5, 2},
                            .stride = {2, 3},
                            .dilation = {1, 2},
                            .groups = 2,
                            .to = {0.7F, 0}}>(grouped.views()));
}

template <rounding Round>
void check_depthwise() {
  const random_layer<xn::hwo{3, 3, 19}> a;
  const random_layer<xn::hwo{5, 3, 38}> b;
  const auto model =
      image<xn::hwc{8, 10, 19}, quantisation{0.02F, 127, Round}> |
      xn::depthwise2d<xn::depthwise{.kernel = {3, 3}, .to = {0.3F, 12}}>(a.views()) | xn::relu6 |
      xn::depthwise2d<xn::depthwise{
          .kernel = {5, 3}, .stride = {2, 2}, .multiplier = 2, .to = {0.04F, -128}}>(b.views());
  check(model);
  check_splits(model);
}

template <rounding Round>
void check_dense() {
  const random_layer<xn::oi{9, 13}, 1> a;
  const random_layer<xn::io{9, 21}> b;
  const auto v = b.views();
  check(image<xn::sequence(5, 13), quantisation{0.02F, 3, Round}> |
        xn::dense<xn::fc{.out = 9, .to = {0.03F, -7}}>(a.views()) | xn::relu_n1_to_1 |
        xn::dense<xn::fc{.out = 21, .to = {0.1F, 9}}>(v.weights, v.scales));
}

template <rounding Round>
void check_joins() {
  const random_layer<xn::ohwi{6, 3, 3, 6}> a;
  const random_layer<xn::ohwi{6, 1, 1, 6}> b;
  constexpr quantisation in{0.07F, -19, Round};
  const auto body = xn::conv2d<xn::conv{.out = 6, .kernel = {3, 3}, .to = {0.9F, 40}}>(a.views());
  const auto other = xn::conv2d<xn::conv{.out = 6, .to = {0.011F, -3}}>(b.views());
  check(image<xn::hwc{7, 6, 6}, in> | xn::residual<quantisation{0.6F, -100}>(body) | xn::relu);
  check(image<xn::hwc{7, 6, 6}, in> | xn::residual<quantisation{1.5F, 17}>(body, other));
  check(image<xn::hwc{7, 6, 6}, in> | xn::fork(other, body) | xn::mul_to<quantisation{0.3F, 2}>);
}

/// Little scratchpad, to which parameters are brought.
constexpr xn::target bringing(int cores) {
  xn::target t = xenos_test::cheap_cores(cores).with_scratchpad(14 * 1024);
  t.parameters_in_place = false;
  return t;
}

}  // namespace

TEST_CASE("parameters of layers of int8 come in rounds") {
  const random_layer<xn::ohwi{64, 3, 3, 16}> grouped;
  const random_layer<xn::ohwi{40, 2, 2, 64}> spread;
  const random_layer<xn::ohwi{64, 3, 3, 40}> dense;
  const random_layer<xn::hwo{3, 3, 320}> taps;
  const auto model =
      image<xn::hwc{4, 3, 32}, quantisation{0.02F, 7}> |
      xn::conv2d<xn::conv{.out = 64, .kernel = {3, 3}, .groups = 2, .to = {0.1F, 9}}>(
          grouped.views()) |
      xn::transposed_conv2d<xn::transposed_conv{
          .out = 40, .kernel = {2, 2}, .stride = {2, 2}, .to = {0.6F, 11}}>(spread.views()) |
      xn::relu | xn::conv2d<xn::conv{.out = 64, .kernel = {3, 3}, .to = {5, -1}}>(dense.views()) |
      xn::depthwise2d<xn::depthwise{.kernel = {3, 3}, .multiplier = 5, .to = {9, -3}}>(
          taps.views());
  using net = std::remove_cvref_t<decltype(xn::link<bringing(1)>(model))>;
  int in_rounds = 0;
  for (int k = 0; k < net::plan.segment_count; ++k) {
    in_rounds += net::plan.segments[k].rounds > 1;
  }
  CHECK(in_rounds == 4);
  check_net(xn::link<bringing(1)>(model));
  check_net(xn::link<bringing(3), xn::split::rows>(model));
  check_net(xn::link<bringing(2), xn::split::output_channels>(model));
}

TEST_CASE("convolutions of int8 are their definitions, to the bit") {
  for (int i = 0; i < 3; ++i) {
    check_convolutions<rounding::twice>();
    check_convolutions<rounding::once>();
  }
}

TEST_CASE("depthwise convolutions of int8 are their definitions, to the bit") {
  for (int i = 0; i < 3; ++i) {
    check_depthwise<rounding::twice>();
    check_depthwise<rounding::once>();
  }
}

TEST_CASE("dense layers and joins of int8 are their definitions, to the bit") {
  for (int i = 0; i < 3; ++i) {
    check_dense<rounding::twice>();
    check_dense<rounding::once>();
    check_joins<rounding::twice>();
    check_joins<rounding::once>();
  }
}

TEST_CASE("pools, what moves elements, and soft-max of int8 are their definitions, to the bit") {
  constexpr quantisation q{0.13F, 55};
  for (int i = 0; i < 3; ++i) {
    check(image<xn::hwc{9, 8, 5}, q> |
          xn::average_pool2d<xn::average_pool{
              .kernel = {3, 2}, .stride = {2, 1}, .padding = xn::same}>);
    check(image<xn::hwc{9, 8, 19}, q> | xn::max_pool2d<xn::max_pool{.kernel = {2, 3}}> | xn::relu);
    check(image<xn::hwc{9, 8, 19}, q> | xn::global_average_pool | xn::softmax);
    // An average over all rows keeps its sums from tile to tile.
    const auto rows = image<xn::hwc{9, 8, 39}, q> |
                      xn::average_pool2d<xn::average_pool{.kernel = {9, 2}, .stride = {1, 2}}> |
                      xn::relu;
    check_net(xn::link<xn::targets::host, xn::planning{.tile = 1}>(rows));
    check_net(xn::link<xn::targets::host, xn::planning{.tile = 4}>(rows));
    check_splits(rows);
    check(image<xn::hwc{6, 3, 33}, q> | xn::global_max_pool | xn::relu6);
    check(image<xn::hwc{4, 3, 6}, q> | xn::permute<xn::transpose{{2, 0, 1}}> |
          xn::fork(xn::identity, xn::relu) | xn::concat | xn::fork(xn::identity, xn::relu) |
          xn::maximum | xn::flatten);
    check(image<xn::hwc{4, 3, 6}, q> | xn::pad<xn::zero_pad{.top = 1, .bottom = 2, .right = 1}> |
          xn::resize_nearest<xn::nearest{{2, 3}}> | xn::sliding_pool<3>);
    check(image<xn::hwc{4, 5, 12}, quantisation{0.02F, 1}> | xn::softmax);
    check(image<xn::hwc{4, 5, 3}, quantisation{3.0F, 1}> | xn::softmax | xn::dequantize);
  }
}

TEST_CASE("between float and int8") {
  const random_layer<xn::ohwi{4, 3, 3, 3}> a;
  check(xn::input<float, xn::hwc{6, 5, 3}> | xn::relu | xn::quantize<quantisation{0.7F, -20}> |
        xn::conv2d<xn::conv{.out = 4, .kernel = {3, 3}, .to = {0.3F, 3}}>(a.views()) |
        xn::dequantize | xn::relu6);
  const xn::quantize_attributes<xn::dtype::i8> half{{0.5F, 10}};
  CHECK(half.convert(0.75F) == 12);
  CHECK(half.convert(-0.25F) == 9);
  CHECK(half.convert(1e30F) == 127);
  CHECK(half.convert(-1e30F) == -128);
}
