// expect: xenos: an attribute of this stage is out of range; give .*factor and out values of at
// least 1 expect: xenos::(\w+::)?upsample<.*input_stream<float, 4, 4, 2> expect:
// upsample_by_zero\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::bilinear twice{.factor = {2, 1}};
#else
constexpr xn::bilinear twice{.factor = {2, 0}};
#endif

inline constexpr auto model = xn::input<float, xn::hwc{4, 4, 2}> | xn::resize_bilinear<twice>;
