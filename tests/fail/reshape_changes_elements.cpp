// expect: xenos: xn::reshape must keep the number of elements; make height \* width \* channels
// equal expect: reshape_to\b.*input_stream<float, 4, 4, 8>.*attributes<.*16, 1, 4
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::hwc to{16, 1, 8};
#else
constexpr xn::hwc to{16, 1, 4};
#endif

inline constexpr auto model = xn::input<float, xn::hwc{4, 4, 8}> | xn::reshape<to>;
