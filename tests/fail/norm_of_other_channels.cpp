// expect: xenos: the extents of these weights do not fit the stage and its input
// expect: layer_norm_attributes.*needs<4, 1, 1, 1>.*has<5, 1, 1, 1>.*view<1>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr xn::channel_weights<float, 4> factors;
#ifdef XENOS_TWIN
constexpr xn::channel_weights<float, 4> terms;
#else
constexpr xn::channel_weights<float, 5> terms;
#endif

inline constexpr auto model =
    xn::input<float, xn::sequence(8, 4)> | xn::layer_norm<>(factors, terms);
