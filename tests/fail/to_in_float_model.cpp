// expect: xenos: a quantisation is given where none is made: streams of float have none
// expect: quantisation_unused, .*conv.*input_stream<float, 8, 8, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
inline constexpr xn::conv layer{.out = 8, .kernel = {3, 3}};
#else
inline constexpr xn::conv layer{.out = 8, .kernel = {3, 3}, .to = {0.5F, 3}};
#endif

constexpr auto model(xn::weights<float, xn::ohwi{8, 3, 3, 4}> filter) {
  return xn::input<float, xn::hwc{8, 8, 4}> | xn::conv2d<layer>(filter);
}
using model_type = decltype(model({}));
