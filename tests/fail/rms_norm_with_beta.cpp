// expect: xenos: this stage takes another number of weight views
// expect: rms_norm_attributes.*takes_views<0, 1>.*has_views<2>.*input_stream<float, 8, 1, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr xn::channel_weights<float, 4> each;
#ifdef XENOS_TWIN
constexpr auto layer = xn::rms_norm<>(each);
#else
constexpr auto layer = xn::rms_norm<>(each, each);
#endif

inline constexpr auto model = xn::input<float, xn::sequence(8, 4)> | layer;
