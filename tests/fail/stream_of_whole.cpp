// expect: xenos: this stage needs all rows of its input
// expect: .*transpose.*input_stream<float, 16777216, 4, 8>
// expect: stream_of_whole\.cpp:\d+:\d+
#include <support/user_operations.hpp>
#include <xenos/xenos.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto stage = xn::stage_of<xenos_test::upsample_rows{}>();
#else
constexpr auto stage = xn::permute<xn::transpose{.order = {1, 0, 2}}>;
#endif

constexpr auto program =
    xn::stream<xn::targets::host>(xn::input<float, xn::rows_of(4, 8)> | stage | xn::relu);
static_assert(program.latency_rows<> == 0);
