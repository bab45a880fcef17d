// expect: xenos: a name has at most 23 characters
// expect: name_too_long\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr auto named = xn::tap<"behind_the_last_block">;
#else
constexpr auto named = xn::tap<"behind_the_very_last_block">;
#endif

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | named | xn::relu;
