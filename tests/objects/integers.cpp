// A model of int8, and at its end of int16, as an object file: no heap, no exceptions, no static
// constructors.
#include <xenos/xenos.hpp>

namespace xn = xenos;

namespace {

constexpr xn::quantisation pixels{0.02F, -7};
[[maybe_unused]] constexpr auto model(const xn::quantised_layer<xn::ohwi{6, 3, 3, 4}>& first,
                                      const xn::quantised_layer<xn::hwo{3, 3, 6}>& second) {
  return xn::input<float, xn::hwc{8, 6, 4}> | xn::quantize<pixels> |
         xn::conv2d<xn::conv{.out = 6, .kernel = {3, 3}, .to = {0.03F, 5}}>(first) | xn::relu6 |
         xn::residual<xn::quantisation{0.05F, 0}>(
             xn::depthwise2d<xn::depthwise{.kernel = {3, 3}, .to = {0.01F, -1}}>(second)) |
         xn::average_pool2d<xn::average_pool{.kernel = {2, 2}}> |
         xn::hard_swish_to<xn::quantisation{0.04F, -100}> | xn::tanh |
         xn::resize_bilinear<xn::bilinear{{1, 3}}> | xn::reduce_mean<xn::axes{.columns = true}> |
         xn::softmax | xn::quantize<xn::quantisation{1e-4F}, std::int16_t> | xn::tanh |
         xn::softmax | xn::dequantize;
}
using net_type = decltype(xn::link<xn::targets::generic>(model({}, {})));

}  // namespace

extern "C" void run_integers(const net_type& net, const net_type::weights& weights,
                             net_type::arena& arena, const float (&in)[8 * 6 * 4],
                             float (&out)[7 * 6]) {
  net.run(weights, arena, in, out);
}
