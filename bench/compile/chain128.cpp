// What compiling a chain of 128 stages costs: 64 times a 3x3 convolution and a relu.
#include <xenos/xenos.hpp>

namespace xn = xenos;

using layer = xn::layer<xn::ohwi{16, 3, 3, 16}>;

template <int Layers>
constexpr auto chain(const layer* w) {
  constexpr xn::conv attributes{.out = 16, .kernel = {3, 3}};
  if constexpr (Layers == 0) {
    return xn::input<float, xn::hwc{32, 32, 16}>;
  } else {
    return chain<Layers - 1>(w) | xn::conv2d<attributes>(w[Layers - 1]) | xn::relu;
  }
}

void run(const layer (&views)[64], std::span<const float, 32 * 32 * 16> in,
         std::span<float, 32 * 32 * 16> out) {
  const auto net = xn::link<xn::targets::host>([&] { return chain<64>(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
