// expect: xenos: this stage needs all rows of its input.*xn::sliding_pool<rows>
// expect: global_pool<.*average>.*input_stream<float, 16777216, 4, 8>
// expect: stream_of_global_pool\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto pool = xn::sliding_pool<50>;
#else
constexpr auto pool = xn::global_average_pool;
#endif

inline constexpr auto model = xn::input<float, xn::rows_of(4, 8)> | xn::relu | pool | xn::softmax;
using net = decltype(xn::stream<xn::targets::host>(model));
static_assert(net::output_length<> == 8);
