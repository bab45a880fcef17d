#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

// Extents around every block boundary, paired so that each value meets many others: channels in and
// out 1 3 7 8 15 16 17 31 32 33, widths 1..9 16 17.
template <xn::shape In, xn::conv Op>
void check_conv() {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels << ", out " << Op.out);
  CHECK(check_fused(xn::input<float, In> | some_conv<Op, In.channels>(In.width) | xn::relu) == "");
}

}  // namespace

TEST_CASE("direct convolution of every kernel extent", "[conv]") {
  check_conv<xn::shape{6, 1, 3}, xn::conv{.out = 17, .kernel = {3, 3}}>();
  check_conv<xn::shape{6, 2, 1}, xn::conv{.out = 16, .kernel = {2, 2}}>();
  check_conv<xn::shape{6, 3, 7}, xn::conv{.out = 1}>();
  check_conv<xn::shape{6, 4, 8}, xn::conv{.out = 15, .kernel = {5, 5}}>();
  check_conv<xn::shape{6, 5, 15}, xn::conv{.out = 33, .kernel = {3, 1}}>();
  check_conv<xn::shape{6, 6, 16}, xn::conv{.out = 31, .kernel = {1, 4}}>();
  check_conv<xn::shape{3, 17, 17}, xn::conv{.out = 32}>();
}

TEST_CASE("direct convolution with strides", "[conv]") {
  check_conv<xn::shape{7, 7, 31}, xn::conv{.out = 8, .kernel = {3, 3}, .stride = {2, 2}}>();
  check_conv<xn::shape{9, 8, 32}, xn::conv{.out = 7, .kernel = {2, 3}, .stride = {3, 1}}>();
  check_conv<xn::shape{8, 9, 33}, xn::conv{.out = 3, .stride = {1, 3}}>();
  check_conv<xn::shape{8, 16, 3},
             xn::conv{.out = 33, .kernel = {5, 5}, .stride = {3, 2}, .padding = xn::valid}>();
}

TEST_CASE("direct convolution with dilation", "[conv]") {
  check_conv<xn::shape{8, 8, 3}, xn::conv{.out = 16, .kernel = {3, 3}, .dilation = {2, 3}}>();
  check_conv<xn::shape{9, 17, 8},
             xn::conv{.out = 7, .kernel = {2, 5}, .stride = {2, 3}, .dilation = {3, 2}}>();
}

TEST_CASE("direct convolution with every padding", "[conv]") {
  check_conv<xn::shape{7, 9, 3},
             xn::conv{.out = 15, .kernel = {3, 3}, .padding = xn::pads(0, 5, 4, 1)}>();
  check_conv<xn::shape{7, 1, 8}, xn::conv{.out = 17, .kernel = {5, 1}, .padding = xn::causal}>();
  check_conv<xn::shape{5, 4, 1},
             xn::conv{.out = 31, .kernel = {3, 4}, .dilation = {2, 1}, .padding = xn::causal}>();
  check_conv<xn::shape{5, 5, 16}, xn::conv{.out = 1, .kernel = {5, 5}, .padding = xn::valid}>();
}

TEST_CASE("direct convolution in groups", "[conv]") {
  check_conv<xn::shape{5, 5, 8}, xn::conv{.out = 8, .kernel = {3, 3}, .groups = 8}>();
  check_conv<xn::shape{5, 9, 8}, xn::conv{.out = 48, .kernel = {3, 3}, .groups = 2}>();
  check_conv<xn::shape{5, 3, 33}, xn::conv{.out = 51, .stride = {2, 1}, .groups = 3}>();
  check_conv<xn::shape{4, 6, 7}, xn::conv{.out = 14, .kernel = {2, 2}, .groups = 7}>();
}

TEST_CASE("a convolution without bias, and of other storage orders", "[conv]") {
  constexpr xn::shape in{5, 6, 5};
  constexpr xn::conv op{.out = 9, .kernel = {3, 2}};
  constexpr auto start = xn::input<float, in>;
  CHECK(check_fused(start | xn::conv2d<op>(some_weights<xn::ohwi{9, 3, 2, 5}>())) == "");
  CHECK(check_fused(start | xn::conv2d<op>(some_weights<xn::oihw{9, 5, 3, 2}>())) == "");
  CHECK(check_fused(start | xn::conv2d<op>(some_weights<xn::hwio{3, 2, 5, 9}>())) == "");
}

TEST_CASE("dense layers on vectors and sequences", "[dense]") {
  CHECK(check_fused(xn::input<float, xn::vector(33)> | some_dense<17, 33>()) == "");
  CHECK(check_fused(xn::input<float, xn::vector(7)> | some_dense<160, 7>() | xn::relu6) == "");
  CHECK(check_fused(xn::input<float, xn::sequence(5, 16)> | some_dense<1, 16>()) == "");
  CHECK(check_fused(xn::input<float, xn::sequence(9, 31)> |
                    xn::dense<xn::fc{.out = 32}>(some_weights<xn::io{31, 32}>())) == "");
}

TEST_CASE("a fused and an unfused convolution agree", "[conv]") {
  CHECK(check_model(xn::input<float, xn::hwc{7, 9, 8}> |
                    some_conv<xn::conv{.out = 17, .kernel = {3, 3}}, 8>() | some_batch_norm<17>() |
                    xn::relu6) == "");
}

TEST_CASE("direct convolution around every register block", "[conv]") {
  // Widths beside 14 and 28 pixels; narrow maps whose rows share a block, with rows left over;
  // channels beside one, two and three vectors.
  check_conv<xn::shape{3, 13, 5}, xn::conv{.out = 32}>();
  check_conv<xn::shape{3, 15, 5}, xn::conv{.out = 48, .kernel = {3, 3}}>();
  check_conv<xn::shape{2, 29, 4}, xn::conv{.out = 16, .kernel = {1, 3}}>();
  check_conv<xn::shape{3, 27, 4}, xn::conv{.out = 9, .kernel = {3, 3}, .stride = {1, 2}}>();
  check_conv<xn::shape{7, 7, 9}, xn::conv{.out = 40, .kernel = {3, 3}}>();
  check_conv<xn::shape{5, 3, 17}, xn::conv{.out = 64, .kernel = {3, 3}}>();
  check_conv<xn::shape{11, 2, 6}, xn::conv{.out = 24, .stride = {2, 1}}>();
  check_conv<xn::shape{25, 5, 8}, xn::conv{.out = 64}>();
  check_conv<xn::shape{9, 3, 130}, xn::conv{.out = 128}>();  // weights that are fetched ahead
}

TEST_CASE("what follows a convolution sees each channel and element", "[conv]") {
  constexpr xn::conv op{.out = 21, .kernel = {3, 3}};
  const auto body = some_conv<op, 21>() | some_prelu<21>() | xn::sigmoid;
  CHECK(check_model(xn::input<float, xn::hwc{5, 7, 21}> | xn::residual(body) | xn::hard_swish) ==
        "");
  CHECK(check_model(xn::input<float, xn::hwc{5, 7, 21}> | some_conv<op, 21>() | xn::gelu |
                    some_batch_norm<21>() | xn::tanh) == "");
}
