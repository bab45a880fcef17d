// expect: xenos: this type is no operation; give it name, map, check, output and reads
// expect: halve_rows
// expect: not_an_operation\.cpp:\d+:\d+
#include <xenos/expr/vocabulary.hpp>

namespace xn = xenos;

// Keeps every second row.
struct halve_rows {
  static constexpr const char* name = "halve_rows";
  static constexpr xn::mapping map = xn::mapping::many_to_many;

  constexpr xn::fault check(const xn::shapes&) const { return xn::fault::none; }
#ifdef XENOS_TWIN
  constexpr xn::shape output(const xn::shapes& in) const {
    return {(in[0].height + 1) / 2, in[0].width, in[0].channels};
  }
#endif
  constexpr xn::access reads(const xn::shapes&, int) const { return {{.down = 2}}; }
};

inline constexpr auto model = xn::input<float, xn::hwc{8, 8, 4}> | xn::stage_of<halve_rows{}>();
