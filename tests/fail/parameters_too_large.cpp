// expect: xenos: the parameters of this stage, or of the smallest part of its output channels
// expect: needs_bytes<\d+>.*has_bytes<\d+>
// expect: parameters_too_large\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr int kilobytes = 256;
#else
constexpr int kilobytes = 8;
#endif

constexpr float some[256 * 512] = {};
constexpr auto program = xn::link<xn::targets::c6678.with_scratchpad(kilobytes * 1024)>(
    xn::input<float, xn::vector(512)> |
    xn::dense<xn::fc{.out = 256}>(xn::weights<float, xn::oi{256, 512}>(some)));
static_assert(decltype(program)::plan.rounds > 0);
