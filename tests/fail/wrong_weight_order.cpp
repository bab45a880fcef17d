// expect: xenos: the extents of these weights do not fit .*name the order the data has \(xn::ohwi,
// oihw, hwio expect: conv\b.*needs<16, 5, 3, 8>.*has<5, 3, 8, 16>.*input_stream<float, 32, 32, 8>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

// Keras stores height, width, in, out.
#ifdef XENOS_TWIN
constexpr xn::weights<float, xn::hwio{5, 3, 8, 16}> kernel;
#else
constexpr xn::weights<float, xn::ohwi{5, 3, 8, 16}> kernel;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{32, 32, 8}> |
                              xn::conv2d<xn::conv{.out = 16, .kernel = {5, 3}}>(kernel);
