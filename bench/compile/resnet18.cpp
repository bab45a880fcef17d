// What compiling ResNet18 (224, width 1) costs: one translation unit that links, packs and
// runs it.
#include "../../examples/models/resnet18.hpp"

using weights_views = models::resnet18_weights<100, 1000>;

void run(const weights_views& views, std::span<const float, 224 * 224 * 3> in,
         std::span<float, 1000> out) {
  const auto net = xenos::link<xenos::targets::host>([&] { return models::resnet18<224>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
