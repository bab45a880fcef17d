// expect: xenos: the padding of this transposed convolution takes away all of its output; pad by
// less expect: xenos::(\w+::)?transposed_conv\b.*input_stream<float, 2, 8, 3> expect:
// padding_exceeds_output\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto padding = xn::pads(2, 1, 0, 0);
#else
constexpr auto padding = xn::pads(2, 2, 0, 0);
#endif

constexpr auto kernel = xn::weights<float, xn::ohwi{4, 2, 2, 3}>{};
inline constexpr auto model =
    xn::input<float, xn::hwc{2, 8, 3}> |
    xn::transposed_conv2d<xn::transposed_conv{
        .out = 4, .kernel = {2, 2}, .stride = {2, 2}, .padding = padding}>(kernel);
