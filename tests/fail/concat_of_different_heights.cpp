// expect: xenos: the branches of xn::concat differ in height or width, .*give all branches the same
// strides expect: concat_channels.*input_stream<float, 8, 8, 4>.*input_stream<float, 4, 8, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr auto pool = xn::max_pool2d<xn::max_pool{.kernel = {2, 1}, .stride = {2, 1}}>;
#ifdef XENOS_TWIN
constexpr auto branches = xn::fork(pool, pool);
#else
constexpr auto branches = xn::fork(xn::identity, pool);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | branches | xn::concat;
