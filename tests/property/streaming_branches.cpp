// Branches whose ways differ in delay, several inputs and outputs, operations of a user's.
#include <support/streaming.hpp>
#include <support/user_operations.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

template <int Dilation, int Channels>
auto dilated(unsigned salt) {
  constexpr xn::conv op{
      .out = Channels, .kernel = {2, 1}, .dilation = {Dilation, 1}, .padding = xn::causal};
  return xn::fork(some_conv<op, Channels>(salt) | xn::tanh,
                  some_conv<op, Channels>(salt + 1) | xn::sigmoid) |
         xn::mul | some_conv<xn::conv{.out = Channels}, Channels>(salt + 2);
}

}  // namespace

TEST_CASE("streams: residuals of unequal delay", "[stream]") {
  check_streaming<1, 2, 5, 19>([]<int T>() {
    constexpr xn::conv five{.out = 4, .kernel = {5, 3}};
    constexpr xn::depthwise three{.kernel = {3, 1}};
    return xn::input<float, xn::hwc{T, 3, 4}> |
           xn::residual(some_conv<five, 4>() | xn::relu | some_depthwise<three, 4>(1)) | xn::relu |
           xn::residual(some_depthwise<three, 4>(2) | xn::hard_swish);
  });
}

TEST_CASE("streams: gated dilated residuals", "[stream]") {
  check_streaming<1, 3, 40>([]<int T>() {
    return xn::input<float, xn::sequence(T, 8)> | xn::residual(dilated<1, 8>(1)) |
           xn::residual(dilated<2, 8>(4)) | xn::residual(dilated<4, 8>(7)) |
           xn::residual(dilated<8, 8>(10)) | some_dense<3, 8>(13);
  });
}

TEST_CASE("streams: concatenated branches, a tap across", "[stream]") {
  check_streaming<1, 2, 6, 23>([]<int T>() {
    constexpr xn::conv ahead{.out = 3, .kernel = {4, 1}, .padding = xn::pads(0, 3, 0, 0)};
    constexpr xn::conv behind{.out = 5, .kernel = {4, 1}, .padding = xn::causal};
    constexpr xn::average_pool middle{.kernel = {3, 1}, .padding = xn::same};
    return xn::input<float, xn::hwc{T, 2, 4}> | xn::tap<"in"> |
           xn::fork(some_conv<ahead, 4>(), some_conv<behind, 4>(1), xn::identity,
                    xn::average_pool2d<middle>) |
           xn::concat | some_conv<xn::conv{.out = 4}, 16>(2) |
           xn::fork(xn::identity, xn::from<"in">) | xn::add;
  });
}

TEST_CASE("streams: strided branches that meet", "[stream]") {
  check_streaming<1, 2, 3, 4, 22>([]<int T>() {
    constexpr xn::conv body{.out = 6, .kernel = {3, 3}, .stride = {2, 2}, .padding = xn::causal};
    constexpr xn::conv shortcut{.out = 6, .stride = {2, 2}, .padding = xn::causal};
    return xn::input<float, xn::hwc{T, 5, 4}> |
           xn::residual(some_conv<body, 4>() | xn::relu |
                            some_conv<xn::conv{.out = 6, .kernel = {3, 3}}, 6>(1),
                        some_conv<shortcut, 4>(2)) |
           xn::relu;
  });
}

TEST_CASE("streams: outputs of several rates", "[stream]") {
  check_streaming<1, 2, 5, 30>([]<int T>() {
    constexpr xn::conv half{.out = 3, .kernel = {3, 1}, .stride = {2, 1}, .padding = xn::causal};
    constexpr xn::conv third{.out = 5, .kernel = {2, 1}, .stride = {3, 1}, .padding = xn::causal};
    return xn::input<float, xn::sequence(T, 4)> |
           some_conv<xn::conv{.out = 4, .kernel = {3, 1}}, 4>() |
           xn::outputs(
               some_conv<half, 4>(1) | xn::relu, xn::identity,
               some_conv<third, 4>(2) | some_conv<xn::conv{.out = 2, .kernel = {5, 1}}, 5>(3),
               xn::sliding_pool<3>);
  });
}

TEST_CASE("streams: several inputs", "[stream]") {
  check_streaming<1, 2, 5, 17>([]<int T>() {
    constexpr xn::conv wide{.out = 4, .kernel = {5, 1}};
    return xn::fork(xn::input<float, xn::hwc{T, 3, 4}, 1> | some_conv<wide, 4>() | xn::tanh,
                    xn::input<float, xn::hwc{T, 3, 4}, 0>,
                    xn::input<float, xn::hwc{T, 3, 4}, 2> | some_batch_norm<4>(1)) |
           xn::mul | xn::outputs(xn::softmax, some_conv<wide, 4>(2));
  });
}

TEST_CASE("streams: operations of a user's, more rows out than in", "[stream]") {
  check_streaming<1, 2, 3, 14>([]<int T>() {
    constexpr xn::conv three{.out = 4, .kernel = {3, 1}, .stride = {2, 1}, .padding = xn::causal};
    return xn::input<float, xn::hwc{T, 2, 4}> | xn::stage_of<upsample_rows{3}>() |
           some_conv<three, 4>() | xn::relu | xn::stage_of<upsample_rows{2, true}>() | xn::tanh;
  });
}

TEST_CASE("streams: padding that runs ahead", "[stream]") {
  check_streaming<1, 2, 9>([]<int T>() {
    constexpr xn::conv ahead{.out = 4, .kernel = {3, 1}, .padding = xn::pads(7, 0, 0, 0)};
    return xn::input<float, xn::sequence(T, 3)> | some_conv<ahead, 3>() | xn::relu |
           some_conv<xn::conv{.out = 2, .kernel = {3, 1}}, 4>(1);
  });
}

TEST_CASE("streams: a branch that is too short for its join", "[stream]") {
  const auto make = []<int T>() {
    constexpr xn::conv five{.out = 4, .kernel = {5, 1}, .padding = xn::valid};
    return xn::input<float, xn::sequence(T, 4)> |
           xn::fork(some_conv<five, 4>() | xn::pad<xn::zero_pad{0, 4, 0, 0}>,
                    some_conv<xn::conv{.out = 4}, 4>(1)) |
           xn::add | xn::relu;
  };
  check_streaming<5, 6, 20>(make);
  for (const int rows : {0, 1, 2, 4}) {
    check_too_short(xn::stream<xn::targets::host>(make.operator()<xn::unbounded>()), rows);
  }
}
