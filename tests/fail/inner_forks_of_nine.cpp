// expect: xenos: more than eight streams leave this fork; join some of its branches
// expect: too_many_streams(, [\w:]*input_stream<float, 8, 8, 4>){9}
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr auto r = xn::relu;
constexpr auto five = xn::fork(r, r, r, r, r);
#ifdef XENOS_TWIN
constexpr auto branches = xn::fork(five, r, r, r);
#else
constexpr auto branches = xn::fork(five, r, r, r, r);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | branches | xn::add;
