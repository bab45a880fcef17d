// expect: xenos: this expression does not start with xn::input
// expect: activation<.*relu>
#include <xenos/expr/vocabulary.hpp>
#include <xenos/model/link.hpp>
#include <xenos/target/catalogue.hpp>

namespace xn = xenos;

constexpr auto body = xn::relu | xn::softmax;
#ifdef XENOS_TWIN
inline constexpr auto model = xn::input<float, xn::hwc{1, 1, 4}> | body;
#else
inline constexpr auto model = body;
#endif

constexpr auto program = xn::link<xn::targets::generic>(model);
static_assert(program.outputs == 1);
