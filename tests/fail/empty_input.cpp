// expect: xenos: a shape has an extent of 0 or less; make all extents at least 1
// expect: input_stream<float, 0, 32, 3>
// expect: empty_input\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::hwc image{32, 32, 3};
#else
constexpr xn::hwc image{0, 32, 3};
#endif

inline constexpr auto model = xn::input<float, image> | xn::relu;
