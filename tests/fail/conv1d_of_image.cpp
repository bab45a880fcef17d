// expect: xenos: this stage reads a sequence, rows of one pixel, and its input is wider; use its
// expect: conv_1d\b.*input_stream<float, 16, 4, 8>
// expect: conv1d_of_image\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto sequence = xn::input<float, xn::sequence(16, 8)>;
#else
constexpr auto sequence = xn::input<float, xn::hwc{16, 4, 8}>;
#endif

inline constexpr auto model = sequence | xn::conv1d<xn::conv_1d{.out = 4, .kernel = 3}>(
                                             xn::weights<float, xn::oki{4, 3, 8}>{});
