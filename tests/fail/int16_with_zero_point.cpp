// expect: xenos: integers of more than 8 bits are quantised symmetrically: give a zero_point of 0
// expect: quantisation_asymmetric, .*input_stream<short( int)?, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr int zero_point = 0;
#else
inline constexpr int zero_point = 3;
#endif

inline constexpr auto model =
    xn::input<std::int16_t, xn::hwc{8, 8, 4}, xn::quantisation{0.5F, zero_point}> | xn::relu;
