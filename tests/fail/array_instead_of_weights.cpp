// expect: xenos: a stage takes views of weights; wrap the data: xn::weights<float, xn::ohwi
// expect: stage<.*(const float\*|float const\*|const float \*)
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr float data[40] = {};
#ifdef XENOS_TWIN
constexpr auto layer = xn::dense<xn::fc{.out = 10}>(xn::weights<float, xn::oi{10, 4}>(data));
#else
constexpr auto layer = xn::dense<xn::fc{.out = 10}>(data);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{1, 1, 4}> | layer;
