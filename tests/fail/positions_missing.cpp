// expect: xenos: the table of xn::positions has fewer rows than this sequence has steps
// expect: position_attributes\b.*input_stream<float, 20, 1, 4>
// expect: positions_missing\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr int rows = 20;
#else
constexpr int rows = 19;
#endif

inline constexpr auto model =
    xn::input<float, xn::sequence(20, 4)> |
    xn::positions<xn::position_attributes{.rows = rows}>(xn::weights<float, xn::oi{rows, 4}>{});
