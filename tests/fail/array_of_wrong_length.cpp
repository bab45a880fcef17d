// expect: xenos: the array's length is not that of the weights' extents; correct the extents
// expect: weights<float, .*2, 3.*needs_elements<6(UL)?>.*has_elements<5(UL)?>
// expect: array_of_wrong_length\.cpp:\d+:\d+
#include <xenos/core/weights.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr float data[6] = {};
#else
constexpr float data[5] = {};
#endif

constexpr xn::weights<float, xn::oi{2, 3}> matrix(data);
static_assert(matrix.data == data);
