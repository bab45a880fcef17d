// expect: xenos: the parameters of this stage, or the fewest of them that its kernel can work with
// expect: needs_bytes<\d+>.*has_bytes<\d+>
// expect: parameters_too_large\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr int kilobytes = 256;
#else
constexpr int kilobytes = 40;
#endif

// A depthwise convolution needs all of its weights at once.
constexpr float some[512 * 9] = {};
constexpr auto program = xn::link<xn::targets::c6678.with_scratchpad(kilobytes * 1024)>(
    xn::input<float, xn::hwc{4, 1, 512}> |
    xn::depthwise2d<xn::depthwise{.kernel = {3, 3}}>(xn::weights<float, xn::hwo{3, 3, 512}>(some)));
static_assert(decltype(program)::plan.rounds > 0);
