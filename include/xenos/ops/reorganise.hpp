// Operations that copy or reorder elements without changing them: concat, pad, reshape, flatten.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// CONCATENATION along channels, streams in order.
struct concat_channels {
  static constexpr const char* name = "concat";
  static constexpr mapping map = mapping::reorganise;
  static constexpr bool keeps_quantisation = true;
  static constexpr int arity = 0;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    for (int i = 1; i < in.count; ++i) {
      if (in[i].height != in[0].height || in[i].width != in[0].width) {
        return fault::rows_or_columns_differ;
      }
    }
    return fault::none;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    shape out = in[0];
    for (int i = 1; i < in.count; ++i) out.channels += in[i].channels;
    return out;
  }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    int input = 0;
    while (c >= in.extent(input).channels) c -= in.extent(input++).channels;
    return reference_of<typename In::value_type>(in(input, y, x, c));
  }
  friend constexpr bool operator==(const concat_channels&, const concat_channels&) = default;
};

/// PAD: rows and columns of zeros around the image; of int8 its zero point, which the stage takes
/// for `zero` by itself.
struct zero_pad {
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
  int zero = 0;

  static constexpr const char* name = "pad";
  static constexpr mapping map = mapping::reorganise;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return top < 0 || bottom < 0 || left < 0 || right < 0 ? fault::negative_padding : fault::none;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {in[0].height + top + bottom, in[0].width + left + right, in[0].channels};
  }
  [[nodiscard]] constexpr access reads(const shapes&, int) const {
    return {window{1, 1, 1, -top}, 0, 0, false, window{1, 1, 1, -left}};
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    const int row = y - top;
    const int column = x - left;
    const bool inside =
        row >= 0 && row < in.extent(0).height && column >= 0 && column < in.extent(0).width;
    using value = reference_of<typename In::value_type>;
    return inside ? value(in(0, row, column, c)) : value(zero);
  }
  [[nodiscard]] constexpr zero_pad integer_form(const shapes&, const quantisations& q) const {
    zero_pad form = *this;
    form.zero = q[0].zero_point;
    return form;
  }
  [[nodiscard]] constexpr zero_pad wide_form(const shapes&, const quantisations&) const {
    return *this;
  }
  friend constexpr bool operator==(const zero_pad&, const zero_pad&) = default;
};

/// RESHAPE: the same elements in the same order (rows, columns, channels) under another shape.
/// Output row o holds the elements [o * R', (o + 1) * R') of the tensor, R and R' being the
/// elements of an input and output row: a monotone row stream with a rational window.
struct reshape_to {
  shape to{};

  static constexpr const char* name = "reshape";
  static constexpr mapping map = mapping::reorganise;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (to.height < 1 || to.width < 1 || to.channels < 1) return fault::empty_shape;
    return to.elements() == in[0].elements() ? fault::none : fault::reshape_changes_elements;
  }
  [[nodiscard]] constexpr shape output(const shapes&) const { return to; }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    const int from_row = in[0].row();
    const int to_row = to.row();
    if (from_row == to_row) {
      return to.width == in[0].width ? identity_access : access{};
    }
    // The rows that to_row elements touch, at whichever element of a row they start.
    const int reach = from_row % to_row == 0   ? 1
                      : to_row % from_row == 0 ? to_row / from_row
                                               : (to_row - 2 + from_row) / from_row + 1;
    return {window{reach, from_row, to_row, 0}, 0, 0, false};
  }
  /// One row made of several: filled as they come.
  [[nodiscard]] constexpr bool accumulates(const shapes& in) const {
    return to.height == 1 && in[0].height > 1;
  }

  template <class Sum>
  [[nodiscard]] static constexpr Sum start() {
    return 0;
  }
  template <class Sum, class In, class Weights>
  constexpr Sum accumulate(Sum sum, const In& in, const Weights&, int row, int x, int c) const {
    const shape from = in.extent(0);
    const int element = x * to.channels + c;
    if (element / from.row() != row) return sum;
    const int within = element % from.row();
    return Sum(in(0, row, within / from.channels, within % from.channels));
  }
  template <class Sum>
  constexpr Sum finish(Sum sum, const shapes&, int, int) const {
    return sum;
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    const shape from = in.extent(0);
    const std::int64_t element = (std::int64_t{y} * to.width + x) * to.channels + c;
    const auto row = static_cast<int>(element / from.row());
    const auto within = static_cast<int>(element % from.row());
    return reference_of<typename In::value_type>(
        in(0, row, within / from.channels, within % from.channels));
  }
  friend constexpr bool operator==(const reshape_to&, const reshape_to&) = default;
};

/// Reshape to a single row of one pixel: {1, 1, height * width * channels}.
struct flatten_all {
  static constexpr const char* name = "flatten";
  static constexpr mapping map = mapping::reorganise;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] static constexpr reshape_to as_reshape(const shapes& in) {
    return {vector(static_cast<int>(in[0].elements()))};
  }
  [[nodiscard]] constexpr fault check(const shapes&) const { return fault::none; }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return as_reshape(in).to; }
  [[nodiscard]] constexpr access reads(const shapes& in, int input) const {
    return as_reshape(in).reads(in, input);
  }
  [[nodiscard]] constexpr bool accumulates(const shapes& in) const { return in[0].height > 1; }

  template <class Sum>
  [[nodiscard]] static constexpr Sum start() {
    return 0;
  }
  template <class Sum, class In, class Weights>
  constexpr Sum accumulate(Sum sum, const In& in, const Weights& weights, int row, int x,
                           int c) const {
    return as_reshape(in.extent(0)).accumulate(sum, in, weights, row, x, c);
  }
  template <class Sum>
  constexpr Sum finish(Sum sum, const shapes&, int, int) const {
    return sum;
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    return as_reshape(in.extent(0)).at(in, weights, y, x, c);
  }
  friend constexpr bool operator==(const flatten_all&, const flatten_all&) = default;
};

}  // namespace xenos::inline XENOS_ABI
