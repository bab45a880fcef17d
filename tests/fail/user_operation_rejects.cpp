// expect: xenos: an operation of the user's rejects its input; see its member `check`
// expect: glu\b.*input_stream<float, 8, 1, 5>
// expect: user_operation_rejects\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

// Gated linear unit: the channels are halves, so their number is even.
struct glu {
  static constexpr const char* name = "glu";
  static constexpr xn::mapping map = xn::mapping::many_to_many;

  constexpr xn::fault check(const xn::shapes& in) const {
    return in[0].channels % 2 == 0 ? xn::fault::none : xn::fault::user_fault;
  }
  constexpr xn::shape output(const xn::shapes& in) const {
    return {in[0].height, in[0].width, in[0].channels / 2};
  }
  constexpr xn::access reads(const xn::shapes&, int) const { return xn::identity_access; }
};
#ifdef XENOS_TWIN
constexpr int features = 6;
#else
constexpr int features = 5;
#endif

inline constexpr auto model = xn::input<float, xn::sequence(8, features)> | xn::stage_of<glu{}>();
