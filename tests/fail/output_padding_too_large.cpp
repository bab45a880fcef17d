// expect: xenos: output_padding must be at least 0 and smaller than the stride or the dilation
// expect: xenos::(\w+::)?transposed_conv\b.*input_stream<float, 4, 8, 3>
// expect: output_padding_too_large\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::extent2 more{1, 1};
#else
constexpr xn::extent2 more{1, 2};
#endif

constexpr auto kernel = xn::weights<float, xn::ohwi{4, 2, 2, 3}>{};
inline constexpr auto model =
    xn::input<float, xn::hwc{4, 8, 3}> |
    xn::transposed_conv2d<xn::transposed_conv{.out = 4,
                                              .kernel = {2, 2},
                                              .stride = {2, 2},
                                              .padding = xn::valid,
                                              .output_padding = more}>(kernel);
