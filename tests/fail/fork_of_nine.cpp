// expect: xenos: a fork and a model.s outputs have one to eight branches; join some
// expect: fork_node<
// expect: fork_of_nine\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr auto r = xn::relu;
#ifdef XENOS_TWIN
constexpr auto branches = xn::fork(r, r, r, r, r, r, r, r);
#else
constexpr auto branches = xn::fork(r, r, r, r, r, r, r, r, r);
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | branches | xn::add;
