// expect: xenos: streams cannot hold this element type; use float, std::int8_t, std::int16_t
// expect: unknown_element_type, double>
// expect: input_of_double\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
using element = float;
#else
using element = double;
#endif

inline constexpr auto model = xn::input<element, xn::hwc{8, 8, 4}> | xn::relu;
