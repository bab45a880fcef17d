// expect: xenos: the slice is empty or reaches beyond its input; keep begin . size within each
// expect: xenos::(\w+::)?slice\b.*input_stream<float, 8, 6, 4>
// expect: slice_beyond_input\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr int rows = 5;
#else
constexpr int rows = 6;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 6, 4}> |
                              xn::crop<xn::slice{.begin = {3, 0, 0}, .size = {rows, -1, -1}}>;
