// ResNet18 (arXiv:1512.03385) for square images of `Size` pixels, channels scaled by `Width`
// percent; batch normalisation is folded. Padding is PyTorch's: the same on all sides.
#pragma once

#include <xenos/xenos.hpp>

#include "scaled.hpp"

namespace models {

namespace xn = xenos;

/// Two 3x3 convolutions, and a 1x1 convolution beside them where they change the shape.
template <int In, int Out>
struct basic_block_weights {
  xn::layer<xn::ohwi{Out, 3, 3, In}> first;
  xn::layer<xn::ohwi{Out, 3, 3, Out}> second;
  xn::layer<xn::ohwi{Out, 1, 1, In}> shortcut;
};
template <int Channels>
struct basic_block_weights<Channels, Channels> {
  xn::layer<xn::ohwi{Channels, 3, 3, Channels}> first, second;
};

/// All but the classifier.
template <int Width>
struct resnet18_backbone_weights {
  template <int In, int Out>
  using block = basic_block_weights<scaled<Width>(In), scaled<Width>(Out)>;
  xn::layer<xn::ohwi{scaled<Width>(64), 7, 7, 3}> stem;
  block<64, 64> block1, block2;
  block<64, 128> block3;
  block<128, 128> block4;
  block<128, 256> block5;
  block<256, 256> block6;
  block<256, 512> block7;
  block<512, 512> block8;
};

template <int Width, int Classes>
struct resnet18_weights {
  resnet18_backbone_weights<Width> backbone;
  xn::layer<xn::oi{Classes, scaled<Width>(512)}> classifier;
};

// clang-format off
template <int In, int Out>
constexpr auto basic_block(const basic_block_weights<In, Out>& w) {
  constexpr int stride = In == Out ? 1 : 2;
  constexpr xn::margins around = xn::pads(1, 1, 1, 1);
  const auto body =
      xn::conv2d<xn::conv{.out = Out, .kernel = {3, 3}, .stride = {stride, stride}, .padding = around}>(w.first)
    | xn::relu
    | xn::conv2d<xn::conv{.out = Out, .kernel = {3, 3}, .padding = around}>(w.second);
  if constexpr (In == Out) {
    return xn::residual(body) | xn::relu;
  } else {
    return xn::residual(body, xn::conv2d<xn::conv{.out = Out, .stride = {2, 2}}>(w.shortcut)) | xn::relu;
  }
}

/// From the image to 1 / 32 of its height and width.
template <int Size, int Width>
constexpr auto resnet18_backbone(const resnet18_backbone_weights<Width>& w) {
  constexpr xn::conv stem{.out = scaled<Width>(64), .kernel = {7, 7}, .stride = {2, 2}, .padding = xn::pads(3, 3, 3, 3)};
  return xn::input<float, xn::hwc{Size, Size, 3}>
       | xn::conv2d<stem>(w.stem) | xn::relu
       | xn::max_pool2d<xn::max_pool{.kernel = {3, 3}, .stride = {2, 2}, .padding = xn::pads(1, 1, 1, 1)}>
       | basic_block(w.block1) | basic_block(w.block2)
       | basic_block(w.block3) | basic_block(w.block4)
       | basic_block(w.block5) | basic_block(w.block6)
       | basic_block(w.block7) | basic_block(w.block8);
}

template <int Size, int Width, int Classes>
constexpr auto resnet18(const resnet18_weights<Width, Classes>& w) {
  return resnet18_backbone<Size>(w.backbone)
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = Classes}>(w.classifier) | xn::softmax;
}
// clang-format on

}  // namespace models
