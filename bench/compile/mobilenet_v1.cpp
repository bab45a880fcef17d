// What compiling MobileNetV1 (224, width 1) costs: one translation unit that links, packs and runs
// it.
#include "../../examples/models/mobilenet.hpp"

using weights_views = models::mobilenet_weights<100, 1000>;

void run(const weights_views& views, std::span<const float, 224 * 224 * 3> image,
         std::span<float, 1000> scores) {
  const auto net = xenos::link<xenos::targets::host>([&] { return models::mobilenet<224>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, image, scores);
}
