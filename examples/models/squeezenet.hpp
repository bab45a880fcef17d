// SqueezeNet 1.1 (arXiv:1602.07360 and its authors' later release) for square images of `Size`
// pixels, channels scaled by `Width` percent, which must leave them whole. Pools drop what does not
// fill a window: at 224 pixels nothing, so that rounding up, as published, is the same.
#pragma once

#include <xenos/xenos.hpp>

#include "scaled.hpp"

namespace models {

namespace xn = xenos;

/// A 1x1 convolution to few channels, then 1x1 and 3x3 side by side, each to `Expand`.
template <int In, int Squeeze, int Expand>
struct fire_weights {
  xn::layer<xn::ohwi{Squeeze, 1, 1, In}> squeeze;
  xn::layer<xn::ohwi{Expand, 1, 1, Squeeze}> expand1x1;
  xn::layer<xn::ohwi{Expand, 3, 3, Squeeze}> expand3x3;
};

template <int Width, int Classes>
struct squeezenet_weights {
  template <int In, int Squeeze, int Expand>
  using fire = fire_weights<scaled<Width>(In), scaled<Width>(Squeeze), scaled<Width>(Expand)>;
  xn::layer<xn::ohwi{scaled<Width>(64), 3, 3, 3}> stem;
  fire<64, 16, 64> fire2;
  fire<128, 16, 64> fire3;
  fire<128, 32, 128> fire4;
  fire<256, 32, 128> fire5;
  fire<256, 48, 192> fire6;
  fire<384, 48, 192> fire7;
  fire<384, 64, 256> fire8;
  fire<512, 64, 256> fire9;
  xn::layer<xn::ohwi{Classes, 1, 1, scaled<Width>(512)}> classifier;
};

// clang-format off
template <int In, int Squeeze, int Expand>
constexpr auto fire(const fire_weights<In, Squeeze, Expand>& w) {
  return xn::conv2d<xn::conv{.out = Squeeze}>(w.squeeze) | xn::relu
       | xn::fork(xn::conv2d<xn::conv{.out = Expand}>(w.expand1x1) | xn::relu,
                  xn::conv2d<xn::conv{.out = Expand, .kernel = {3, 3}}>(w.expand3x3) | xn::relu)
       | xn::concat;
}

template <int Size, int Width, int Classes>
constexpr auto squeezenet(const squeezenet_weights<Width, Classes>& w) {
  constexpr xn::conv stem{.out = scaled<Width>(64), .kernel = {3, 3}, .stride = {2, 2}, .padding = xn::valid};
  constexpr xn::max_pool halve{.kernel = {3, 3}, .stride = {2, 2}};
  return xn::input<float, xn::hwc{Size, Size, 3}>
       | xn::conv2d<stem>(w.stem) | xn::relu
       | xn::max_pool2d<halve> | fire(w.fire2) | fire(w.fire3)
       | xn::max_pool2d<halve> | fire(w.fire4) | fire(w.fire5)
       | xn::max_pool2d<halve> | fire(w.fire6) | fire(w.fire7) | fire(w.fire8) | fire(w.fire9)
       | xn::conv2d<xn::conv{.out = Classes}>(w.classifier) | xn::relu
       | xn::global_average_pool | xn::softmax;
}
// clang-format on

}  // namespace models
