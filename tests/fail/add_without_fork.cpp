// expect: xenos: this stage reads another number of streams than reaches it; .*put xn::fork\(a, b\)
// before a join expect: elementwise<.*add>.*input_stream<float, 8, 8, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto join = xn::fork(xn::identity, xn::relu) | xn::add;
#else
constexpr auto join = xn::relu | xn::add;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | join;
