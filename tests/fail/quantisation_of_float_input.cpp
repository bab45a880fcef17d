// expect: xenos: a quantisation is given where none is made: streams of float have none
// expect: quantisation_unused, .*input_stream<float, 8, 8, 4>
#include <cstdint>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
using element = std::int8_t;
#else
using element = float;
#endif

inline constexpr auto model =
    xn::input<element, xn::hwc{8, 8, 4}, xn::quantisation{0.5F, 3}> | xn::relu;
