// Functions, reductions, ranks and what changes extents of int8 against their definitions, bit by
// bit, and the third rounding everywhere.
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <memory>
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

template <xn::shape Extent, quantisation Q>
constexpr auto image = xn::input<std::int8_t, Extent, Q>;

template <rounding Round>
void check_functions() {
  const random_layer<xn::ohwi{5, 3, 3, 3}> a;
  const auto alphas = random_integers<std::int8_t>(5);
  const xn::channel_weights<std::int8_t, 5> alpha(alphas.data());
  const auto model =
      image<xn::hwc{6, 7, 3}, quantisation{0.05F, 11, Round}> | xn::tanh |
      xn::conv2d<xn::conv{.out = 5, .kernel = {3, 3}, .to = {0.03F, -5}}>(a.views()) |
      xn::hard_swish_to<quantisation{0.02F, -90}> |
      xn::prelu_to<quantisation{0.013F, 20}, quantisation{0.01F, -3}>(alpha) |
      xn::mul_constant_to<quantisation{0.02F, 5}, quantisation{0.012F, 7}>(alpha) | xn::relu |
      xn::add_constant_to<quantisation{0.017F, -30}, quantisation{0.004F, 60}>(alpha) |
      xn::leaky_relu<xn::slope{0.3F, {0.016F, 40}}> | xn::quantize<quantisation{0.03F, 0}> |
      xn::fork(xn::gelu_to<quantisation{0.02F, -110}>, xn::gelu_tanh_to<quantisation{0.025F, 1}>) |
      xn::mul_to<quantisation{0.03F, 3}> | xn::sigmoid;
  check(model);
  check_splits(model);
}

/// Through all plans, and none.
template <rounding Round>
void check_transposed() {
  const random_layer<xn::ohwi{21, 3, 4, 5}> a;
  const random_layer<xn::ohwi{6, 2, 2, 7}> grouped;
  const auto model =
      image<xn::hwc{5, 4, 5}, quantisation{0.05F, -77, Round}> |
      xn::transposed_conv2d<xn::transposed_conv{
          .out = 21, .kernel = {3, 4}, .stride = {2, 3}, .to = {0.2F, 7}}>(a.views()) |
      xn::relu |
      xn::transposed_conv2d<xn::transposed_conv{.out = 6,
                                                .kernel = {2, 2},
                                                .stride = {1, 2},
                                                .dilation = {2, 1},
                                                .groups = 3,
                                                .padding = xn::pads(1, 0, 0, 1),
                                                .to = {0.4F, -1}}>(grouped.views());
  check(model);
  check_splits(model);
}

template <rounding Round>
void check_layers() {
  const random_layer<xn::ohwi{9, 3, 3, 6}> a;
  const random_layer<xn::hwo{3, 3, 9}> b;
  const random_layer<xn::oi{13, 9}, 1> c;
  check(image<xn::hwc{7, 6, 6}, quantisation{0.05F, 11, Round}> |
        xn::conv2d<xn::conv{.out = 9, .kernel = {3, 3}, .to = {0.3F, -5}}>(a.views()) | xn::relu |
        xn::residual<quantisation{0.4F, 3}>(
            xn::depthwise2d<xn::depthwise{.kernel = {3, 3}, .to = {0.2F, 9}}>(b.views())) |
        xn::global_average_pool | xn::dense<xn::fc{.out = 13, .to = {0.5F, 2}}>(c.views()) |
        xn::softmax);
}

template <xn::axes Over>
void check_axes() {
  constexpr quantisation q{0.13F, 55, rounding::once};
  constexpr xn::axes to{Over.rows, Over.columns, Over.channels, {0.7F, -31}};
  const auto in = image<xn::hwc{7, 6, 9}, q>;
  const auto model = in | xn::relu6 | xn::reduce_mean<Over> | xn::relu;
  check(model);
  check_splits(model);
  check(in | xn::reduce_mean<to> | xn::reduce_max<xn::axes{.columns = true}>);
  check(in | xn::reduce_sum<to> | xn::relu);
  check(in | xn::reduce_min<Over> | xn::quantize<quantisation{0.2F, 5}>);
  check(in | xn::reduce_max<Over>);
}

}  // namespace

TEST_CASE("activations of int8 are their definitions, to the bit") {
  for (int i = 0; i < 3; ++i) {
    check_functions<rounding::twice>();
    check_functions<rounding::half_even>();
  }
}

