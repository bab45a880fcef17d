// Recurrent layers live: state lasts from row to row and begins anew with each stream.
#include <support/streaming.hpp>
#include <support/user_operations.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

}  // namespace

TEST_CASE("streams: an LSTM behind a convolution with a stride", "[stream]") {
  check_streaming<1, 2, 3, 8, 41>([]<int T>() {
    constexpr xn::conv stem{.out = 8, .kernel = {5, 1}, .stride = {2, 1}, .padding = xn::causal};
    return xn::input<float, xn::sequence(T, 5)> | some_conv<stem, 5>() | xn::relu |
           some_lstm<17, 8>(1) | some_dense<4, 17>(4) | xn::softmax;
  });
}

TEST_CASE("streams: GRUs of both kinds", "[stream]") {
  check_streaming<1, 2, 7, 40>([]<int T>() {
    return xn::input<float, xn::sequence(T, 6)> | some_gru<9, 6>() | xn::tanh |
           some_gru<6, 9, false>(4) | xn::outputs(xn::identity, some_dense<2, 6>(8) | xn::sigmoid);
  });
}

TEST_CASE("streams: recurrent layers beside others, looking ahead", "[stream]") {
  check_streaming<1, 2, 3, 5, 26>([]<int T>() {
    constexpr xn::conv ahead{.out = 5, .kernel = {4, 1}, .padding = xn::pads(0, 3, 0, 0)};
    return xn::input<float, xn::sequence(T, 5)> |
           xn::fork(some_lstm<5, 5>() | xn::relu, some_conv<ahead, 5>(3) | some_gru<5, 5>(5),
                    xn::identity) |
           xn::add | xn::residual(some_lstm<5, 5>(9));
  });
}

TEST_CASE("streams: state of a user's operation", "[stream]") {
  check_streaming<1, 2, 6, 19>([]<int T>() {
    constexpr xn::conv three{.out = 4, .kernel = {3, 3}, .stride = {3, 1}, .padding = xn::causal};
    return xn::input<float, xn::hwc{T, 3, 2}> | xn::stage_of<decayed_sum{}>() |
           some_conv<three, 2>() | xn::stage_of<decayed_sum{}>() | xn::sigmoid;
  });
}
