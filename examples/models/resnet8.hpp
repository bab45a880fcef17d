// ResNet-8, the image-classification network of MLPerf Tiny: 32 x 32 RGB (0..255) to the 10 classes
// of CIFAR-10.
#pragma once

#include <xenos/xenos.hpp>

namespace models {

namespace xn = xenos;

struct resnet8_weights {
  xn::layer<xn::ohwi{16, 3, 3, 3}> stem;
  struct {
    xn::layer<xn::ohwi{16, 3, 3, 16}> first, second;
  } stack1;
  struct {
    xn::layer<xn::ohwi{32, 3, 3, 16}> first;
    xn::layer<xn::ohwi{32, 3, 3, 32}> second;
    xn::layer<xn::ohwi{32, 1, 1, 16}> shortcut;
  } stack2;
  struct {
    xn::layer<xn::ohwi{64, 3, 3, 32}> first;
    xn::layer<xn::ohwi{64, 3, 3, 64}> second;
    xn::layer<xn::ohwi{64, 1, 1, 32}> shortcut;
  } stack3;
  xn::layer<xn::oi{10, 64}> classifier;
};

// clang-format off
/// Two 3x3 convolutions, the first with a stride.
template <int Out, int Stride>
constexpr auto resnet_body(const auto& w) {
  return xn::conv2d<xn::conv{.out = Out, .kernel = {3, 3}, .stride = {Stride, Stride}}>(w.first)
       | xn::relu
       | xn::conv2d<xn::conv{.out = Out, .kernel = {3, 3}}>(w.second);
}
/// A residual block that halves the image.
template <int Out>
constexpr auto resnet_stack(const auto& w) {
  return xn::residual(resnet_body<Out, 2>(w),
                      xn::conv2d<xn::conv{.out = Out, .stride = {2, 2}}>(w.shortcut));
}

constexpr auto resnet8(const resnet8_weights& w) {
  return xn::input<float, xn::hwc{32, 32, 3}>
       | xn::conv2d<xn::conv{.out = 16, .kernel = {3, 3}}>(w.stem) | xn::relu
       | xn::residual(resnet_body<16, 1>(w.stack1)) | xn::relu
       | resnet_stack<32>(w.stack2) | xn::relu
       | resnet_stack<64>(w.stack3) | xn::relu
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = 10}>(w.classifier) | xn::softmax;
}
// clang-format on

}  // namespace models
