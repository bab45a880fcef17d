// expect: xenos: the model's arena exceeds the target's memory; use a target with more memory
// expect: letters<'g', 'e', 'n', 'e', 'r', 'i', 'c'>.*whole_model.*needs_bytes<\d+>.*has_bytes<100>
// expect: memory_too_small\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>
#include <xenos/model/link.hpp>
#include <xenos/target/catalogue.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto target = xn::targets::generic.with_memory(8192);
#else
constexpr auto target = xn::targets::generic.with_memory(100);
#endif

constexpr auto kernel = xn::weights<float, xn::ohwi{4, 3, 3, 4}>{};
inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> |
                              xn::conv2d<xn::conv{.out = 4, .kernel = {3, 3}}>(kernel) |
                              xn::softmax;
constexpr auto program = xn::link<target>(model);
static_assert(program.plan.arena_bytes() <= 8192);
