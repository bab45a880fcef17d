// expect: a buffer has not the extent of the model's input or output
// expect: input_buffer
#include <array>
#include <vector>

#include <xenos/xenos.hpp>

namespace xn = xenos;

void run(std::vector<float>& image, std::array<float, 6>& scores) {
  const auto net = xn::link<xn::targets::host>(xn::input<float, xn::hwc{1, 2, 3}> | xn::relu);
  using program = std::remove_const_t<decltype(net)>;
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
#ifdef XENOS_TWIN
  net.run(weights, arena, program::input_buffer<0>(image), scores);
#else
  net.run(weights, arena, image, scores);
#endif
}
