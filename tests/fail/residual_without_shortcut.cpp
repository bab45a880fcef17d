// expect: xenos: the branches that meet here have different shapes; .*xn::residual\(body,
// shortcut\) expect: elementwise<.*add>.*input_stream<float, 16, 16, 8>.*input_stream<float, 8, 8,
// 8> expect: residual_without_shortcut\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr auto strided = xn::conv2d<xn::conv{.out = 8, .kernel = {3, 3}, .stride = {2, 2}}>(
    xn::weights<float, xn::ohwi{8, 3, 3, 8}>{});
constexpr auto body = strided | xn::relu;
#ifdef XENOS_TWIN
constexpr auto shortcut = xn::average_pool2d<xn::average_pool{.kernel = {2, 2}, .stride = {2, 2}}>;
constexpr auto block = xn::residual(body, shortcut);
#else
constexpr auto block = xn::residual(body);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{16, 16, 8}> | block | xn::relu;
