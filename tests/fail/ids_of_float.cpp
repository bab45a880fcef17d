// expect: xenos: xn::embedding reads ids, std::int32_t, one a row
// expect: embedding_attributes\b.*input_stream<float, 20, 1, 1>
// expect: ids_of_float\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
using id = std::int32_t;
#else
using id = float;
#endif

inline constexpr auto model = xn::input<id, xn::sequence(20, 1)> |
                              xn::embedding<xn::embedding_attributes{.rows = 9, .features = 4}>(
                                  xn::weights<float, xn::oi{9, 4}>{});
