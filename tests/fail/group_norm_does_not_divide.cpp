// expect: xenos: groups must divide the input's channels
// expect: group_moments.*input_stream<float, 4, 4, 10>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::group_norm_attributes attributes{.groups = 5};
#else
constexpr xn::group_norm_attributes attributes{.groups = 4};
#endif
inline constexpr auto model = xn::input<float, xn::hwc{4, 4, 10}> | xn::group_norm<attributes>();
