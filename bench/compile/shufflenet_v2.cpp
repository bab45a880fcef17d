// What compiling ShuffleNetV2 1.0 (224) costs: one translation unit that links, packs and
// runs it.
#include "../../examples/models/shufflenet_v2.hpp"

using weights_views = models::shufflenet_v2_weights<models::shufflenet_v2_1_0, 1000>;

void run(const weights_views& views, std::span<const float, 224 * 224 * 3> in,
         std::span<float, 1000> out) {
  const auto net =
      xenos::link<xenos::targets::host>([&] { return models::shufflenet_v2<224>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
