// expect: xenos: a fork is left open at the end of the model; join .* or list them as results by
// xn::outputs expect: open_streams.*input_stream<float, 8, 8, 4>.*input_stream<float, 1, 1, 4>
// expect: open_fork\.cpp:\d+:\d+
#include <xenos/expr/trace.hpp>
#include <xenos/expr/vocabulary.hpp>

#include <type_traits>

namespace xn = xenos;

constexpr auto image = xn::input<float, xn::hwc{8, 8, 4}>;
#ifdef XENOS_TWIN
inline constexpr auto model = image | xn::outputs(xn::relu, xn::global_max_pool);
#else
inline constexpr auto model = image | xn::fork(xn::relu, xn::global_max_pool);
#endif

static_assert(xn::traced<std::remove_cvref_t<decltype(model)>>::outputs == 2);
