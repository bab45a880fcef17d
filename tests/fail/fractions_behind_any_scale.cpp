// expect: xenos: integers of more than 8 bits .* and with int32, or weights of int16
// expect: quantisation_asymmetric, .*conv
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr xn::quantisation q = xn::q15;
#else
inline constexpr xn::quantisation q{0.01F};
#endif

inline constexpr auto model =
    xn::input<std::int16_t, xn::sequence(8, 1), q> |
    xn::conv1d<xn::conv_1d{.out = 1, .kernel = 5}>(xn::weights<std::int16_t, xn::oki{1, 5, 1}>());
