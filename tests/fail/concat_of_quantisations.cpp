// expect: xenos: the streams that meet here have different element types
// expect: element_types_differ, .*concat.*input_stream<signed char, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr xn::quantisation second{0.5F, 3};
#else
inline constexpr xn::quantisation second{0.25F, 3};
#endif

inline constexpr auto model =
    xn::fork(xn::input<std::int8_t, xn::hwc{8, 8, 4}, xn::quantisation{0.5F, 3}>,
             xn::input<std::int8_t, xn::hwc{8, 8, 4}, second, 1>) |
    xn::concat;
