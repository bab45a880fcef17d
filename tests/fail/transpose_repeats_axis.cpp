// expect: xenos: the order of a transpose must name 0 \(rows\), 1 \(columns\) and 2 \(channels\)
// once expect: xenos::(\w+::)?transpose\b.*input_stream<float, 4, 5, 6> expect:
// transpose_repeats_axis\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::transpose turn{.order = {2, 0, 1}};
#else
constexpr xn::transpose turn{.order = {2, 1, 1}};
#endif

inline constexpr auto model = xn::input<float, xn::hwc{4, 5, 6}> | xn::permute<turn>;
