// expect: xenos: xn::dense reads rows of one pixel, this input is wider; put xn::flatten
// expect: xenos::(\w+::)?fc\b.*input_stream<float, 4, 4, 8>
// expect: dense_without_flatten\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr auto image = xn::input<float, xn::hwc{4, 4, 8}>;
#ifdef XENOS_TWIN
constexpr auto features = image | xn::flatten;
#else
constexpr auto features = image | xn::relu;
#endif

inline constexpr auto model =
    features | xn::dense<xn::fc{.out = 10}>(xn::weights<float, xn::oi{10, 128}>{}) | xn::softmax;
