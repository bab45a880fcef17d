// What compiling MobileNetV1 (96, width 0.25) costs: one translation unit that links, packs and
// runs it.
#include "../../examples/models/mobilenet.hpp"

using weights_views = models::mobilenet_weights<25, 2>;

void run(const weights_views& views, std::span<const float, 96 * 96 * 3> in,
         std::span<float, 2> out) {
  const auto net = xenos::link<xenos::targets::host>([&] { return models::mobilenet<96>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
