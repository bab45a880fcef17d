// expect: xenos: padding is negative; pad with 0 or more
// expect: conv\b.*input_stream<float, 32, 32, 3>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto padding = xn::pads(1, 1, 0, 0);
#else
constexpr auto padding = xn::pads(1, -1, 0, 0);
#endif

constexpr auto kernel = xn::weights<float, xn::ohwi{16, 3, 3, 3}>{};
inline constexpr auto model =
    xn::input<float, xn::hwc{32, 32, 3}> |
    xn::conv2d<xn::conv{.out = 16, .kernel = {3, 3}, .padding = padding}>(kernel);
