// expect: xenos: the heads of xn::attention must divide the channels of its queries
// expect: attention_attributes\b.*input_stream<float, 20, 1, 48>
// expect: heads_do_not_divide\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::attention_attributes op{.heads = 6};
#else
constexpr xn::attention_attributes op{.heads = 5};
#endif

inline constexpr auto model = xn::input<float, xn::sequence(20, 48)> |
                              xn::fork(xn::identity, xn::identity, xn::identity) |
                              xn::attention<op>;
