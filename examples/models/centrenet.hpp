// CentreNet ("Objects as points", arXiv:1904.07850), which finds objects by their centres, in its
// variant of ResNet18 and plain transposed convolutions; batch normalisation is folded. For square
// images of `Size` pixels, channels scaled by `Width` percent.
#pragma once

#include "resnet18.hpp"

namespace models {

/// 3x3 to `Hidden` channels, then 1x1 to what is predicted.
template <int In, int Hidden, int Out>
struct centre_head_weights {
  xn::layer<xn::ohwi{Hidden, 3, 3, In}> filter;
  xn::layer<xn::ohwi{Out, 1, 1, Hidden}> last;
};

template <int Width, int Classes>
struct centrenet_weights {
  static constexpr int up = scaled<Width>(256);
  template <int Out>
  using head = centre_head_weights<up, scaled<Width>(64), Out>;
  resnet18_backbone_weights<Width> backbone;
  xn::layer<xn::ohwi{up, 4, 4, scaled<Width>(512)}> up1;
  xn::layer<xn::ohwi{up, 4, 4, up}> up2, up3;
  head<Classes> heat_map;
  head<2> size, offset;
};

// clang-format off
/// Twice the height and width.
template <int Out>
constexpr auto centre_up(const auto& w) {
  constexpr xn::transposed_conv twice{.out = Out, .kernel = {4, 4}, .stride = {2, 2}, .padding = xn::pads(1, 1, 1, 1)};
  return xn::transposed_conv2d<twice>(w) | xn::relu;
}
template <int In, int Hidden, int Out>
constexpr auto centre_head(const centre_head_weights<In, Hidden, Out>& w) {
  return xn::conv2d<xn::conv{.out = Hidden, .kernel = {3, 3}}>(w.filter) | xn::relu
       | xn::conv2d<xn::conv{.out = Out}>(w.last);
}

/// Three maps of a quarter of the image's height and width: of each class how likely a centre is
/// there, the height and width of the object, and how far its centre is from the pixel.
template <int Size, int Width, int Classes>
constexpr auto centrenet(const centrenet_weights<Width, Classes>& w) {
  constexpr int up = scaled<Width>(256);
  return resnet18_backbone<Size>(w.backbone)
       | centre_up<up>(w.up1) | centre_up<up>(w.up2) | centre_up<up>(w.up3)
       | xn::outputs(centre_head(w.heat_map) | xn::sigmoid, centre_head(w.size), centre_head(w.offset));
}
// clang-format on

}  // namespace models
