// expect: xenos: the extents of these weights do not fit the stage and its input; make `has` equal
// expect: gru_attributes\b.*needs<18, 1, 1, 6>.*has<18, 1, 1, 8>.*view<1>
// expect: recurrent_weights_of_features\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::weights<float, xn::oi{18, 6}> recurrent;
#else
constexpr xn::weights<float, xn::oi{18, 8}> recurrent;
#endif

inline constexpr auto model =
    xn::input<float, xn::sequence(20, 8)> |
    xn::gru<xn::gru_attributes{.hidden = 6}>(xn::weights<float, xn::oi{18, 8}>{}, recurrent);
