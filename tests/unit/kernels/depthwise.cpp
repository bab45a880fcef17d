#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

template <xn::shape In, xn::depthwise Op>
void check_depthwise() {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels);
  const auto stage = some_depthwise<Op, In.channels>(In.width);
  CHECK(check_fused(xn::input<float, In> | stage | xn::relu) == "");
}

}  // namespace

TEST_CASE("depthwise convolution of every kernel extent", "[depthwise]") {
  check_depthwise<xn::shape{6, 1, 16}, xn::depthwise{.kernel = {3, 3}}>();
  check_depthwise<xn::shape{6, 2, 17}, xn::depthwise{.kernel = {2, 2}}>();
  check_depthwise<xn::shape{6, 3, 15}, xn::depthwise{.kernel = {5, 5}}>();
  check_depthwise<xn::shape{6, 4, 33}, xn::depthwise{.kernel = {3, 1}}>();
  check_depthwise<xn::shape{6, 5, 31}, xn::depthwise{.kernel = {1, 4}}>();
  check_depthwise<xn::shape{6, 6, 1}, xn::depthwise{.kernel = {3, 3}}>();
  check_depthwise<xn::shape{3, 9, 32}, xn::depthwise{.kernel = {1, 1}}>();
}

TEST_CASE("depthwise convolution with strides and dilation", "[depthwise]") {
  check_depthwise<xn::shape{8, 7, 8}, xn::depthwise{.kernel = {3, 3}, .stride = {2, 2}}>();
  check_depthwise<xn::shape{9, 16, 7}, xn::depthwise{.kernel = {2, 3}, .stride = {3, 1}}>();
  check_depthwise<xn::shape{8, 17, 3},
                  xn::depthwise{.kernel = {3, 3}, .stride = {1, 3}, .dilation = {2, 1}}>();
  check_depthwise<xn::shape{9, 8, 16}, xn::depthwise{.kernel = {3, 3}, .dilation = {3, 2}}>();
  check_depthwise<xn::shape{9, 9, 17},
                  xn::depthwise{.kernel = {3, 2}, .stride = {2, 2}, .dilation = {2, 3}}>();
}

TEST_CASE("depthwise convolution with a multiplier", "[depthwise]") {
  check_depthwise<xn::shape{5, 5, 1}, xn::depthwise{.kernel = {3, 3}, .multiplier = 2}>();
  check_depthwise<xn::shape{5, 8, 8}, xn::depthwise{.kernel = {3, 3}, .multiplier = 2}>();
  check_depthwise<xn::shape{5, 6, 11},
                  xn::depthwise{.kernel = {2, 2}, .stride = {2, 1}, .multiplier = 3}>();
}

TEST_CASE("depthwise convolution with every padding", "[depthwise]") {
  check_depthwise<xn::shape{7, 9, 8},
                  xn::depthwise{.kernel = {3, 3}, .padding = xn::pads(0, 5, 4, 1)}>();
  check_depthwise<xn::shape{7, 1, 16}, xn::depthwise{.kernel = {5, 1}, .padding = xn::causal}>();
  check_depthwise<xn::shape{5, 5, 33}, xn::depthwise{.kernel = {5, 5}, .padding = xn::valid}>();
}

TEST_CASE("depthwise convolution around every register block", "[depthwise]") {
  // Rows of whole blocks of 4 to 7 pixels and beside them; an odd row left over; channels beside
  // vectors and half vectors.
  check_depthwise<xn::shape{5, 10, 24}, xn::depthwise{.kernel = {3, 3}}>();
  check_depthwise<xn::shape{5, 14, 40}, xn::depthwise{.kernel = {3, 3}}>();
  check_depthwise<xn::shape{3, 11, 8}, xn::depthwise{.kernel = {5, 5}, .stride = {2, 2}}>();
  check_depthwise<xn::shape{7, 6, 20}, xn::depthwise{.kernel = {5, 3}, .stride = {1, 2}}>();
  check_depthwise<xn::shape{9, 4, 47}, xn::depthwise{.kernel = {7, 7}}>();
  check_depthwise<xn::shape{1, 5, 63}, xn::depthwise{.kernel = {3, 3}, .stride = {3, 3}}>();
}

TEST_CASE("a fused and an unfused depthwise convolution agree", "[depthwise]") {
  CHECK(check_model(xn::input<float, xn::hwc{7, 9, 17}> |
                    some_depthwise<xn::depthwise{.kernel = {3, 3}, .stride = {1, 2}}, 17>() |
                    some_batch_norm<17>() | xn::hard_swish) == "");
}
