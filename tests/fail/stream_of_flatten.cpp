// expect: xenos: this stage needs all rows of its input.*reshape within rows only
// expect: flatten_all.*input_stream<float, 16777216, 4, 8>
// expect: stream_of_flatten\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto in_one_row = xn::reshape<xn::sequence(xn::unbounded, 32)>;
#else
constexpr auto in_one_row = xn::flatten;
#endif

inline constexpr auto model = xn::input<float, xn::rows_of(4, 8)> | in_one_row |
                              xn::dense<xn::fc{.out = 3}>(xn::weights<float, xn::oi{3, 32}>{});
using net = decltype(xn::stream<xn::targets::host>(model));
static_assert(net::output_length<> == 3);
