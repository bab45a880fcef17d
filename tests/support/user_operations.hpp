// Operations that the library does not have: proof that a user's operation joins, and what
// those of the library do not reach: reads that do not say which columns, two rows for several,
// state of rows of several pixels.
#pragma once

#include <xenos/core/element.hpp>
#include <xenos/core/window.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos_test {

/// The rows [top, top + rows). Those behind are read by nobody.
struct crop_rows {
  int top = 0;
  int rows = 1;

  static constexpr const char* name = "crop_rows";
  static constexpr xenos::mapping map = xenos::mapping::reorganise;

  [[nodiscard]] constexpr xenos::fault check(const xenos::shapes& in) const {
    const bool inside = top >= 0 && rows >= 1 && top + rows <= in[0].height;
    return inside ? xenos::fault::none : xenos::fault::user_fault;
  }
  [[nodiscard]] constexpr xenos::shape output(const xenos::shapes& in) const {
    return {rows, in[0].width, in[0].channels};
  }
  [[nodiscard]] constexpr xenos::access reads(const xenos::shapes&, int) const {
    return {xenos::window{1, 1, 1, top}, 0, 0, false};
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    return xenos::reference_of<typename In::value_type>(in(0, y + top, x, c));
  }
};

/// Each row `factor` times; with `blend` each output row is the sum of two neighbouring input rows.
struct upsample_rows {
  int factor = 2;
  bool blend = false;

  static constexpr const char* name = "upsample_rows";
  static constexpr xenos::mapping map = xenos::mapping::one_to_many;

  [[nodiscard]] constexpr xenos::fault check(const xenos::shapes&) const {
    return factor >= 1 ? xenos::fault::none : xenos::fault::bad_attribute;
  }
  [[nodiscard]] constexpr xenos::shape output(const xenos::shapes& in) const {
    return {in[0].height * factor, in[0].width, in[0].channels};
  }
  [[nodiscard]] constexpr xenos::access reads(const xenos::shapes&, int) const {
    return {blend ? xenos::window{2, factor, 1, -(factor / 2)} : xenos::window{1, factor, 1, 0}, 0,
            0, false};
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    const auto rows = reads({}, 0).rows;
    xenos::reference_of<typename In::value_type> sum = 0;
    for (int row = rows.first(y); row < rows.first(y) + rows.reach; ++row) {
      if (row >= 0 && row < in.extent(0).height) sum += in(0, row, x, c);
    }
    return sum;
  }
};

/// Each element, and half of what came out in the row before. Says that it may read any column.
struct decayed_sum {
  static constexpr const char* name = "decayed_sum";
  static constexpr xenos::mapping map = xenos::mapping::many_to_many;

  [[nodiscard]] constexpr xenos::fault check(const xenos::shapes&) const {
    return xenos::fault::none;
  }
  [[nodiscard]] constexpr xenos::shape output(const xenos::shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr xenos::access reads(const xenos::shapes&, int) const { return {}; }
  [[nodiscard]] constexpr int carried(const xenos::shapes& in) const { return in[0].row(); }

  template <class In, class Weights, class Value>
  constexpr void step(const In& in, const Weights&, int y, Value* state, Value* row) const {
    const xenos::shape extent = in.extent(0);
    for (int at = 0; at < extent.row(); ++at) {
      state[at] = in(0, y, at / extent.channels, at % extent.channels) + state[at] / 2;
      row[at] = state[at];
    }
  }
};

}  // namespace xenos_test
