// expect: xenos: groups must divide the input's channels and, in a convolution, `out`; change
// expect: channel_shuffle\b.*input_stream<float, 8, 8, 6>
// expect: shuffle_groups_do_not_divide\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr int groups = 3;
#else
constexpr int groups = 4;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 6}> |
                              xn::shuffle_channels<xn::channel_shuffle{.groups = groups}>;
