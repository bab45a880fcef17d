// What compiling FC-AutoEncoder costs: one translation unit that links, packs and runs it.
#include "../../examples/models/fc_autoencoder.hpp"

using weights_views = models::fc_autoencoder_weights;

void run(const weights_views& views, std::span<const float, 640> in, std::span<float, 640> out) {
  const auto net = xenos::link<xenos::targets::host>([&] { return models::fc_autoencoder(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
