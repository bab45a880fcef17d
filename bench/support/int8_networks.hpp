// The networks of networks.hpp in int8, with seeded weights: layers and shapes are the same, but
// for the soft-max, which not every peer has in int8.
#pragma once

#include <cmath>
#include <cstdint>
#include <deque>
#include <vector>

#include "../../examples/models/ds_cnn_int8.hpp"
#include "../../examples/models/mobilenet_v2.hpp"
#include "../../examples/models/resnet8_int8.hpp"
#include "../../examples/models/seeded.hpp"

namespace bench {

namespace xn = xenos;

// What integers stand for: after a ReLU6, where nothing follows, sums of residuals, the input.
inline constexpr xn::quantisation limited{6.0F / 255, -128};
inline constexpr xn::quantisation linear{0.05F, 3};
inline constexpr xn::quantisation summed{0.06F, -4};
inline constexpr xn::quantisation image{1.0F / 128, 0};

/// Makes integers, and keeps them so that views stay valid.
class seeded_integers {
 public:
  explicit seeded_integers(std::uint32_t seed) : seeded_(seed) {}
  /// `count` integers, evenly distributed in [-size, size].
  template <class T>
  const T* values(std::size_t count, int size) {
    auto& kept = [this]() -> auto& {
      if constexpr (sizeof(T) == 1) {
        return bytes_;
      } else {
        return words_;
      }
    }
    ();
    auto& made = kept.emplace_back();
    for (const float value : seeded_.values(count, float(size) + 0.499F)) {
      made.push_back(static_cast<T>(std::lround(value)));
    }
    return made.data();
  }
  /// Weights that keep activations in range (He), with scales that differ by channel.
  template <auto Order, int Scales>
  void fill(xn::quantised_layer<Order, Scales>& layer) {
    using view = decltype(layer.weights);
    layer.weights = view(values<std::int8_t>(view::size, 127));
    const float largest = std::sqrt(6 / (float(view::size) / float(view::extents.out))) / 127;
    auto& scales = scales_.emplace_back();
    for (const float value : seeded_.values(Scales, 0.25F)) {
      scales.push_back(largest * (1 + value));
    }
    layer.scales = decltype(layer.scales)(scales.data());
    layer.bias = decltype(layer.bias)(values<std::int32_t>(decltype(layer.bias)::size, 500));
  }

 private:
  models::seeded seeded_;
  std::deque<std::vector<std::int8_t>> bytes_;
  std::deque<std::vector<std::int32_t>> words_;
  std::deque<std::vector<float>> scales_;
};

}  // namespace bench

