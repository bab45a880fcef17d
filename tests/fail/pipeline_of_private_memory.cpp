// expect: xenos: the stages of a pipeline hand rows on through memory that they share
// expect: pipeline_of_private_memory\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>
#include <xenos/model/link.hpp>
#include <xenos/target/catalogue.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto target = xn::targets::host.with_cores(2);
#else
constexpr auto target = xn::targets::c6678;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> |
                              xn::max_pool2d<xn::max_pool{.kernel = {2, 2}, .padding = xn::same}> |
                              xn::softmax;
constexpr auto program = xn::link<target, xn::split::pipeline>(model);
static_assert(program.plan.stages <= 2);
