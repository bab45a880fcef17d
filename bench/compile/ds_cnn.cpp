// What compiling DS-CNN costs: one translation unit that links, packs and runs it.
#include "../../examples/models/ds_cnn.hpp"

void run(const models::ds_cnn_weights& views, std::span<const float, 490> features,
         std::span<float, 12> scores) {
  const auto net = xenos::link<xenos::targets::host>([&] { return models::ds_cnn(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, features, scores);
}
