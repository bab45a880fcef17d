// expect: xenos: a stream of integers has no quantisation here, or none that int8 can have
// expect: quantisation_missing, .*activation<.*input_stream<signed char, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr auto smooth = xn::gelu_to<xn::quantisation{0.25F, -100}>;
#else
inline constexpr auto smooth = xn::gelu;
#endif

inline constexpr auto model =
    xn::input<std::int8_t, xn::hwc{8, 8, 4}, xn::quantisation{0.5F, 3}> | smooth;