namespace bench::networks {

struct resnet8_int8 {
  using weights = models::resnet8_int8_weights;
  static constexpr models::stack_quantisation stack{limited, linear, linear, limited};
  static constexpr auto expression(const weights& w) {
    return xn::input<std::int8_t, xn::hwc{32, 32, 3}, image> |
           xn::conv2d<xn::conv{.out = 16, .kernel = {3, 3}, .to = limited}>(w.stem) | xn::relu |
           xn::residual<limited>(models::resnet_int8_body<16, 1, stack>(w.stack1)) | xn::relu |
           models::resnet_int8_stack<32, stack>(w.stack2) |
           models::resnet_int8_stack<64, stack>(w.stack3) | xn::global_average_pool |
           xn::dense<xn::fc{.out = 10, .to = linear}>(w.classifier);
  }
  static void fill(seeded_integers& make, weights& w) {
    make.fill(w.stem);
    make.fill(w.stack1.first), make.fill(w.stack1.second);
    make.fill(w.stack2.first), make.fill(w.stack2.second), make.fill(w.stack2.shortcut);
    make.fill(w.stack3.first), make.fill(w.stack3.second), make.fill(w.stack3.shortcut);
    make.fill(w.classifier);
  }
};

struct dscnn_int8 {
  using weights = models::ds_cnn_int8_weights;
  static constexpr models::block_scales scales{limited.scale, limited.scale};
  static constexpr auto expression(const weights& w) {
    return xn::input<std::int8_t, xn::hwc{49, 10, 1}, image> |
           xn::conv2d<xn::conv{.out = 64, .kernel = {10, 4}, .stride = {2, 2}, .to = limited}>(
               w.stem) |
           xn::relu | models::ds_int8_block<scales>(w.blocks[0]) |
           models::ds_int8_block<scales>(w.blocks[1]) | models::ds_int8_block<scales>(w.blocks[2]) |
           models::ds_int8_block<scales>(w.blocks[3]) | xn::global_average_pool |
           xn::dense<xn::fc{.out = 12, .to = linear}>(w.classifier);
  }
  static void fill(seeded_integers& make, weights& w) {
    make.fill(w.stem);
    for (auto& block : w.blocks) make.fill(block.depthwise), make.fill(block.pointwise);
    make.fill(w.classifier);
  }
};

template <int In, int Out>
struct separable_weights {
  xn::quantised_layer<xn::hwo{3, 3, In}> depthwise;
  xn::quantised_layer<xn::ohwi{Out, 1, 1, In}> pointwise;
};

template <int Width, int Classes>
struct mobilenet_int8_weights {
  template <int In, int Out>
  using block = separable_weights<models::scaled<Width>(In), models::scaled<Width>(Out)>;
  xn::quantised_layer<xn::ohwi{models::scaled<Width>(32), 3, 3, 3}> stem;
  block<32, 64> block1;
  block<64, 128> block2;
  block<128, 128> block3;
  block<128, 256> block4;
  block<256, 256> block5;
  block<256, 512> block6;
  block<512, 512> block7to11[5];
  block<512, 1024> block12;
  block<1024, 1024> block13;
  xn::quantised_layer<xn::oi{Classes, models::scaled<Width>(1024)}, 1> classifier;
};

template <int Size, int Width, int Classes>
struct mobilenet_int8 {
  using weights = mobilenet_int8_weights<Width, Classes>;

  template <int Stride, int In, int Out>
  static constexpr auto block(const separable_weights<In, Out>& w) {
    return xn::depthwise2d<xn::depthwise{
               .kernel = {3, 3}, .stride = {Stride, Stride}, .to = limited}>(w.depthwise) |
           xn::relu6 | xn::conv2d<xn::conv{.out = Out, .to = limited}>(w.pointwise) | xn::relu6;
  }
  static constexpr auto expression(const weights& w) {
    constexpr xn::conv stem{
        .out = models::scaled<Width>(32), .kernel = {3, 3}, .stride = {2, 2}, .to = limited};
    return xn::input<std::int8_t, xn::hwc{Size, Size, 3}, image> | xn::conv2d<stem>(w.stem) |
           xn::relu6 | block<1>(w.block1) | block<2>(w.block2) | block<1>(w.block3) |
           block<2>(w.block4) | block<1>(w.block5) | block<2>(w.block6) |
           block<1>(w.block7to11[0]) | block<1>(w.block7to11[1]) | block<1>(w.block7to11[2]) |
           block<1>(w.block7to11[3]) | block<1>(w.block7to11[4]) | block<2>(w.block12) |
           block<1>(w.block13) | xn::global_average_pool |
           xn::dense<xn::fc{.out = Classes, .to = linear}>(w.classifier);
  }
  static void fill(seeded_integers& make, weights& w) {
    const auto both = [&make](auto& of) { make.fill(of.depthwise), make.fill(of.pointwise); };
    make.fill(w.stem);
    both(w.block1), both(w.block2), both(w.block3), both(w.block4), both(w.block5), both(w.block6);
    for (auto& of : w.block7to11) both(of);
    both(w.block12), both(w.block13);
    make.fill(w.classifier);
  }
};
struct mobilenetv1_025_96_int8 : mobilenet_int8<96, 25, 2> {};
struct mobilenetv1_int8 : mobilenet_int8<224, 100, 1000> {};

/// An inverted residual; the first block expands nothing.
template <int In, int Out, int Expansion>
struct inverted_weights {
  xn::quantised_layer<xn::ohwi{In * Expansion, 1, 1, In}> expand;
  xn::quantised_layer<xn::hwo{3, 3, In* Expansion}> depthwise;
  xn::quantised_layer<xn::ohwi{Out, 1, 1, In* Expansion}> project;
};
template <int In, int Out, int Blocks>
struct inverted_stack {
  inverted_weights<In, Out, 6> first;
  inverted_weights<Out, Out, 6> rest[Blocks - 1];
};

struct mobilenetv2_int8 {
  struct weights {
    xn::quantised_layer<xn::ohwi{32, 3, 3, 3}> stem;
    separable_weights<32, 16> block1;
    inverted_stack<16, 24, 2> stack2;
    inverted_stack<24, 32, 3> stack3;
    inverted_stack<32, 64, 4> stack4;
    inverted_stack<64, 96, 3> stack5;
    inverted_stack<96, 160, 3> stack6;
    inverted_weights<160, 320, 6> block17;
    xn::quantised_layer<xn::ohwi{1280, 1, 1, 320}> head;
    xn::quantised_layer<xn::oi{1000, 1280}, 1> classifier;
  };

