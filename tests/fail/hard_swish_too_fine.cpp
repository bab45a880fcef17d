// expect: xenos: the scale of `to` is too small for that of this stage's input
// expect: quantisation_too_fine, .*activation<.*input_stream<signed char, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr float scale = 0.008F;
#else
inline constexpr float scale = 0.0078F;
#endif

inline constexpr auto model = xn::input<std::int8_t, xn::hwc{8, 8, 4}, xn::quantisation{1.0F, 3}> |
                              xn::hard_swish_to<xn::quantisation{scale, 0}>;
