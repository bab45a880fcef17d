// Chains: any number of rows in chunks of any size gives what the model gives for the whole.
#include <support/streaming.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

constexpr xn::conv causal(int out, xn::extent2 kernel, int stride = 1, int dilation = 1) {
  return {.out = out,
          .kernel = kernel,
          .stride = {stride, 1},
          .dilation = {dilation, 1},
          .padding = xn::causal};
}

}  // namespace

TEST_CASE("streams: causal convolutions in one dimension", "[stream]") {
  check_streaming<1, 2, 7, 40>([]<int T>() {
    return xn::input<float, xn::sequence(T, 6)> | some_conv<causal(9, {3, 1}), 6>() | xn::relu |
           some_conv<causal(9, {3, 1}, 1, 4), 9>(1) | xn::tanh | some_layer_norm<9>(3) |
           some_dense<5, 9>(2) | some_rms_norm<5>(4) | xn::softmax | xn::top_values<3>;
  });
}

TEST_CASE("streams: strides of two and three", "[stream]") {
  check_streaming<1, 2, 5, 6, 31>([]<int T>() {
    return xn::input<float, xn::hwc{T, 5, 3}> | some_conv<causal(8, {3, 3}, 2), 3>() | xn::relu6 |
           some_conv<causal(17, {2, 3}, 3), 8>(1) | some_batch_norm<17>(2) | xn::hard_swish |
           some_conv<causal(4, {4, 1}), 17>(3);
  });
}

TEST_CASE("streams: forty rows of input for one", "[stream]") {
  check_streaming<1, 39, 40, 41, 300>([]<int T>() {
    return xn::input<float, xn::sequence(T, 1)> | some_conv<causal(4, {4, 1}, 2), 1>() | xn::relu |
           some_conv<causal(8, {8, 1}, 4), 4>(1) | xn::relu |
           some_conv<causal(8, {10, 1}, 5), 8>(2) |
           xn::residual(some_depthwise<xn::depthwise{.kernel = {3, 1}}, 8>(3)) | xn::softmax;
  });
}

TEST_CASE("streams: valid windows", "[stream]") {
  const auto make = []<int T>() {
    constexpr xn::conv first{
        .out = 5, .kernel = {4, 2}, .stride = {3, 1}, .dilation = {2, 1}, .padding = xn::valid};
    constexpr xn::depthwise second{.kernel = {3, 3}, .multiplier = 2, .padding = xn::valid};
    return xn::input<float, xn::hwc{T, 6, 2}> | some_conv<first, 2>() | xn::sigmoid |
           some_depthwise<second, 5>(1) | some_batch_norm<10>(2) | xn::relu;
  };
  check_streaming<13, 14, 15, 16, 50>(make);
  for (const int rows : {0, 1, 6, 7, 12}) {
    check_too_short(xn::stream<xn::targets::host>(make.operator()<xn::unbounded>()), rows);
  }
}

TEST_CASE("streams: explicit padding before and behind", "[stream]") {
  check_streaming<1, 2, 3, 4, 11, 24>([]<int T>() {
    constexpr xn::conv first{
        .out = 6, .kernel = {5, 3}, .stride = {2, 2}, .padding = xn::pads(2, 4, 1, 1)};
    constexpr xn::depthwise second{.kernel = {3, 3}, .padding = xn::pads(4, 3, 1, 1)};
    return xn::input<float, xn::hwc{T, 7, 4}> | some_conv<first, 4>() | xn::relu |
           some_depthwise<second, 6>(1) | xn::gelu;
  });
}

TEST_CASE("streams: same padding where it needs no height", "[stream]") {
  check_streaming<1, 2, 3, 9, 20>([]<int T>() {
    constexpr xn::conv wide{.out = 4, .kernel = {6, 3}};
    constexpr xn::depthwise deep{.kernel = {3, 3}, .dilation = {3, 1}};
    constexpr xn::conv even{
        .out = 8, .kernel = {4, 1}, .stride = {2, 1}};  // one row, or one of three
    return xn::input<float, xn::hwc{T, 4, 3}> | some_conv<wide, 3>() | xn::relu |
           some_depthwise<deep, 4>(1) | xn::relu | some_conv<even, 4>(2);
  });
}

TEST_CASE("streams: pools", "[stream]") {
  check_streaming<3, 4, 9, 25>([]<int T>() {
    constexpr xn::max_pool first{.kernel = {3, 2}, .padding = xn::valid};
    constexpr xn::average_pool second{.kernel = {3, 3}, .padding = xn::pads(1, 1, 1, 1)};
    constexpr xn::average_pool third{.kernel = {4, 1}, .stride = {3, 1}, .padding = xn::causal};
    constexpr xn::max_pool fourth{.kernel = {3, 3}, .padding = xn::same};
    return xn::input<float, xn::hwc{T, 6, 5}> | xn::max_pool2d<first> | xn::relu |
           xn::average_pool2d<second> | xn::average_pool2d<third> | xn::max_pool2d<fourth>;
  });
}

TEST_CASE("streams: a keyword spotter with a sliding pool", "[stream]") {
  check_streaming<1, 2, 9, 49>([]<int T>() {
    constexpr xn::conv stem{.out = 16, .kernel = {10, 4}, .stride = {2, 2}, .padding = xn::causal};
    constexpr xn::depthwise deep{.kernel = {3, 3}, .padding = xn::causal};
    constexpr xn::conv point{.out = 16};
    return xn::input<float, xn::hwc{T, 10, 1}> | some_conv<stem, 1>() | xn::relu |
           some_depthwise<deep, 16>(1) | some_batch_norm<16>(2) | xn::relu |
           some_conv<point, 16>(3) | xn::relu | xn::sliding_pool<5> | some_dense<12, 16>(4) |
           xn::softmax;
  });
}

TEST_CASE("streams: sliding pools of both kinds, with strides", "[stream]") {
  check_streaming<1, 2, 4, 21>([]<int T>() {
    return xn::input<float, xn::hwc{T, 3, 4}> | xn::sliding_pool<4, xn::pooling::maximum> |
           xn::tanh | xn::sliding_pool<7, xn::pooling::average, 3> | some_dense<3, 4>();
  });
}

TEST_CASE("streams: rows of zeros, reshapes within rows, cuts", "[stream]") {
  check_streaming<1, 2, 5, 18>([]<int T>() {
    return xn::input<float, xn::hwc{T, 4, 3}> | xn::pad<xn::zero_pad{2, 3, 0, 1}> |
           some_conv<causal(5, {3, 2}), 3>() | xn::unlink | xn::relu |
           xn::reshape<xn::sequence(T + 5, 25)> | some_dense<7, 25>(1) |
           xn::pad<xn::zero_pad{1, 0, 0, 0}>;
  });
}

TEST_CASE("streams: nothing but copies", "[stream]") {
  check_streaming<1, 2, 5>([]<int T>() {
    return xn::input<float, xn::hwc{T, 2, 3}> | xn::outputs(xn::identity, xn::relu, xn::softmax);
  });
}
