// expect: xenos: push takes the rows of each input of the model, and then a sink
// expect: push_without_sink\.cpp:\d+:\d+
#include <span>

#include <xenos/xenos.hpp>

namespace xn = xenos;

void run(std::span<const float> frame) {
  const auto net = xn::stream<xn::targets::host>(xn::input<float, xn::rows_of(2, 3)> | xn::relu);
  static decltype(net)::weights weights;
  static decltype(net)::state state;
  static decltype(net)::scratch scratch;
#ifdef XENOS_TWIN
  (void)net.push(weights, state, scratch, frame, [](auto) {});
#else
  (void)net.push(weights, state, scratch, frame);
#endif
}
