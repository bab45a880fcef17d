// expect: xenos: the branches that meet here do not make the same rows from every number
// expect: elementwise<.*add>.*output_shape<8388608, 1, 4>
// expect: stream_of_drifting_branches\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

// For an odd number of rows a causal stride makes one row more than a valid one.
#ifdef XENOS_TWIN
constexpr xn::margins padding = xn::causal;
#else
constexpr xn::margins padding = xn::valid;
#endif

template <xn::margins Padding>
constexpr auto half =
    xn::max_pool2d<xn::max_pool{.kernel = {2, 1}, .stride = {2, 1}, .padding = Padding}>;

constexpr auto program = xn::stream<xn::targets::host>(
    xn::input<float, xn::rows_of(1, 4)> | xn::fork(half<xn::causal>, half<padding>) | xn::add);
static_assert(program.latency_rows<> <= 2);
