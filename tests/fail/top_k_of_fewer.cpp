// expect: xenos: an attribute of this stage is out of range
// expect: top_values_attributes.*input_stream<float, 4, 1, 10>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr int k = 10;
#else
constexpr int k = 11;
#endif
inline constexpr auto model = xn::input<float, xn::sequence(4, 10)> | xn::top_k<k>;
