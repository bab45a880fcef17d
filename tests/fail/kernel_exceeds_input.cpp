// expect: xenos: the kernel \(with its dilation\) is larger than the padded input; use a smaller
// kernel or more padding expect: depthwise\b.*input_stream<float, 4, 32, 8>.*attributes<.*5, 5
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto padding = xn::same;
#else
constexpr auto padding = xn::valid;
#endif

constexpr auto kernel = xn::weights<float, xn::hwo{5, 5, 8}>{};
inline constexpr auto model =
    xn::input<float, xn::hwc{4, 32, 8}> |
    xn::depthwise2d<xn::depthwise{.kernel = {5, 5}, .padding = padding}>(kernel);
