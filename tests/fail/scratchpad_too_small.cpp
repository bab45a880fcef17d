// expect: xenos: one stage alone needs more scratchpad than the target has; use a larger scratchpad
// or a smaller row expect: letters<'g', 'e', 'n', 'e', 'r', 'i', 'c'>.*conv\b.*output_shape<8, 8,
// 4>.*needs_bytes<\d+>.*has_bytes<64> expect: scratchpad_too_small\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>
#include <xenos/model/link.hpp>
#include <xenos/target/catalogue.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto target = xn::targets::generic.with_scratchpad(4096);
#else
constexpr auto target = xn::targets::generic.with_scratchpad(64);
#endif

constexpr auto kernel = xn::weights<float, xn::ohwi{4, 3, 3, 4}>{};
inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> |
                              xn::conv2d<xn::conv{.out = 4, .kernel = {3, 3}}>(kernel) |
                              xn::softmax;
constexpr auto program = xn::link<target>(model);
static_assert(program.plan.scratchpad_bytes <= 4096);
