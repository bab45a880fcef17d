// expect: xenos: groups must divide the input's channels and, in a convolution, `out`; change
// expect: conv\b.*input_stream<float, 8, 8, 6>.*attributes<.*\{16, .* 4,
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr int groups = 2;
#else
constexpr int groups = 4;
#endif

constexpr auto kernel = xn::weights<float, xn::ohwi{16, 1, 1, 6 / groups}>{};
inline constexpr auto model =
    xn::input<float, xn::hwc{8, 8, 6}> | xn::conv2d<xn::conv{.out = 16, .groups = groups}>(kernel);
