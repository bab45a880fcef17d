// expect: xenos: this stage takes another number of weight views
// expect: gru_attributes\b.*takes_views<2, 3>.*has_views<4>
// expect: gru_with_two_biases\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

#ifdef XENOS_TWIN
constexpr xn::gru_attributes op{.hidden = 6};
#else
constexpr xn::gru_attributes op{.hidden = 6, .reset_after = false};
#endif

inline constexpr auto model =
    xn::input<float, xn::sequence(20, 8)> |
    xn::gru<op>(xn::weights<float, xn::oi{18, 8}>{}, xn::weights<float, xn::oi{18, 6}>{},
                xn::weights<float, xn::per_channel{18}>{},
                xn::weights<float, xn::per_channel{18}>{});
