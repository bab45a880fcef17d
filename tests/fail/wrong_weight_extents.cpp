// expect: xenos: the extents of these weights do not fit the stage and its input; make `has` equal
// `needs` expect: conv\b.*needs<16, 3, 3, 3>.*has<16, 3, 3, 4>.*view<0>.*input_stream<float, 32,
// 32, 3> expect: wrong_weight_extents\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::weights<float, xn::ohwi{16, 3, 3, 3}> kernel;
#else
constexpr xn::weights<float, xn::ohwi{16, 3, 3, 4}> kernel;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{32, 32, 3}> |
                              xn::conv2d<xn::conv{.out = 16, .kernel = {3, 3}}>(kernel) | xn::relu;
