// expect: xenos: the streams that meet here have different element types; give the model's inputs
// one expect: elementwise<.*add>.*input_stream<float, 8, 8, 4>.*input_stream<short, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr auto second = xn::input<float, xn::hwc{8, 8, 4}, 1>;
#else
inline constexpr auto second = xn::input<std::int16_t, xn::hwc{8, 8, 4}, xn::quantisation{0.5F}, 1>;
#endif

inline constexpr auto model = xn::fork(xn::input<float, xn::hwc{8, 8, 4}>, second) | xn::add;
