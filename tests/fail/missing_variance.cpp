// expect: xenos: this stage takes another number of weight views
// expect: batch_norm_attributes.*takes_views<4, 4>.*has_views<3>.*input_stream<float, 8, 8, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr xn::channel_weights<float, 4> each;
#ifdef XENOS_TWIN
constexpr auto layer = xn::batch_norm(each, each, each, each);
#else
constexpr auto layer = xn::batch_norm(each, each, each);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | layer;
