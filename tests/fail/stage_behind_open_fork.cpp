// expect: xenos: this stage reads another number of streams than reaches it; join the branches of a
// fork by xn::add expect: xenos::(\w+::)?fc\b.*input_stream<float, 1, 1, 4>.*input_stream<float, 1,
// 1, 4>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr auto branches = xn::fork(xn::identity, xn::relu);
#ifdef XENOS_TWIN
constexpr auto joined = branches | xn::add;
#else
constexpr auto joined = branches;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{1, 1, 4}> | joined |
                              xn::dense<xn::fc{.out = 2}>(xn::weights<float, xn::oi{2, 4}>{});
