// Group normalisation: over all pixels of a group of channels. Two operations, because the moments
// are those of the whole image: models write `group_norm`, which joins them.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/math.hpp>
#include <xenos/ops/norm.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// Mean and variance (the mean of the squared distances from the mean) of each of `groups` equal
/// parts of the channels over all pixels: {1, 1, 2 * groups}, for each group mean, then variance.
struct group_moments {
  int groups = 1;

  static constexpr const char* name = "group_moments";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    return groups < 1 || in[0].channels % groups != 0 ? fault::groups_do_not_divide : fault::none;
  }
  [[nodiscard]] constexpr shape output(const shapes&) const { return vector(2 * groups); }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    return {window{in[0].height, 1, 0, 0}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements() * 2; }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int, int, int c) const {
    using value = reference_of<typename In::value_type>;
    const shape extent = in.extent(0);
    const int count = extent.channels / groups;
    const int first = c / 2 * count;
    // The mean of distances from `from`, or of their squares.
    const auto mean_of_distances = [&](value from, bool squared) {
      value sum = 0;
      for (int y = 0; y < extent.height; ++y) {
        for (int x = 0; x < extent.width; ++x) {
          for (int i = first; i < first + count; ++i) {
            const value away = value(in(0, y, x, i)) - from;
            sum += squared ? away * away : away;
          }
        }
      }
      return sum / value(extent.elements() / groups);
    };
    const value mean = mean_of_distances(0, false);
    return c % 2 == 0 ? mean : mean_of_distances(mean, true);
  }
  friend constexpr bool operator==(const group_moments&, const group_moments&) = default;
};

/// Group normalisation of the first stream by the second, its `group_moments`:
///   gamma * (x - mean) / sqrt(variance + epsilon) + beta
/// Views, which may be left out (1 and 0): gamma, beta {channels}. NaN and infinity make NaN of the
/// whole group. With as many groups as channels it is instance normalisation. Reference: ONNX
/// GroupNormalization of version 21, InstanceNormalization.
struct group_norm_attributes {
  int groups = 1;
  float epsilon = 1e-5F;

  static constexpr const char* name = "group_norm";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr int arity = 2;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    const fault why = group_moments{groups}.check(in);
    if (why != fault::none) return why;
    if (in[1] != vector(2 * groups)) return fault::branches_differ;
    return epsilon >= 0 ? fault::none : fault::bad_attribute;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int input) const {
    return input == 0 ? identity_access : access{window{1, 1, 0, 0}};
  }
  [[nodiscard]] constexpr parameters params(const shapes& in) const {
    return {2, 0, {{in[0].channels}, {in[0].channels}}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements() * 2; }

  template <class In, class Weights>
  auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    using std::sqrt;
    const int group = c / (in.extent(0).channels / groups);
    const value mean = in(1, 0, 0, 2 * group);
    const value variance = in(1, 0, 0, 2 * group + 1);
    return channel_value<0>(weights, c, value(1)) * (value(in(0, y, x, c)) - mean) /
               sqrt(variance + value(epsilon)) +
           channel_value<1>(weights, c, value(0));
  }
  friend constexpr bool operator==(const group_norm_attributes&,
                                   const group_norm_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
