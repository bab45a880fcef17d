// Overruling the planner: by `unlink` in the model, or by a policy outside it. The results stay
// equal to the bit; the plan differs as asked.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <xenos/xenos.hpp>

#include "../models/separable.hpp"

namespace xn = xenos;

namespace {

constexpr auto on = xn::targets::generic;
constexpr auto network = models::separable();

/// Materialises every tensor that a depthwise convolution writes, fuses and links all else. A
/// policy is a stateless struct with the members of xn::planning; it may inherit those it keeps.
struct cut_after_depthwise {
  bool fuse = true;
  bool link = true;
  int tile = 0;  // rows a step, for all segments; 0: the planner chooses

  /// Asked for each record. A cut behind a stage also keeps what follows from being fused into it.
  template <int N>
  [[nodiscard]] constexpr bool cuts(const xn::graph<N>& model, int producer) const {
    return std::string_view(model[producer].name) == "depthwise2d";
  }
};

/// Cuts where maps get small: weights count more than rows there.
struct cut_below {
  int rows = 0;
  bool fuse = true;
  bool link = true;
  int tile = 0;

  template <int N>
  [[nodiscard]] constexpr bool cuts(const xn::graph<N>& model, int producer) const {
    return model[producer].out.height < rows;
  }
};

/// The cut as part of the model: between a backbone and a head, say.
// clang-format off
constexpr auto with_unlink = xn::input<float, xn::hwc{16, 16, 3}>
    | xn::conv2d<xn::conv{.out = 16, .kernel = {3, 3}}>(
          xn::weights<float, xn::ohwi{16, 3, 3, 3}>(models::separable_values.stem)) | xn::relu
    | xn::unlink
    | models::separable_block<16, 32>(models::separable_values.depthwise1,
                                      models::separable_values.pointwise1);
// clang-format on

using scores = std::array<float, 10>;

template <class Net>
scores run(const char* name, const Net& net) {
  static_assert(xn::verify(Net::records, Net::on, Net::plan).what == xn::flaw::none);
  constexpr auto& plan = Net::plan;
  std::printf("%-22s %2d units, %d segments, %6.1f KB moved, arena %6.1f KB; segments end at:",
              name, plan.unit_count, plan.segment_count, double(plan.moved_bytes) / 1024,
              double(plan.arena_bytes()) / 1024);
  for (int k = 0; k < plan.segment_count; ++k) {
    std::printf(" %s", Net::records[plan.units[plan.segments[k].last].head].name);
  }
  std::printf("\n");

  static typename Net::weights weights;
  static typename Net::arena arena;
  net.pack(weights);
  constexpr auto image = support::values<48 * 48 * 3>(7);
  scores result;
  net.run(weights, arena, image, result);
  return result;
}

}  // namespace

int main() {
  constexpr auto free = xn::link<on>(network);
  constexpr auto cut = xn::link<on, cut_after_depthwise{}>(network);
  constexpr auto small_maps = xn::link<on, cut_below{.rows = 2}>(network);
  constexpr auto thin = xn::link<on, xn::planning{.tile = 1}>(network);

  // The planner alone links all; the policy cuts behind each of the two depthwise stages.
  static_assert(decltype(free)::plan.segment_count == 1);
  static_assert(decltype(cut)::plan.segment_count == 3);
  static_assert(decltype(cut)::plan.units[2].why == xn::cut::asked);
  static_assert(decltype(thin)::plan.arena_bytes() < decltype(free)::plan.arena_bytes());

  const scores expected = run("planner's choice", free);
  bool good = run("cut after depthwise", cut) == expected;
  good = run("cut below two rows", small_maps) == expected && good;
  good = run("one row a step", thin) == expected && good;
  std::printf("results %s\n", good ? "equal to the bit" : "DIFFER");

  using Unlinked = decltype(xn::link<on>(with_unlink));
  static_assert(Unlinked::plan.segment_count == 2);
  static_assert(Unlinked::plan.units[Unlinked::plan.segments[0].last].why == xn::cut::asked);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
