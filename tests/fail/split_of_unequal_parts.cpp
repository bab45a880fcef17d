// expect: xenos: the branches of xn::split_into get equal parts of the channels, .*; change their
// expect: xenos::(\w+::)?channel_part\b.*input_stream<float, 8, 8, 6>.*attributes<.*\{0, 4\}
// expect: split_of_unequal_parts\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto parts = xn::split_into(xn::relu, xn::tanh, xn::identity);
#else
constexpr auto parts = xn::split_into(xn::relu, xn::tanh, xn::identity, xn::sigmoid);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 6}> | parts | xn::concat;
