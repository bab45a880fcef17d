// What compiling CentreNet (512, 80 classes) costs: one translation unit that links, packs and
// runs it.
#include "../../examples/models/centrenet.hpp"

using weights_views = models::centrenet_weights<100, 80>;

void run(const weights_views& views, std::span<const float, 512 * 512 * 3> in,
         std::span<float, 128 * 128 * 80> heat_map, std::span<float, 128 * 128 * 2> size,
         std::span<float, 128 * 128 * 2> offset) {
  const auto net = xenos::link<xenos::targets::host>([&] { return models::centrenet<512>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, heat_map, size, offset);
}
