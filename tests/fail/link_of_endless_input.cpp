// expect: xenos: an input of this model is endless.*run the model live by xn::stream
// expect: link_of_endless_input\.cpp:\d+:\d+
#include <xenos/xenos.hpp>

namespace xn = xenos;

inline constexpr auto model = xn::input<float, xn::rows_of(10, 1)> | xn::tanh;
#ifdef XENOS_TWIN
using net = decltype(xn::stream<xn::targets::host>(model));
#else
using net = decltype(xn::link<xn::targets::host>(model));
#endif
static_assert(net::inputs == 1);
