// expect: xenos: this expression does not start with xn::input; write xn::input<float,
// xn::hwc\{...\}> expect: activation<.*relu> expect: missing_input\.cpp:\d+:\d+
#include <xenos/expr/trace.hpp>
#include <xenos/expr/vocabulary.hpp>

#include <type_traits>

namespace xn = xenos;

constexpr auto body = xn::relu | xn::softmax;
#ifdef XENOS_TWIN
inline constexpr auto model = xn::input<float, xn::hwc{1, 1, 4}> | body;
#else
inline constexpr auto model = body;
#endif

static_assert(xn::traced<std::remove_cvref_t<decltype(model)>>::outputs == 1);
