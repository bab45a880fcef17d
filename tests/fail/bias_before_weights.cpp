// expect: xenos: the extents of these weights do not fit the stage and its input
// expect: xenos::(\w+::)?fc\b.*needs<10, 1, 1, 64>.*has<10, 1, 1, 1>.*view<0>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr xn::weights<float, xn::oi{10, 64}> matrix;
constexpr xn::channel_weights<float, 10> bias;
#ifdef XENOS_TWIN
constexpr auto layer = xn::dense<xn::fc{.out = 10}>(matrix, bias);
#else
constexpr auto layer = xn::dense<xn::fc{.out = 10}>(bias, matrix);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{1, 1, 64}> | layer;
