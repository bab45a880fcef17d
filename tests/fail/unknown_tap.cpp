// expect: xenos: xn::from names a tap that no earlier stage of this model has; put xn::tap
// expect: letters<'s', 'k', 'p'>|letters<'s', 'k', 'i', 'p'>
// expect: unknown_tap\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto skip = xn::from<"skip">;
#else
constexpr auto skip = xn::from<"skp">;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | xn::tap<"skip"> | xn::relu |
                              xn::fork(xn::identity, skip) | xn::concat;