  template <int Stride, int In, int Out>
  static constexpr auto block(const inverted_weights<In, Out, 6>& w) {
    constexpr xn::conv wide{.out = In * 6, .to = limited};
    constexpr xn::depthwise taps{.kernel = {3, 3}, .stride = {Stride, Stride}, .to = limited};
    constexpr xn::conv narrow{.out = Out, .to = linear};
    const auto body = xn::conv2d<wide>(w.expand) | xn::relu6 | xn::depthwise2d<taps>(w.depthwise) |
                      xn::relu6 | xn::conv2d<narrow>(w.project);
    if constexpr (Stride == 1 && In == Out) {
      return xn::residual<summed>(body);
    } else {
      return body;
    }
  }
  template <int Stride, int In, int Out, int Blocks>
  static constexpr auto stack(const inverted_stack<In, Out, Blocks>& w) {
    const auto two = block<Stride>(w.first) | block<1>(w.rest[0]);
    if constexpr (Blocks == 2) {
      return two;
    } else if constexpr (Blocks == 3) {
      return two | block<1>(w.rest[1]);
    } else {
      return two | block<1>(w.rest[1]) | block<1>(w.rest[2]);
    }
  }
  static constexpr auto expression(const weights& w) {
    constexpr xn::conv stem{.out = 32, .kernel = {3, 3}, .stride = {2, 2}, .to = limited};
    constexpr xn::depthwise taps{.kernel = {3, 3}, .to = limited};
    return xn::input<std::int8_t, xn::hwc{224, 224, 3}, image> | xn::conv2d<stem>(w.stem) |
           xn::relu6 | xn::depthwise2d<taps>(w.block1.depthwise) | xn::relu6 |
           xn::conv2d<xn::conv{.out = 16, .to = linear}>(w.block1.pointwise) | stack<2>(w.stack2) |
           stack<2>(w.stack3) | stack<2>(w.stack4) | stack<1>(w.stack5) | stack<2>(w.stack6) |
           block<1>(w.block17) | xn::conv2d<xn::conv{.out = 1280, .to = limited}>(w.head) |
           xn::relu6 | xn::global_average_pool |
           xn::dense<xn::fc{.out = 1000, .to = linear}>(w.classifier);
  }
  static void fill(seeded_integers& make, weights& w) {
    const auto all = [&](auto& of) {
      make.fill(of.expand), make.fill(of.depthwise), make.fill(of.project);
    };
    const auto stack = [&](auto& of) {
      all(of.first);
      for (auto& each : of.rest) all(each);
    };
    make.fill(w.stem);
    make.fill(w.block1.depthwise), make.fill(w.block1.pointwise);
    stack(w.stack2), stack(w.stack3), stack(w.stack4), stack(w.stack5), stack(w.stack6);
    all(w.block17);
    make.fill(w.head);
    make.fill(w.classifier);
  }
};

}  // namespace bench::networks
