// Seeded weights for the example networks.
#pragma once

#include <cmath>

#include "../../examples/models/bert_small.hpp"
#include "../../examples/models/centrenet.hpp"
#include "../../examples/models/ds_cnn.hpp"
#include "../../examples/models/fc_autoencoder.hpp"
#include "../../examples/models/lstm.hpp"
#include "../../examples/models/mobilenet.hpp"
#include "../../examples/models/mobilenet_v2.hpp"
#include "../../examples/models/resnet18.hpp"
#include "../../examples/models/resnet8.hpp"
#include "../../examples/models/seeded.hpp"
#include "../../examples/models/shufflenet_v2.hpp"
#include "../../examples/models/squeezenet.hpp"

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

template <int Width>
void fill(models::seeded& make, models::resnet18_backbone_weights<Width>& w) {
  const auto block = [&make](auto& of) {
    make.fill(of.first);
    make.fill(of.second, 0.5F);  // no activation follows, as above
    if constexpr (requires { of.shortcut; }) make.fill(of.shortcut, 0.7F);
  };
  make.fill(w.stem);
  block(w.block1), block(w.block2), block(w.block3), block(w.block4);
  block(w.block5), block(w.block6), block(w.block7), block(w.block8);
}
template <int Width, int Classes>
void fill(models::seeded& make, models::resnet18_weights<Width, Classes>& w) {
  fill(make, w.backbone);
  make.fill(w.classifier);
}
template <int Width, int Classes>
void fill(models::seeded& make, models::squeezenet_weights<Width, Classes>& w) {
  const auto fire = [&make](auto& of) {
    make.fill(of.squeeze), make.fill(of.expand1x1), make.fill(of.expand3x3);
  };
  make.fill(w.stem);
  fire(w.fire2), fire(w.fire3), fire(w.fire4), fire(w.fire5);
  fire(w.fire6), fire(w.fire7), fire(w.fire8), fire(w.fire9);
  make.fill(w.classifier);
}
template <models::shufflenet_v2_width Width, int Classes>
void fill(models::seeded& make, models::shufflenet_v2_weights<Width, Classes>& w) {
  const auto filter = [&make](auto& of) {
    make.fill(of.depthwise, 0.7F);
    make.fill(of.last);
  };
  const auto branch = [&](auto& of) { make.fill(of.first), filter(of); };
  const auto stage = [&](auto& of) {
    filter(of.shortcut), branch(of.halving);
    for (auto& unit : of.rest) branch(unit);
  };
  make.fill(w.stem);
  stage(w.stage2), stage(w.stage3), stage(w.stage4);
  make.fill(w.last);
  make.fill(w.classifier);
}
template <int Features, int Hidden, int Layers>
void fill(models::seeded& make, models::lstm_stack_weights<Features, Hidden, Layers>& w) {
  const auto view = [&make]<class View>(View& of) {
    of = View(make.values(View::size, 1 / std::sqrt(float(Hidden))).data());
  };
  const auto layer = [&](auto& of) { view(of.input), view(of.recurrent), view(of.bias); };
  layer(w.first);
  for (auto& of : w.rest) layer(of);
}
template <int Width, int Classes>
void fill(models::seeded& make, models::centrenet_weights<Width, Classes>& w) {
  // Four of sixteen taps meet an output element.
  const auto head = [&make](auto& of) { make.fill(of.filter), make.fill(of.last); };
  fill(make, w.backbone);
  make.fill(w.up1, 2), make.fill(w.up2, 2), make.fill(w.up3, 2);
  head(w.heat_map), head(w.size), head(w.offset);
}

template <int Channels>
void fill(models::seeded& make, models::norm_weights<Channels>& w) {
  w.gamma = decltype(w.gamma)(make.values(Channels, 1).data());
  w.beta = decltype(w.beta)(make.values(Channels, 0.1F).data());
}
template <models::bert_size Size>
void fill(models::seeded& make, models::bert_embedding_weights<Size>& w) {
  const auto table = [&make](auto& of) {
    of = std::remove_reference_t<decltype(of)>(make.values(of.size, 1).data());
  };
  table(w.words), table(w.positions), table(w.segments);
  fill(make, w.norm);
}
template <models::bert_size Size>
void fill(models::seeded& make, models::bert_weights<Size>& w) {
  for (auto& layer : w.layers) {
    make.fill(layer.query), make.fill(layer.key), make.fill(layer.value);
    make.fill(layer.output, 0.7F);
    fill(make, layer.attention_norm);
    make.fill(layer.expand), make.fill(layer.contract, 0.7F);
    fill(make, layer.norm);
  }
}

}  // namespace bench
