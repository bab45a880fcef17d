#include <support/run.hpp>

#include <catch2/catch.hpp>
#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;

template <xn::shape In, int Height, int Width>
void check_upsample() {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels << ", factors " << Height
                << " " << Width);
  constexpr xn::extent2 factor{Height, Width};
  const auto in = xn::input<float, In>;
  CHECK(check_model(in | xn::resize_nearest<xn::nearest{factor}> | xn::tanh) == "");
  CHECK(check_model(in | xn::resize_bilinear<xn::bilinear{factor}> | xn::tanh) == "");
  CHECK(check_model(in | xn::resize_bilinear<xn::bilinear{factor, false}> |
                    some_batch_norm<In.channels>()) == "");
}

}  // namespace

TEST_CASE("up-sampling by every factor", "[upsample]") {
  check_upsample<xn::shape{3, 4, 3}, 1, 1>();
  check_upsample<xn::shape{4, 3, 8}, 2, 2>();
  check_upsample<xn::shape{3, 5, 17}, 3, 1>();
  check_upsample<xn::shape{5, 2, 1}, 1, 3>();
  check_upsample<xn::shape{2, 3, 33}, 4, 5>();
  check_upsample<xn::shape{1, 1, 16}, 3, 2>();
  check_upsample<xn::shape{3, 1, 15}, 5, 4>();
}

TEST_CASE("up-sampling between stages with windows", "[upsample]") {
  constexpr xn::conv op{.out = 8, .kernel = {3, 3}, .stride = {2, 2}};
  constexpr xn::conv behind{.out = 5, .kernel = {3, 3}};
  CHECK(check_model(xn::input<float, xn::hwc{9, 8, 3}> | some_conv<op, 3>() |
                    xn::resize_bilinear<xn::bilinear{{3, 2}}> | some_conv<behind, 8>(2) |
                    xn::relu) == "");
  CHECK(check_model(xn::input<float, xn::hwc{8, 8, 8}> |
                    xn::residual(some_conv<op, 8>() | xn::resize_nearest<xn::nearest{{2, 2}}>)) ==
        "");
}

TEST_CASE("NaN and infinity propagate through up-sampling", "[upsample]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  std::vector<float> in(3 * 3 * 2, 1.0F);
  in[0] = std::numeric_limits<float>::quiet_NaN();
  in[5] = in[12] = inf;
  in[17] = -inf;
  const auto model = xn::input<float, xn::hwc{3, 3, 2}> |
                     xn::outputs(xn::resize_nearest<xn::nearest{{2, 2}}>,
                                 xn::resize_bilinear<xn::bilinear{{2, 3}}>,
                                 xn::resize_bilinear<xn::bilinear{{3, 2}, false}>);
  CHECK(check_model(model, {in}) == "");
}
