// Which channels of each pixel are largest or smallest: argmax, argmin, top k.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/reduction.hpp>

namespace xenos::inline XENOS_ABI {

/// Whether `a` comes before `b` where the largest (`max`) or smallest (`min`) come first; NaN comes
/// behind all numbers. Equal values keep their order.
template <reduction Kind, class Value>
constexpr bool ranks_before(Value a, Value b) {
  static_assert(Kind == reduction::max || Kind == reduction::min);
  const bool nearer = Kind == reduction::max ? a > b : a < b;
  return nearer || (b != b && a == a);
}

namespace detail {

constexpr fault check_ranking(int k, const shapes& in) {
  return k < 1 || k > in[0].channels ? fault::bad_attribute : fault::none;
}

/// The channel of rank `rank` of a pixel: that with as many before it.
template <reduction Kind, class In>
constexpr int ranked(const In& in, int y, int x, int rank) {
  const int channels = in.extent(0).channels;
  for (int c = 0; c < channels; ++c) {
    int before = 0;
    for (int i = 0; i < channels; ++i) {
      const auto a = in(0, y, x, i);
      const auto b = in(0, y, x, c);
      before += ranks_before<Kind>(a, b) || (i < c && !ranks_before<Kind>(b, a));
    }
    if (before == rank) return c;
  }
  return 0;
}

}  // namespace detail

/// ARG_MAX and ARG_MIN over the channels of each pixel, and the indices of TOPK_V2: the `k` largest
/// or smallest, in this order, as int32; of equal ones the first comes first. Unlike TFLite's, NaN
/// comes last wherever it stands.
template <reduction Kind>
struct ranked_indices {
  int k = 1;

  static constexpr const char* name = Kind == reduction::max ? "argmax" : "argmin";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr dtype makes = dtype::i32;
  static constexpr bool keeps_quantisation = true;  // of what it reads

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    return detail::check_ranking(k, in);
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {in[0].height, in[0].width, k};
  }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return {};
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    return std::int32_t{detail::ranked<Kind>(in, y, x, c)};
  }
  friend constexpr bool operator==(const ranked_indices&, const ranked_indices&) = default;
};

/// The values of TOPK_V2 over the channels of each pixel: the `k` largest, in this order; NaN comes
/// last.
struct top_values_attributes {
  int k = 1;

  static constexpr const char* name = "top_values";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    return detail::check_ranking(k, in);
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {in[0].height, in[0].width, k};
  }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    return reference_of<typename In::value_type>(
        in(0, y, x, detail::ranked<reduction::max>(in, y, x, c)));
  }
  friend constexpr bool operator==(const top_values_attributes&,
                                   const top_values_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
