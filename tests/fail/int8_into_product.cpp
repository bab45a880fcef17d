// expect: xenos: this stage computes with float only and its input is int8; put xn::dequantize
// expect: no_integer_form, .*reduce<.*input_stream<signed char, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr auto before = xn::dequantize;
#else
inline constexpr auto before = xn::relu;
#endif

inline constexpr auto model = xn::input<std::int8_t, xn::hwc{8, 8, 4}, xn::quantisation{0.5F, 3}> |
                              before | xn::reduce_prod<xn::axes{.channels = true}>;
