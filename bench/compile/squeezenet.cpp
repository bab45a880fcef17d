// What compiling SqueezeNet 1.1 (224) costs: one translation unit that links, packs and
// runs it.
#include "../../examples/models/squeezenet.hpp"

using weights_views = models::squeezenet_weights<100, 1000>;

void run(const weights_views& views, std::span<const float, 224 * 224 * 3> in,
         std::span<float, 1000> out) {
  const auto net =
      xenos::link<xenos::targets::host>([&] { return models::squeezenet<224>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
