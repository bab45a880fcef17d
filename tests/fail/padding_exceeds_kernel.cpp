// expect: xenos: the padding of this pool is as large as its kernel.*; pad by less than the kernel
// expect: pool<.*maximum>.*input_stream<float, 8, 8, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto padding = xn::pads(1, 1, 1, 1);
#else
constexpr auto padding = xn::pads(2, 2, 2, 2);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> |
                              xn::max_pool2d<xn::max_pool{.kernel = {2, 2}, .padding = padding}>;
