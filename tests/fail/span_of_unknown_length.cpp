// expect: xenos: the array's length is not that of the weights' extents; .*known only at run time
// use xn::checked_weights expect: needs_elements<6(UL)?>
#include <xenos/core/weights.hpp>

#include <span>

namespace xn = xenos;

using view = xn::weights<float, xn::oi{2, 3}>;

bool loads(std::span<const float> data);
bool loads(std::span<const float> data) {
#ifdef XENOS_TWIN
  const auto matrix = xn::checked_weights<xn::oi{2, 3}>(data);
  return matrix.has_value() && matrix->data != nullptr;
#else
  const view matrix(data);
  return matrix.data != nullptr;
#endif
}
