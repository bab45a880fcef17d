// MobileNetV1 for square images of `Size` pixels, channels scaled by `Width` percent.
#pragma once

#include <xenos/xenos.hpp>

#include "scaled.hpp"

namespace models {

namespace xn = xenos;

template <int In, int Out>
struct mobilenet_block_weights {
  xn::layer<xn::hwo{3, 3, In}> depthwise;
  xn::layer<xn::ohwi{Out, 1, 1, In}> pointwise;
};

template <int Width, int Classes>
struct mobilenet_weights {
  template <int In, int Out>
  using block = mobilenet_block_weights<scaled<Width>(In), scaled<Width>(Out)>;
  xn::layer<xn::ohwi{scaled<Width>(32), 3, 3, 3}> stem;
  block<32, 64> block1;
  block<64, 128> block2;
  block<128, 128> block3;
  block<128, 256> block4;
  block<256, 256> block5;
  block<256, 512> block6;
  block<512, 512> block7to11[5];
  block<512, 1024> block12;
  block<1024, 1024> block13;
  xn::layer<xn::oi{Classes, scaled<Width>(1024)}> classifier;
};

// clang-format off
template <int Stride, int In, int Out>
constexpr auto mobilenet_block(const mobilenet_block_weights<In, Out>& w) {
  return xn::depthwise2d<xn::depthwise{.kernel = {3, 3}, .stride = {Stride, Stride}}>(w.depthwise)
       | xn::relu6
       | xn::conv2d<xn::conv{.out = Out}>(w.pointwise) | xn::relu6;
}

template <int Size, int Width, int Classes>
constexpr auto mobilenet(const mobilenet_weights<Width, Classes>& w) {
  constexpr xn::conv stem{.out = scaled<Width>(32), .kernel = {3, 3}, .stride = {2, 2}};
  return xn::input<float, xn::hwc{Size, Size, 3}>
       | xn::conv2d<stem>(w.stem) | xn::relu6
       | mobilenet_block<1>(w.block1)
       | mobilenet_block<2>(w.block2) | mobilenet_block<1>(w.block3)
       | mobilenet_block<2>(w.block4) | mobilenet_block<1>(w.block5)
       | mobilenet_block<2>(w.block6)
       | mobilenet_block<1>(w.block7to11[0]) | mobilenet_block<1>(w.block7to11[1])
       | mobilenet_block<1>(w.block7to11[2]) | mobilenet_block<1>(w.block7to11[3])
       | mobilenet_block<1>(w.block7to11[4])
       | mobilenet_block<2>(w.block12) | mobilenet_block<1>(w.block13)
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = Classes}>(w.classifier) | xn::softmax;
}
// clang-format on

}  // namespace models
