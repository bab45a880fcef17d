// What compiling two layers of LSTM (256, 64 steps) costs: one translation unit that links, packs
// and runs it.
#include "../../examples/models/lstm.hpp"

using weights_views = models::lstm_stack_weights<256, 256, 2>;

void run(const weights_views& views, std::span<const float, 64 * 256> in,
         std::span<float, 64 * 256> out) {
  const auto net = xenos::link<xenos::targets::host>([&] { return models::lstm_stack<64>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
