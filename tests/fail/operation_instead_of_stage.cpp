// expect: xenos: what stands behind `\|` is no stage; write xn::stage_of<operation>\(weights\)
// expect: pool<
// expect: operation_instead_of_stage\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto layer = xn::stage_of<xn::max_pool{.kernel = {2, 2}}>();
#else
constexpr auto layer = xn::max_pool{.kernel = {2, 2}};
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | layer;
