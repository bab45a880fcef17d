// expect: xenos: which rows this stage reads depends on the height of its input.*xn::causal
// expect: conv.*input_stream<float, 16777216, 10, 1>
// expect: stream_of_same_with_stride\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::margins padding = xn::causal;
#else
constexpr xn::margins padding = xn::same;
#endif

constexpr xn::conv stem{.out = 4, .kernel = {3, 4}, .stride = {2, 2}, .padding = padding};
inline constexpr auto model = xn::input<float, xn::rows_of(10, 1)> |
                              xn::conv2d<stem>(xn::weights<float, xn::ohwi{4, 3, 4, 1}>{}) |
                              xn::relu;
using net = decltype(xn::stream<xn::targets::host>(model));
static_assert(net::latency_rows<> == 0);
