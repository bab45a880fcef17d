// How a user steers the planner: what is fused, linked and cut, and who computes what.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

/// What a split policy is told of a segment: the extents that its last stage may be split in.
struct split_query {
  int cores = 1;
  int rows = 1;
  int columns = 1;
  int channel_blocks = 1;  // the smallest shares of channels; 1: channels cannot be split
};

/// The answer: splits in order of preference. The planner takes the first that the segment allows,
/// or, with `cheapest`, the one that costs least by the cost model, not to split being one more
/// choice. If none is allowed the segment is not split.
struct split_choices {
  int count = 0;
  ways at[8] = {};
  bool cheapest = false;

  constexpr void push(ways choice) { at[count++] = choice; }
};

/// A segment that the planner considers: units [first, last], tiles of so many rows (at most as
/// many as its units have), how cores share it, and each core's strips of columns.
struct segment_query {
  int first = 0;
  int last = 0;
  int tile = 1;
  ways split{};
  int strips = 1;
};

/// `cores` in rows and columns, as square as their number allows, and more of rows.
constexpr ways grid_of(int cores) {
  int side = 1;
  for (int n = 2; n * n <= cores; ++n) side = cores % n == 0 ? n : side;
  return {.rows = cores / side, .columns = side};
}

/// How to plan. A user's own policy has the same members or inherits them; it is a structural
/// value. `cuts` is asked for every record, `split` (which may be left out) for every segment that
/// is considered. A policy with a member `allows(segment_query)` gets no segments but those for
/// which that is true, see `like`.
struct planning {
  bool fuse = true;
  bool link = true;
  int tile = 0;  // rows a step; 0: the planner chooses

  /// Whether the tensor of record `producer` must be materialised.
  template <int N>
  [[nodiscard]] constexpr bool cuts(const graph<N>&, int /*producer*/) const {
    return false;
  }
  /// Which core computes what: here the cheapest of all ways to split, see `split::automatic`.
  [[nodiscard]] constexpr split_choices split(const split_query& of) const {
    split_choices choices;
    choices.cheapest = true;
    choices.push({.rows = of.cores});
    choices.push({.channels = of.cores});
    choices.push({.columns = of.cores});
    if (grid_of(of.cores).columns > 1) choices.push(grid_of(of.cores));
    return choices;
  }
  friend constexpr bool operator==(const planning&, const planning&) = default;
};

/// The segments, tiles and shares of a plan that is there, made for whatever target: what it would
/// cost elsewhere. For planning at run time; the plan is referred to.
template <int N>
struct like : planning {
  const plan<N>& of;

  constexpr explicit like(const plan<N>& other, planning base = {}) : planning(base), of(other) {}
  [[nodiscard]] constexpr bool allows(const segment_query& s) const {
    for (int k = 0; k < of.segment_count; ++k) {
      const segment& is = of.segments[k];
      if (is.last != s.last) continue;
      return is.first == s.first && is.tile == s.tile && is.split == s.split &&
             is.strips == s.strips;
    }
    return false;
  }
};

/// Split policies, given to `link` in place of `planning`: link<target, split::rows>. Each has the
/// members of `planning`, so that `split::rows_policy{{.tile = 4}}` sets those too.
namespace split {

/// Everything on one core.
struct none_policy : planning {
  [[nodiscard]] constexpr split_choices split(const split_query&) const { return {}; }
};
/// Bands of rows.
struct rows_policy : planning {
  [[nodiscard]] constexpr split_choices split(const split_query& of) const {
    return {1, {{.rows = of.cores}}};
  }
};
/// Bands of columns.
struct columns_policy : planning {
  [[nodiscard]] constexpr split_choices split(const split_query& of) const {
    return {1, {{.columns = of.cores}}};
  }
};
/// Output channels: each core has its part of the parameters.
struct output_channels_policy : planning {
  [[nodiscard]] constexpr split_choices split(const split_query& of) const {
    return {1, {{.channels = of.cores}}};
  }
};
/// Rectangles of rows and columns, as square as the number of cores allows.
struct grid_policy : planning {
  [[nodiscard]] constexpr split_choices split(const split_query& of) const {
    return {1, {grid_of(of.cores)}};
  }
};
/// The priority of Xenos, section "DSP-aware operator split": output channels first, what cores are
/// left over to rows, then to columns. Rows and columns alone where channels cannot be split.
struct paper_policy : planning {
  [[nodiscard]] constexpr split_choices split(const split_query& of) const {
    const auto fill = [&of](int channels) {
      const int rows = min_of(of.cores / channels, of.rows);
      const int columns = min_of(of.cores / channels / rows, of.columns);
      return ways{rows, columns, channels};
    };
    const int channels = min_of(of.cores, of.channel_blocks);
    return {3, {fill(channels), {.channels = channels}, fill(1)}};
  }
};
/// A pipeline: consecutive segments on each core, which hand rows on from core to core. A core
/// works on the next frame as soon as it is done with one. Cores share memory.
struct pipeline_policy : none_policy {
  int ahead = 4;  // steps by which a core may be ahead of the next beyond what that needs

  [[nodiscard]] constexpr int stages(const target& t) const { return t.cores; }
};
/// The cheapest by the cost model, "too small to split" being one choice: what `planning` does.
using automatic_policy = planning;

inline constexpr none_policy none{};
inline constexpr rows_policy rows{};
inline constexpr columns_policy columns{};
inline constexpr output_channels_policy output_channels{};
inline constexpr grid_policy grid{};
inline constexpr paper_policy paper{};
inline constexpr pipeline_policy pipeline{};
inline constexpr automatic_policy automatic{};

}  // namespace split

}  // namespace xenos::inline XENOS_ABI
