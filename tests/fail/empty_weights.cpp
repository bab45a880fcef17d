// expect: xenos: a shape has an extent of 0 or less; make all extents at least 1
// expect: weights<float, .*0, 3
#include <xenos/core/weights.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::weights<float, xn::oi{2, 3}> matrix;
#else
constexpr xn::weights<float, xn::oi{0, 3}> matrix;
#endif

static_assert(matrix.data == nullptr);
