// The networks that are measured: weights and expression by name; `split`, if the library's choice
// for several cores is not meant.
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

struct resnet18 {
  using weights = models::resnet18_weights<100, 1000>;
  static constexpr auto expression(const weights& w) { return models::resnet18<224>(w); }
};
struct squeezenet {
  using weights = models::squeezenet_weights<100, 1000>;
  static constexpr auto expression(const weights& w) { return models::squeezenet<224>(w); }
};
struct shufflenetv2 {
  using weights = models::shufflenet_v2_weights<models::shufflenet_v2_1_0, 1000>;
  static constexpr auto expression(const weights& w) { return models::shufflenet_v2<224>(w); }
};
struct centrenet {
  using weights = models::centrenet_weights<100, 80>;
  static constexpr auto expression(const weights& w) { return models::centrenet<512>(w); }
};
struct lstm128 {
  using weights = models::lstm_stack_weights<128, 128, 1>;
  static constexpr auto expression(const weights& w) { return models::lstm_stack<64>(w); }
};
struct lstm256 {
  using weights = models::lstm_stack_weights<256, 256, 2>;
  /// A layer on each core: a step of one beside the next step of the one before.
  static constexpr auto split = xenos::split::pipeline;
  static constexpr auto expression(const weights& w) { return models::lstm_stack<64>(w); }
};

struct bert_small {
  using weights = models::bert_weights<>;
  static constexpr auto expression(const weights& w) { return models::bert_encoder<128>(w); }
};

}  // namespace bench::networks
