// Seeded weights for the example networks.
#pragma once

#include "../../examples/models/ds_cnn.hpp"
#include "../../examples/models/fc_autoencoder.hpp"
#include "../../examples/models/mobilenet.hpp"
#include "../../examples/models/mobilenet_v2.hpp"
#include "../../examples/models/resnet8.hpp"
#include "../../examples/models/seeded.hpp"

namespace bench {

/// Gives every layer of a struct of weights seeded values.
inline void fill(models::seeded& make, models::ds_cnn_weights& w) {
  make.fill(w.stem);
  for (auto& block : w.blocks) make.fill(block.depthwise), make.fill(block.pointwise);
  make.fill(w.classifier);
}
inline void fill(models::seeded& make, models::resnet8_weights& w) {
  make.fill(w.stem);
  make.fill(w.stack1.first), make.fill(w.stack1.second);
  make.fill(w.stack2.first), make.fill(w.stack2.second), make.fill(w.stack2.shortcut);
  make.fill(w.stack3.first), make.fill(w.stack3.second), make.fill(w.stack3.shortcut);
  make.fill(w.classifier);
}
template <int Width, int Classes>
void fill(models::seeded& make, models::mobilenet_weights<Width, Classes>& w) {
  const auto both = [&make](auto& block) {
    make.fill(block.depthwise);
    make.fill(block.pointwise);
  };
  make.fill(w.stem);
  both(w.block1), both(w.block2), both(w.block3), both(w.block4), both(w.block5), both(w.block6);
  for (auto& block : w.block7to11) both(block);
  both(w.block12), both(w.block13);
  make.fill(w.classifier);
}
template <int Width, int Classes>
void fill(models::seeded& make, models::mobilenet_v2_weights<Width, Classes>& w) {
  // A quarter of the variance where no activation follows, so that the sums of residuals stay
  // small.
  const auto project = [&make](auto& block) {
    make.fill(block.depthwise);
    make.fill(block.project, 0.5F);
  };
  const auto all = [&](auto& block) { make.fill(block.expand), project(block); };
  const auto stack = [&](auto& blocks) {
    all(blocks.first);
    for (auto& block : blocks.rest) all(block);
  };
  make.fill(w.stem);
  project(w.block1);
  stack(w.stack2), stack(w.stack3), stack(w.stack4), stack(w.stack5), stack(w.stack6);
  all(w.block17);
  make.fill(w.head);
  make.fill(w.classifier);
}
inline void fill(models::seeded& make, models::fc_autoencoder_weights& w) {
  make.fill(w.first);
  for (auto& layer : w.encoder) make.fill(layer);
  make.fill(w.bottleneck), make.fill(w.expand);
  for (auto& layer : w.decoder) make.fill(layer);
  make.fill(w.last);
}

}  // namespace bench
