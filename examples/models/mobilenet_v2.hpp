// MobileNetV2 for square images of `Size` pixels, channels scaled by `Width` percent; batch
// normalisation is folded. What precedes the classifier keeps its 1280 channels below 100 percent
// in the publication; here it is scaled like the rest.
#pragma once

#include "mobilenet.hpp"

namespace models {

/// An inverted residual: channels are expanded, filtered depth-wise and projected.
template <int In, int Out, int Expansion>
struct bottleneck_weights {
  xn::layer<xn::ohwi{In * Expansion, 1, 1, In}> expand;
  xn::layer<xn::hwo{3, 3, In* Expansion}> depthwise;
  xn::layer<xn::ohwi{Out, 1, 1, In* Expansion}> project;
};
/// The first block expands nothing.
template <int In, int Out>
struct bottleneck_weights<In, Out, 1> {
  xn::layer<xn::hwo{3, 3, In}> depthwise;
  xn::layer<xn::ohwi{Out, 1, 1, In}> project;
};

/// `Blocks` blocks, of which the first changes the shape.
template <int In, int Out, int Blocks>
struct bottlenecks_weights {
  bottleneck_weights<In, Out, 6> first;
  bottleneck_weights<Out, Out, 6> rest[Blocks - 1];
};

template <int Width, int Classes>
struct mobilenet_v2_weights {
  template <int In, int Out, int Blocks>
  using stack = bottlenecks_weights<scaled<Width>(In), scaled<Width>(Out), Blocks>;
  static constexpr int last = scaled<Width>(1280);
  xn::layer<xn::ohwi{scaled<Width>(32), 3, 3, 3}> stem;
  bottleneck_weights<scaled<Width>(32), scaled<Width>(16), 1> block1;
  stack<16, 24, 2> stack2;
  stack<24, 32, 3> stack3;
  stack<32, 64, 4> stack4;
  stack<64, 96, 3> stack5;
  stack<96, 160, 3> stack6;
  bottleneck_weights<scaled<Width>(160), scaled<Width>(320), 6> block17;
  xn::layer<xn::ohwi{last, 1, 1, scaled<Width>(320)}> head;
  xn::layer<xn::oi{Classes, last}> classifier;
};

// clang-format off
/// Depth-wise filter and projection, which is linear.
template <int Stride, int Out>
constexpr auto filter_and_project(const auto& w) {
  return xn::depthwise2d<xn::depthwise{.kernel = {3, 3}, .stride = {Stride, Stride}}>(w.depthwise)
       | xn::relu6
       | xn::conv2d<xn::conv{.out = Out}>(w.project);
}
template <int Stride, int In, int Out, int Expansion>
constexpr auto bottleneck(const bottleneck_weights<In, Out, Expansion>& w) {
  const auto body = xn::conv2d<xn::conv{.out = In * Expansion}>(w.expand) | xn::relu6
                  | filter_and_project<Stride, Out>(w);
  if constexpr (Stride == 1 && In == Out) {
    return xn::residual(body);
  } else {
    return body;
  }
}
template <int Stride, int In, int Out>
constexpr auto bottlenecks(const bottlenecks_weights<In, Out, 2>& w) {
  return bottleneck<Stride>(w.first) | bottleneck<1>(w.rest[0]);
}
template <int Stride, int In, int Out>
constexpr auto bottlenecks(const bottlenecks_weights<In, Out, 3>& w) {
  return bottleneck<Stride>(w.first) | bottleneck<1>(w.rest[0]) | bottleneck<1>(w.rest[1]);
}
template <int Stride, int In, int Out>
constexpr auto bottlenecks(const bottlenecks_weights<In, Out, 4>& w) {
  return bottleneck<Stride>(w.first) | bottleneck<1>(w.rest[0]) | bottleneck<1>(w.rest[1])
       | bottleneck<1>(w.rest[2]);
}

template <int Size, int Width, int Classes>
constexpr auto mobilenet_v2(const mobilenet_v2_weights<Width, Classes>& w) {
  constexpr xn::conv stem{.out = scaled<Width>(32), .kernel = {3, 3}, .stride = {2, 2}};
  return xn::input<float, xn::hwc{Size, Size, 3}>
       | xn::conv2d<stem>(w.stem) | xn::relu6
       | filter_and_project<1, scaled<Width>(16)>(w.block1)
       | bottlenecks<2>(w.stack2) | bottlenecks<2>(w.stack3) | bottlenecks<2>(w.stack4)
       | bottlenecks<1>(w.stack5) | bottlenecks<2>(w.stack6)
       | bottleneck<1>(w.block17)
       | xn::conv2d<xn::conv{.out = scaled<Width>(1280)}>(w.head) | xn::relu6
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = Classes}>(w.classifier) | xn::softmax;
}
// clang-format on

}  // namespace models
