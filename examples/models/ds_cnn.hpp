// DS-CNN, the keyword-spotting network of MLPerf Tiny: 49 x 10 MFCC features to 12 words.
#pragma once

#include <xenos/xenos.hpp>

namespace models {

namespace xn = xenos;

struct ds_cnn_weights {
  struct block {
    xn::layer<xn::hwo{3, 3, 64}> depthwise;
    xn::layer<xn::ohwi{64, 1, 1, 64}> pointwise;
  };
  xn::layer<xn::ohwi{64, 10, 4, 1}> stem;
  block blocks[4];
  xn::layer<xn::oi{12, 64}> classifier;
};

// clang-format off
/// A depthwise and a pointwise convolution.
constexpr auto ds_block(const ds_cnn_weights::block& w) {
  return xn::depthwise2d<xn::depthwise{.kernel = {3, 3}}>(w.depthwise) | xn::relu
       | xn::conv2d<xn::conv{.out = 64}>(w.pointwise) | xn::relu;
}

constexpr auto ds_cnn(const ds_cnn_weights& w) {
  return xn::input<float, xn::hwc{49, 10, 1}>
       | xn::conv2d<xn::conv{.out = 64, .kernel = {10, 4}, .stride = {2, 2}}>(w.stem) | xn::relu
       | ds_block(w.blocks[0]) | ds_block(w.blocks[1])
       | ds_block(w.blocks[2]) | ds_block(w.blocks[3])
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = 12}>(w.classifier) | xn::softmax;
}
// clang-format on

}  // namespace models
