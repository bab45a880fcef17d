// Operations that change the order of elements: channel shuffle, reversal of rows, transpose.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// The channel shuffle of ShuffleNet (arXiv:1707.01083, section 3.1): channels, seen as a matrix of
/// `groups` rows, are transposed. Output channel i * groups + g is input channel g * (channels /
/// groups) + i.
struct channel_shuffle {
  int groups = 1;

  static constexpr const char* name = "channel_shuffle";
  static constexpr mapping map = mapping::shuffle;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (groups < 1) return fault::bad_attribute;
    return in[0].channels % groups == 0 ? fault::none : fault::groups_do_not_divide;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    const int of_group = in.extent(0).channels / groups;
    return reference_of<typename In::value_type>(in(0, y, x, c % groups * of_group + c / groups));
  }
  friend constexpr bool operator==(const channel_shuffle&, const channel_shuffle&) = default;
};

/// REVERSE_V2 of rows: the last comes first. It reads all rows for its first, but needs no copy of
/// them in memory where they fit the scratchpad or lie in a caller's buffer.
struct row_reversal {
  static constexpr const char* name = "reverse_rows";
  static constexpr mapping map = mapping::reorganise;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr fault check(const shapes&) const { return fault::none; }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    return {window{in[0].height, 1, 0, 0}, 0, 0, false, window{}};
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    return reference_of<typename In::value_type>(in(0, in.extent(0).height - 1 - y, x, c));
  }
  friend constexpr bool operator==(const row_reversal&, const row_reversal&) = default;
};

/// TRANSPOSE: axis k of the output is axis order[k] of the input, 0 being rows, 1 columns and 2
/// channels. It needs all rows before its first. Reference: tflite reference_ops Transpose.
struct transpose {
  int order[3] = {0, 1, 2};

  static constexpr const char* name = "transpose";
  static constexpr mapping map = mapping::whole;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    int named = 0;
    for (const int axis : order) named |= axis >= 0 && axis < 3 ? 1 << axis : 0;
    return named == 7 ? fault::none : fault::not_a_permutation;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    const int from[3] = {in[0].height, in[0].width, in[0].channels};
    return {from[order[0]], from[order[1]], from[order[2]]};
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    const window rows = order[0] == 0 ? window{} : window{in[0].height, 1, 0, 0};
    return {rows, 0, 0, false, order[1] == 1 ? window{} : all_columns};
  }
  /// The input element that is output element (y, x, c).
  struct place {
    int at[3];
  };
  [[nodiscard]] constexpr place source(int y, int x, int c) const {
    place from{};
    from.at[order[0]] = y;
    from.at[order[1]] = x;
    from.at[order[2]] = c;
    return from;
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    const place from = source(y, x, c);
    return reference_of<typename In::value_type>(in(0, from.at[0], from.at[1], from.at[2]));
  }
  friend constexpr bool operator==(const transpose&, const transpose&) = default;
};

}  // namespace xenos::inline XENOS_ABI
