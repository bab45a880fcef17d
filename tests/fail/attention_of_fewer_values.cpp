// expect: xenos: the streams of xn::attention do not fit: queries and keys need equal channels
// expect: attention_attributes\b.*input_stream<float, 20, 1, 48>.*input_stream<float, 19, 1, 48>
// expect: attention_of_fewer_values\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr int rows = 20;
#else
constexpr int rows = 19;
#endif

inline constexpr auto model =
    xn::fork(xn::input<float, xn::sequence(7, 48)>, xn::input<float, xn::sequence(20, 48), 1>,
             xn::input<float, xn::sequence(rows, 48), 2>) |
    xn::attention<xn::attention_attributes{.heads = 6}>;
