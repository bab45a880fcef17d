#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using transposed = xn::transposed_conv;

template <xn::shape In, transposed Op>
void check_transposed() {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels << ", out " << Op.out);
  CHECK(check_fused(xn::input<float, In> | some_transposed<Op, In.channels>(In.width) | xn::relu) ==
        "");
}

}  // namespace

TEST_CASE("transposed convolution of every kernel and stride", "[transposed_conv]") {
  check_transposed<xn::shape{5, 1, 3}, transposed{.out = 17, .kernel = {3, 3}, .stride = {2, 2}}>();
  check_transposed<xn::shape{4, 2, 1}, transposed{.out = 16, .kernel = {2, 2}, .stride = {2, 2}}>();
  check_transposed<xn::shape{4, 3, 7}, transposed{.out = 1}>();
  check_transposed<xn::shape{4, 9, 8}, transposed{.out = 15, .kernel = {4, 4}, .stride = {2, 2}}>();
  check_transposed<xn::shape{3, 17, 15}, transposed{.out = 33, .kernel = {5, 1}}>();
  check_transposed<xn::shape{3, 6, 16},
                   transposed{.out = 31, .kernel = {1, 4}, .stride = {3, 1}}>();
  check_transposed<xn::shape{3, 8, 17},
                   transposed{.out = 32, .kernel = {2, 3}, .stride = {4, 5}}>();
  check_transposed<xn::shape{2, 16, 4}, transposed{.out = 8, .kernel = {3, 5}, .stride = {1, 3}}>();
}

TEST_CASE("transposed convolution with every padding", "[transposed_conv]") {
  constexpr xn::extent2 three{3, 3};
  constexpr xn::extent2 two{2, 2};
  check_transposed<xn::shape{4, 5, 3}, transposed{.out = 7,
                                                  .kernel = three,
                                                  .stride = two,
                                                  .padding = xn::valid,
                                                  .output_padding = {1, 0}}>();
  check_transposed<xn::shape{4, 5, 3}, transposed{.out = 9,
                                                  .kernel = three,
                                                  .stride = two,
                                                  .padding = xn::pads(1, 1, 1, 1),
                                                  .output_padding = {1, 1}}>();
  check_transposed<xn::shape{4, 4, 2},
                   transposed{.out = 5, .kernel = {5, 5}, .padding = xn::pads(0, 3, 4, 0)}>();
  check_transposed<xn::shape{5, 3, 2},
                   transposed{
                       .out = 3, .kernel = {4, 2}, .stride = {2, 1}, .padding = xn::causal}>();
  // Padding may cut off whole rows of the input.
  check_transposed<xn::shape{6, 6, 2},
                   transposed{.out = 3, .kernel = {2, 2}, .padding = xn::pads(3, 1, 2, 3)}>();
}

TEST_CASE("transposed convolution with dilation and groups", "[transposed_conv]") {
  check_transposed<xn::shape{4, 5, 3},
                   transposed{.out = 16, .kernel = {3, 3}, .stride = {2, 2}, .dilation = {2, 3}}>();
  check_transposed<xn::shape{4, 5, 3}, transposed{.out = 4,
                                                  .kernel = {3, 2},
                                                  .stride = {3, 2},
                                                  .dilation = {2, 4},
                                                  .padding = xn::valid,
                                                  .output_padding = {2, 3}}>();
  check_transposed<xn::shape{3, 4, 8},
                   transposed{.out = 8, .kernel = {3, 3}, .stride = {2, 2}, .groups = 8}>();
  check_transposed<xn::shape{3, 3, 6},
                   transposed{.out = 51, .kernel = {2, 2}, .stride = {2, 1}, .groups = 3}>();
}

TEST_CASE("transposed convolution folds, fuses and links", "[transposed_conv]") {
  constexpr transposed op{.out = 17, .kernel = {4, 4}, .stride = {2, 2}};
  constexpr auto in = xn::input<float, xn::hwc{5, 4, 7}>;
  CHECK(check_model(in | some_transposed<op, 7>() | some_batch_norm<17>() | some_prelu<17>(3)) ==
        "");
  CHECK(check_model(in | xn::transposed_conv2d<op>(some_weights<xn::ohwi{17, 4, 4, 7}>()) |
                    xn::relu) == "");
  CHECK(check_model(
            in | some_transposed<op, 7>() |
            some_conv<xn::conv{.out = 3, .kernel = {3, 3}, .stride = {2, 2}}, 17>(2) |
            some_transposed<transposed{.out = 4, .kernel = {3, 3}, .stride = {3, 2}}, 3>(5)) == "");
}

TEST_CASE("NaN propagates through a transposed convolution", "[transposed_conv]") {
  constexpr transposed op{.out = 3, .kernel = {3, 3}, .stride = {2, 2}};
  std::vector<float> in(4 * 4 * 2, 1.0F);
  in[13] = __builtin_nanf("");
  CHECK(check_model(xn::input<float, xn::hwc{4, 4, 2}> | some_transposed<op, 2>(), {in}) == "");
}
