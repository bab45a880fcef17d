// What compiling ResNet-8 costs: one translation unit that links, packs and runs it.
#include "../../examples/models/resnet8.hpp"

void run(const models::resnet8_weights& views, std::span<const float, 3072> image,
         std::span<float, 10> scores) {
  const auto net = xenos::link<xenos::targets::host>([&] { return models::resnet8(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, image, scores);
}
