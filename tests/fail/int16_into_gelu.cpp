// expect: xenos: this stage does not compute with elements of this type, int16 or int32
// expect: no_wide_form, .*input_stream<short( int)?, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

inline constexpr xn::quantisation q{0.01F};
#ifdef XENOS_TWIN
inline constexpr auto before = xn::quantize<q>;
#else
inline constexpr auto before = xn::relu;
#endif

inline constexpr auto model =
    xn::input<std::int16_t, xn::hwc{8, 8, 4}, q> | before | xn::gelu_to<q>;
