// ShuffleNetV2 (arXiv:1807.11164) for square images of `Size` pixels; batch normalisation is
// folded.
#pragma once

#include <utility>
#include <xenos/xenos.hpp>

namespace models {

namespace xn = xenos;

/// The channels behind the stem, the three stages and the last convolution: each width of the
/// publication has its own. And the units of each stage, two or more.
struct shufflenet_v2_width {
  int stem, stage2, stage3, stage4, last;
  int units2 = 4, units3 = 8, units4 = 4;
};
inline constexpr shufflenet_v2_width shufflenet_v2_0_5{24, 48, 96, 192, 1024};
inline constexpr shufflenet_v2_width shufflenet_v2_1_0{24, 116, 232, 464, 1024};
inline constexpr shufflenet_v2_width shufflenet_v2_1_5{24, 176, 352, 704, 1024};
inline constexpr shufflenet_v2_width shufflenet_v2_2_0{24, 244, 488, 976, 2048};

/// 1x1, depthwise 3x3, 1x1, to `Half` channels.
template <int In, int Half>
struct shuffle_branch_weights {
  xn::layer<xn::ohwi{Half, 1, 1, In}> first;
  xn::layer<xn::hwo{3, 3, Half}> depthwise;
  xn::layer<xn::ohwi{Half, 1, 1, Half}> last;
};

/// A unit that halves the image, and `Units` - 1 that keep it.
template <int In, int Out, int Units>
struct shuffle_stage_weights {
  struct {
    xn::layer<xn::hwo{3, 3, In}> depthwise;
    xn::layer<xn::ohwi{Out / 2, 1, 1, In}> last;
  } shortcut;
  shuffle_branch_weights<In, Out / 2> halving;
  shuffle_branch_weights<Out / 2, Out / 2> rest[Units - 1];
};

template <shufflenet_v2_width Width, int Classes>
struct shufflenet_v2_weights {
  xn::layer<xn::ohwi{Width.stem, 3, 3, 3}> stem;
  shuffle_stage_weights<Width.stem, Width.stage2, Width.units2> stage2;
  shuffle_stage_weights<Width.stage2, Width.stage3, Width.units3> stage3;
  shuffle_stage_weights<Width.stage3, Width.stage4, Width.units4> stage4;
  xn::layer<xn::ohwi{Width.last, 1, 1, Width.stage4}> last;
  xn::layer<xn::oi{Classes, Width.last}> classifier;
};

// clang-format off
/// Depthwise 3x3 without activation, then 1x1.
template <int Out, int Stride>
constexpr auto shuffle_filter(const auto& w) {
  constexpr xn::depthwise filter{.kernel = {3, 3}, .stride = {Stride, Stride}, .padding = xn::pads(1, 1, 1, 1)};
  return xn::depthwise2d<filter>(w.depthwise)
       | xn::conv2d<xn::conv{.out = Out}>(w.last) | xn::relu;
}
template <int Stride, int In, int Half>
constexpr auto shuffle_branch(const shuffle_branch_weights<In, Half>& w) {
  return xn::conv2d<xn::conv{.out = Half}>(w.first) | xn::relu | shuffle_filter<Half, Stride>(w);
}
inline constexpr auto join_and_shuffle = xn::concat | xn::shuffle_channels<xn::channel_shuffle{2}>;

/// One half of the channels passes unchanged.
template <int Half>
constexpr auto shuffle_unit(const shuffle_branch_weights<Half, Half>& w) {
  return xn::split_into(xn::identity, shuffle_branch<1>(w)) | join_and_shuffle;
}
template <int In, int Out, int Units>
constexpr auto shuffle_stage(const shuffle_stage_weights<In, Out, Units>& w) {
  const auto halving = xn::fork(shuffle_filter<Out / 2, 2>(w.shortcut), shuffle_branch<2>(w.halving))
                     | join_and_shuffle;
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return (halving | ... | shuffle_unit(w.rest[I]));
  }(std::make_integer_sequence<int, Units - 1>{});
}

template <int Size, shufflenet_v2_width Width, int Classes>
constexpr auto shufflenet_v2(const shufflenet_v2_weights<Width, Classes>& w) {
  constexpr xn::margins around = xn::pads(1, 1, 1, 1);
  constexpr xn::conv stem{.out = Width.stem, .kernel = {3, 3}, .stride = {2, 2}, .padding = around};
  return xn::input<float, xn::hwc{Size, Size, 3}>
       | xn::conv2d<stem>(w.stem) | xn::relu
       | xn::max_pool2d<xn::max_pool{.kernel = {3, 3}, .stride = {2, 2}, .padding = around}>
       | shuffle_stage(w.stage2) | shuffle_stage(w.stage3) | shuffle_stage(w.stage4)
       | xn::conv2d<xn::conv{.out = Width.last}>(w.last) | xn::relu
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = Classes}>(w.classifier) | xn::softmax;
}
// clang-format on

}  // namespace models
