// expect: xenos: a weight view of this stage has the wrong element type; behind a stream of int8
// expect: weight_types_differ, .*conv.*input_stream<signed char, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
using element = std::int8_t;
#else
using element = float;
#endif

inline constexpr xn::weights<element, xn::ohwi{2, 1, 1, 4}> weights{};
inline constexpr xn::channel_weights<float, 2> scales{};
inline constexpr auto model = xn::input<std::int8_t, xn::hwc{8, 8, 4}, xn::quantisation{0.5F, 3}> |
                              xn::conv2d<xn::conv{.out = 2, .to = {0.25F, -128}}>(weights, scales);