TEST_CASE("transposed convolutions of int8 are their definitions, to the bit") {
  for (int i = 0; i < 3; ++i) {
    check_transposed<rounding::twice>();
    check_transposed<rounding::once>();
    check_transposed<rounding::half_even>();
  }
}

TEST_CASE("layers of int8 that round halves to even") {
  for (int i = 0; i < 3; ++i) check_layers<rounding::half_even>();
}

TEST_CASE("reductions of int8 are their definitions, to the bit") {
  check_axes<xn::axes{.rows = true}>();
  check_axes<xn::axes{.columns = true}>();
  check_axes<xn::axes{.channels = true}>();
  check_axes<xn::axes{.rows = true, .columns = true}>();
  check_axes<xn::axes{.rows = true, .columns = true, .channels = true}>();
}

TEST_CASE("ranks of channels, of int8 and of float, are their definitions") {
  const auto bytes =
      image<xn::hwc{5, 3, 21}, quantisation{0.13F, 20}> | xn::relu;  // many are equal
  check_net(xn::link<xn::targets::host>(bytes | xn::fork(xn::argmin, xn::top_indices<5>) |
                                        xn::concat | xn::flatten));
  check_net(xn::link<xn::targets::host>(bytes | xn::top_values<21> | xn::relu6));
  const auto floats = xn::input<float, xn::hwc{4, 3, 37}> | xn::relu;
  const auto both = floats | xn::fork(xn::argmin, xn::argmax) | xn::concat;
  check(both);
  check_net(xn::link<xenos_test::cheap_cores(3), xn::split::columns>(both));
  check_net(xn::link<xn::targets::host>(floats | xn::top_values<4> | xn::tanh));
}

TEST_CASE("of equal channels the first counts, and NaN last") {
  const auto net =
      xn::link<xn::targets::host>(xn::input<float, xn::sequence(4, 5)> |
                                  xn::outputs(xn::top_k<3>, xn::top_indices<5>, xn::argmin));
  using net_type = std::remove_cvref_t<decltype(net)>;
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float inf = std::numeric_limits<float>::infinity();
  const float in[20] = {3,   7,    7,   1,     1,     //
                        nan, -inf, nan, 2,     -inf,  //
                        nan, nan,  nan, nan,   nan,   //
                        inf, 0,    inf, -0.0F, 5};
  float values[12];
  std::int32_t indices[12];
  std::int32_t all[20];
  std::int32_t least[4];
  const net_type::weights weights = net.pack();
  const auto arena = std::make_unique<net_type::arena>();
  net.run(weights, *arena, in, values, indices, all, least);
  const auto is = [](const auto& got, std::vector<std::int32_t> want) {
    return std::equal(std::begin(got), std::end(got), want.begin(), want.end());
  };
  CHECK(is(indices, {1, 2, 0, 3, 1, 4, 0, 1, 2, 0, 2, 4}));
  CHECK(is(all, {1, 2, 0, 3, 4, 3, 1, 4, 0, 2, 0, 1, 2, 3, 4, 0, 2, 4, 1, 3}));
  CHECK(is(least, {3, 1, 0, 1}));
  CHECK(std::equal(values, values + 6, std::begin({7.0F, 7.0F, 3.0F, 2.0F, -inf, -inf})));
}

TEST_CASE("bilinear resizes of int8 are their definitions, to the bit") {
  constexpr quantisation q{0.13F, 55};
  const auto in = image<xn::hwc{7, 5, 6}, q>;
  const auto model = in | xn::relu | xn::resize_bilinear<xn::bilinear{{3, 2}}> | xn::relu6;
  check(model);
  check_splits(model);
  check(in | xn::resize_bilinear<xn::bilinear{{2, 5}, false}>);
  check(in | xn::resize_bilinear<xn::bilinear{{6, 7}, false}>);
  check(in | xn::resize_bilinear<xn::bilinear{{7, 1}}>);
}

TEST_CASE("stages behind quantize and dequantize run on their values") {
  const auto model = xn::input<float, xn::hwc{6, 5, 19}> | xn::quantize<quantisation{0.7F, -20}> |
                     xn::relu6 | xn::unlink | xn::dequantize |
                     xn::leaky_relu<xn::slope{.alpha = 0.5F}>;
  using net_type = decltype(xn::link<xn::targets::host>(model));
  CHECK(net_type::plan.unit_count == 3);  // the input, and either with what follows
  check(model);
  check_splits(model);
}
