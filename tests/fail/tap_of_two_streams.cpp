// expect: xenos: this stage reads another number of streams than reaches it; join the branches of a
// fork expect: tap_node<.*input_stream<float, 8, 8, 4>.*input_stream<float, 8, 8, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto part = xn::fork(xn::identity, xn::relu) | xn::add | xn::tap<"both">;
#else
constexpr auto part = xn::fork(xn::identity, xn::relu) | xn::tap<"both"> | xn::add;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | part;
