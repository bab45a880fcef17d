// expect: xenos: this stage computes and its input are indices
// expect: indices_only_move.*activation.*input_stream<(std::int32_t|int), 4, 1, 1>
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

constexpr auto index = xn::input<float, xn::sequence(4, 10)> | xn::argmax;
#ifdef XENOS_TWIN
inline constexpr auto model = index | xn::flatten;
#else
inline constexpr auto model = index | xn::relu;
#endif
