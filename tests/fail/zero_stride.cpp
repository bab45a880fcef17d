// expect: xenos: an attribute of this stage is out of range; give .* values of at least 1
// expect: conv\b.*input_stream<float, 32, 32, 3>
// expect: zero_stride\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::extent2 stride{1, 2};
#else
constexpr xn::extent2 stride{0, 2};
#endif

constexpr auto kernel = xn::weights<float, xn::ohwi{16, 3, 3, 3}>{};
inline constexpr auto model =
    xn::input<float, xn::hwc{32, 32, 3}> |
    xn::conv2d<xn::conv{.out = 16, .kernel = {3, 3}, .stride = stride}>(kernel);
