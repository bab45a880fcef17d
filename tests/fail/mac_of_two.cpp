// expect: xenos: this stage reads another number of streams than reaches it
// expect: multiply_accumulate.*input_stream<float, 4, 4, 2>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto joined = xn::fork(xn::relu, xn::tanh, xn::identity) | xn::mac;
#else
constexpr auto joined = xn::fork(xn::relu, xn::tanh) | xn::mac;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{4, 4, 2}> | joined;
