// expect: xenos: a stream of integers has no quantisation here
// expect: quantisation_missing, .*conv.*input_stream<signed char, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr xn::conv attributes{.out = 2, .to = {0.25F, -128}};
#else
inline constexpr xn::conv attributes{.out = 2};
#endif

inline constexpr xn::quantised_layer<xn::ohwi{2, 1, 1, 4}> layer{};
inline constexpr auto model = xn::input<std::int8_t, xn::hwc{8, 8, 4}, xn::quantisation{0.5F, 3}> |
                              xn::conv2d<attributes>(layer);
