// DS-CNN of MLPerf Tiny in int8, as published: 49 x 10 MFCC features to 12 words. Each layer says
// by `to` what its integers stand for.
#pragma once

#include <xenos/xenos.hpp>

namespace models {

namespace xn = xenos;

struct ds_cnn_int8_weights {
  struct block {
    xn::quantised_layer<xn::hwo{3, 3, 64}> depthwise;
    xn::quantised_layer<xn::ohwi{64, 1, 1, 64}> pointwise;
  };
  xn::quantised_layer<xn::ohwi{64, 10, 4, 1}> stem;
  block blocks[4];
  xn::quantised_layer<xn::oi{12, 64}, 1> classifier;
};

// clang-format off
/// The scales behind the layers of a block. Without negative values the zero point is the lowest.
struct block_scales {
  float depthwise, pointwise;
};
/// A depthwise and a pointwise convolution.
template <block_scales Scales>
constexpr auto ds_int8_block(const ds_cnn_int8_weights::block& w) {
  return xn::depthwise2d<xn::depthwise{.kernel = {3, 3}, .to = {Scales.depthwise, -128}}>(w.depthwise) | xn::relu
       | xn::conv2d<xn::conv{.out = 64, .to = {Scales.pointwise, -128}}>(w.pointwise) | xn::relu;
}

/// `Round`: as the runtime to be matched rounds.
template <xn::rounding Round = xn::rounding::twice>
constexpr auto ds_cnn_int8(const ds_cnn_int8_weights& w) {
  return xn::input<std::int8_t, xn::hwc{49, 10, 1}, xn::quantisation{0.5847029089927673F, 83, Round}>
       | xn::conv2d<xn::conv{.out = 64, .kernel = {10, 4}, .stride = {2, 2}, .to = {0.07872539758682251F, -128}}>(w.stem)
       | xn::relu
       | ds_int8_block<block_scales{0.0828150063753128F, 0.06002569571137428F}>(w.blocks[0])
       | ds_int8_block<block_scales{0.06276002526283264F, 0.03740178793668747F}>(w.blocks[1])
       | ds_int8_block<block_scales{0.045901063829660416F, 0.03297076374292374F}>(w.blocks[2])
       | ds_int8_block<block_scales{0.04684404283761978F, 0.08023615926504135F}>(w.blocks[3])
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = 12, .to = {0.14469251036643982F, 14}}>(w.classifier)
       | xn::softmax;
}
// clang-format on

}  // namespace models
