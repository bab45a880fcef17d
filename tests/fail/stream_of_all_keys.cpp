// expect: xenos: this stage needs all rows of its input.*give causal attention a `window`
// expect: attention_attributes\b.*input_stream<float, 16777216, 1, 48>
// expect: stream_of_all_keys\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::attention_attributes op{.heads = 6, .causal = true, .window = 128};
#else
constexpr xn::attention_attributes op{.heads = 6, .causal = true};
#endif

inline constexpr auto model = xn::input<float, xn::rows_of(1, 48)> |
                              xn::fork(xn::identity, xn::identity, xn::identity) |
                              xn::attention<op>;
