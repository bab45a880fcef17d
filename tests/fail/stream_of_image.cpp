// expect: xenos: this input has a height.*xn::input<float, xn::rows_of\(width, channels\)>
// expect: input_node.*output_shape<49, 10, 1>
// expect: stream_of_image\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto input = xn::input<float, xn::rows_of(10, 1)>;
#else
constexpr auto input = xn::input<float, xn::hwc{49, 10, 1}>;
#endif

constexpr auto program = xn::stream<xn::targets::host>(input | xn::tanh);
static_assert(program.latency_rows<> == 0);
