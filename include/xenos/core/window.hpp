// Window algebra: which input rows (or columns) an output row (or column) reads.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/shape.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// Quotient rounded towards minus infinity. `divisor` is positive.
constexpr int floor_div(std::int64_t dividend, std::int64_t divisor) {
  const std::int64_t quotient = dividend / divisor;
  return static_cast<int>(dividend % divisor < 0 ? quotient - 1 : quotient);
}

/// Quotient rounded towards plus infinity. `divisor` is positive.
constexpr int ceil_div(std::int64_t dividend, std::int64_t divisor) {
  return -floor_div(-dividend, divisor);
}

/// Output row `o` reads the input rows [first(o), first(o) + reach), where first(o) =
/// floor((o * down + offset) / up). A convolution has down = stride and offset = -padding before;
/// an up-sampling or transposed convolution has up > 1; a general reshape has both. Rows outside
/// the image belong to the window and are padding.
struct window {
  int reach = 1;
  int up = 1;
  int down = 1;
  int offset = 0;

  [[nodiscard]] constexpr int first(int row) const {
    return up == 1 ? row * down + offset : floor_div(std::int64_t{row} * down + offset, up);
  }
  /// One past the last input row that output rows below `row_end` read.
  [[nodiscard]] constexpr int end(int row_end) const { return first(row_end - 1) + reach; }
  /// The most input rows that `rows` consecutive output rows span.
  [[nodiscard]] constexpr int span(int rows) const {
    return ceil_div(std::int64_t{rows - 1} * down, up) + reach;
  }
  friend constexpr bool operator==(const window&, const window&) = default;
};

/// Padding around the image. `same` is TensorFlow's: the output has ceil(in / stride) rows, the odd
/// row of padding comes after. `causal` pads rows before the image only, so that no row is read
/// from the future; its columns are padded as by `same`.
struct margins {
  enum class rule : std::uint8_t { same, valid, causal, given };
  rule mode = rule::same;
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
  friend constexpr bool operator==(const margins&, const margins&) = default;
};

inline constexpr margins same{};
inline constexpr margins valid{margins::rule::valid, 0, 0, 0, 0};
inline constexpr margins causal{margins::rule::causal, 0, 0, 0, 0};
/// Explicit padding in rows (top, bottom) and columns (left, right); none may be negative.
constexpr margins pads(int top, int bottom, int left, int right) {
  return {margins::rule::given, top, bottom, left, right};
}
/// Explicit padding of a sequence.
constexpr margins pads(int before, int after) { return pads(before, after, 0, 0); }

/// One axis of a sliding window: extents in elements of that axis.
struct axis {
  int in = 1;      // input extent
  int out = 1;     // output extent, 0 or less when the window does not fit
  int before = 0;  // padding before
  int after = 0;   // padding after that is really read
  int reach = 1;   // (kernel - 1) * dilation + 1
  int stride = 1;

  [[nodiscard]] constexpr window reads() const { return {reach, 1, stride, -before}; }
};

/// Resolves one axis of a sliding window. `before` and `after` count in mode `given` only.
constexpr axis slide(int in, int kernel, int stride, int dilation, margins::rule mode, int before,
                     int after) {
  axis a{.in = in, .reach = (kernel - 1) * dilation + 1, .stride = stride};
  switch (mode) {
    case margins::rule::same: {
      a.out = ceil_div(in, stride);
      const int padding = (a.out - 1) * stride + a.reach - in;
      a.before = padding > 0 ? padding / 2 : 0;
      break;
    }
    case margins::rule::valid: a.out = floor_div(in - a.reach, stride) + 1; break;
    case margins::rule::causal:
      a.before = a.reach - 1;
      a.out = (in - 1) / stride + 1;
      break;
    case margins::rule::given:
      a.before = before;
      a.out = floor_div(in + before + after - a.reach, stride) + 1;
      break;
  }
  const int read = (a.out - 1) * stride + a.reach - a.before - in;
  a.after = read > 0 ? read : 0;
  return a;
}

/// The row axis of a two-dimensional window.
constexpr axis slide_rows(shape in, extent2 kernel, extent2 stride, extent2 dilation, margins pad) {
  return slide(in.height, kernel.height, stride.height, dilation.height, pad.mode, pad.top,
               pad.bottom);
}

/// The column axis of a two-dimensional window; causal rows have `same` columns.
constexpr axis slide_columns(shape in, extent2 kernel, extent2 stride, extent2 dilation,
                             margins pad) {
  const auto mode = pad.mode == margins::rule::causal ? margins::rule::same : pad.mode;
  return slide(in.width, kernel.width, stride.width, dilation.width, mode, pad.left, pad.right);
}

}  // namespace xenos::inline XENOS_ABI
