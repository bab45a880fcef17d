#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

template <xn::shape In, int Groups>
void check_shuffle() {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels << ", groups " << Groups);
  CHECK(check_model(xn::input<float, In> | xn::shuffle_channels<xn::channel_shuffle{Groups}> |
                    some_batch_norm<In.channels>()) == "");
}

}  // namespace

TEST_CASE("channel shuffles of few and many groups", "[shuffle]") {
  check_shuffle<xn::shape{3, 4, 6}, 2>();
  check_shuffle<xn::shape{3, 1, 6}, 3>();
  check_shuffle<xn::shape{2, 5, 32}, 8>();
  check_shuffle<xn::shape{2, 3, 33}, 11>();
  check_shuffle<xn::shape{2, 2, 5}, 5>();
  check_shuffle<xn::shape{2, 2, 17}, 1>();
}

TEST_CASE("a unit of ShuffleNet V2", "[shuffle]") {
  const auto body = some_conv<xn::conv{.out = 8}, 8>() | xn::relu |
                    some_depthwise<xn::depthwise{.kernel = {3, 3}}, 8>(2) |
                    some_conv<xn::conv{.out = 8}, 8>(4) | xn::relu;
  CHECK(check_model(xn::input<float, xn::hwc{6, 5, 16}> | xn::split_into(xn::identity, body) |
                    xn::concat | xn::shuffle_channels<xn::channel_shuffle{2}>) == "");
}
