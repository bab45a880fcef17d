// The networks that are measured: weights and expression by name.
#pragma once

#include "fill.hpp"

namespace bench::networks {

struct resnet8 {
  using weights = models::resnet8_weights;
  static constexpr auto expression(const weights& w) { return models::resnet8(w); }
};
struct dscnn {
  using weights = models::ds_cnn_weights;
  static constexpr auto expression(const weights& w) { return models::ds_cnn(w); }
};
struct fc_autoencoder {
  using weights = models::fc_autoencoder_weights;
  static constexpr auto expression(const weights& w) { return models::fc_autoencoder(w); }
};
struct mobilenetv1_025_96 {
  using weights = models::mobilenet_weights<25, 2>;
  static constexpr auto expression(const weights& w) { return models::mobilenet<96>(w); }
};
struct mobilenetv1 {
  using weights = models::mobilenet_weights<100, 1000>;
  static constexpr auto expression(const weights& w) { return models::mobilenet<224>(w); }
};
struct mobilenetv2 {
  using weights = models::mobilenet_v2_weights<100, 1000>;
  static constexpr auto expression(const weights& w) { return models::mobilenet_v2<224>(w); }
};

}  // namespace bench::networks
