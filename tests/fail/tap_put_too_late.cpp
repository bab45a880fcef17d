// expect: xenos: xn::from names a tap that no earlier stage of this model has; put xn::tap
// expect: letters<'e', 'n', 'd'>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr auto image = xn::input<float, xn::hwc{8, 8, 4}>;
constexpr auto join = xn::fork(xn::identity, xn::from<"end">) | xn::add;
#ifdef XENOS_TWIN
inline constexpr auto model = image | xn::tap<"end"> | xn::relu | join;
#else
inline constexpr auto model = image | xn::relu | join | xn::tap<"end">;
#endif
