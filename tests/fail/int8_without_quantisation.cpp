// expect: xenos: a stream of integers has no quantisation here
// expect: quantisation_missing, .*input_stream<signed char, 8, 8, 4>
// expect: int8_without_quantisation\.cpp:\d+:\d+
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr auto image = xn::input<std::int8_t, xn::hwc{8, 8, 4}, xn::quantisation{0.5F, 3}>;
#else
inline constexpr auto image = xn::input<std::int8_t, xn::hwc{8, 8, 4}>;
#endif

inline constexpr auto model = image | xn::relu;
