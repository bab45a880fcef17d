#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

// Kernels that work on vectors of channels, or of a row's elements, for numbers of channels around
// the vectors of every instruction set (4, 8, 16) and blocks of four of them. Nothing is fused.
template <int Channels>
void check_tails() {
  INFO("channels " << Channels);
  constexpr auto in = xn::input<float, xn::hwc{5, 3, Channels}>;
  CHECK(check_model(in | xn::tanh | xn::unlink | xn::fork(xn::identity, xn::sigmoid) | xn::mul |
                    xn::unlink | some_prelu<Channels>() | xn::unlink |
                    some_batch_norm<Channels>(1)) == "");
  CHECK(check_model(in | xn::max_pool2d<xn::max_pool{.kernel = {2, 2}}> |
                    xn::average_pool2d<xn::average_pool{.kernel = {2, 1}}> | xn::softmax |
                    some_layer_norm<Channels>(3) | some_rms_norm<Channels>(4)) == "");
  CHECK(check_model(in | xn::pad<xn::zero_pad{.left = 1}> | some_prelu<Channels>(2) | xn::unlink |
                    xn::fork(xn::identity, xn::relu6) | xn::concat | xn::unlink |
                    xn::global_average_pool) == "");
}

}  // namespace

TEST_CASE("tails of vectors of four", "[tails]") {
  check_tails<1>();
  check_tails<3>();
  check_tails<5>();
}

TEST_CASE("tails of vectors of eight", "[tails]") {
  check_tails<7>();
  check_tails<9>();
}

TEST_CASE("tails of vectors of sixteen", "[tails]") {
  check_tails<15>();
  check_tails<16>();
  check_tails<17>();
}

TEST_CASE("tails of blocks of vectors", "[tails]") {
  check_tails<31>();
  check_tails<64>();
  check_tails<65>();
}
