// expect: xenos: padding is negative; pad with 0 or more
// expect: zero_pad\b.*input_stream<float, 8, 8, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::zero_pad rows{.top = 1};
#else
constexpr xn::zero_pad rows{.top = -1};
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | xn::pad<rows>;
