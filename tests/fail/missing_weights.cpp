// expect: xenos: this stage takes another number of weight views; give them in brackets,
// .*xn::conv2d<...>\(weights, bias\) expect: conv\b.*takes_views<1,
// 2>.*has_views<0>.*input_stream<float, 32, 32, 3>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto layer = xn::conv2d<xn::conv{.out = 16}>(xn::weights<float, xn::ohwi{16, 1, 1, 3}>{});
#else
constexpr auto layer = xn::conv2d<xn::conv{.out = 16}>();
#endif

inline constexpr auto model = xn::input<float, xn::hwc{32, 32, 3}> | layer | xn::relu;
