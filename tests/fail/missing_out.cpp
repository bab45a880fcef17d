// expect: xenos: an attribute of this stage is out of range; give .* out values of at least 1
// expect: xenos::(\w+::)?fc\b.*input_stream<float, 1, 1, 64>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::fc attributes{.out = 10};
#else
constexpr xn::fc attributes{};
#endif

inline constexpr auto model = xn::input<float, xn::hwc{1, 1, 64}> |
                              xn::dense<attributes>(xn::weights<float, xn::oi{10, 64}>{});
