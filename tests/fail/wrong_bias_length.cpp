// expect: xenos: the extents of these weights do not fit the stage and its input
// expect: depthwise\b.*needs<16, 1, 1, 1>.*has<8, 1, 1, 1>.*view<1>.*input_stream<float, 8, 8, 8>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::channel_weights<float, 16> bias;
#else
constexpr xn::channel_weights<float, 8> bias;
#endif

constexpr xn::weights<float, xn::hwo{3, 3, 16}> kernel;
inline constexpr auto model =
    xn::input<float, xn::hwc{8, 8, 8}> |
    xn::depthwise2d<xn::depthwise{.kernel = {3, 3}, .multiplier = 2}>(kernel, bias);
