// expect: xenos: this stage reads a sequence, rows of one pixel, and its input is wider
// expect: lstm_attributes\b.*input_stream<float, 20, 4, 8>
// expect: lstm_of_image\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto steps = xn::input<float, xn::sequence(20, 8)>;
#else
constexpr auto steps = xn::input<float, xn::hwc{20, 4, 8}>;
#endif

inline constexpr auto model =
    steps | xn::lstm<xn::lstm_attributes{.hidden = 6}>(xn::weights<float, xn::oi{24, 8}>{},
                                                       xn::weights<float, xn::oi{24, 6}>{});
