// What compiling BERT-S (4 layers of 512, 128 steps) costs: one translation unit that links, packs
// and runs its layers.
#include "../../examples/models/bert_small.hpp"

using weights_views = models::bert_weights<>;

void run(const weights_views& views, std::span<const float, 128 * 512> in,
         std::span<float, 128 * 512> out) {
  const auto net =
      xenos::link<xenos::targets::host>([&] { return models::bert_encoder<128>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
