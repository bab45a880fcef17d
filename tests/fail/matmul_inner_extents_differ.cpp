// expect: xenos: the inner extents of xn::matmul differ, or its columns
// expect: matmul_attributes\b.*input_stream<float, 9, 3, 7>.*input_stream<float, 8, 3, 7>
// expect: matmul_inner_extents_differ\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::matmul_attributes op{.transpose_b = true};
#else
constexpr xn::matmul_attributes op{};
#endif

inline constexpr auto model =
    xn::fork(xn::input<float, xn::hwc{9, 3, 7}>, xn::input<float, xn::hwc{8, 3, 7}, 1>) |
    xn::matmul<op>;
