// expect: xenos: this stage needs all rows of its input.*reshape within rows only
// expect: reshape_to.*input_stream<float, 16777216, 4, 8>
// expect: stream_of_reshape_over_rows\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::shape to = xn::sequence(xn::unbounded, 32);
#else
constexpr xn::shape to = xn::sequence(xn::unbounded / 2, 64);
#endif

inline constexpr auto model = xn::input<float, xn::rows_of(4, 8)> | xn::reshape<to> | xn::softmax;
using net = decltype(xn::stream<xn::targets::host>(model));
static_assert(net::latency_rows<> == 0);
