// Average and maximum pooling, over windows and over the whole image.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/reduction.hpp>

namespace xenos::inline XENOS_ABI {

enum class pooling : std::uint8_t { average, maximum };

/// What a pool does with the elements of a window.
constexpr reduction reduction_of(pooling kind) {
  return kind == pooling::average ? reduction::mean : reduction::max;
}

/// AVERAGE_POOL_2D and MAX_POOL_2D: padding takes no part, so that an average divides by the number
/// of elements inside the image. A window over all rows accumulates row by row, if `by_rows`.
/// Streams of integers keep their quantisation. Reference: tflite reference_ops AveragePool,
/// MaxPool, reference_integer_ops AveragePool.
template <pooling Kind>
struct pool {
  extent2 kernel{};
  extent2 stride{};
  margins padding = valid;
  bool by_rows = true;

  static constexpr const char* name = Kind == pooling::average ? "average_pool2d" : "max_pool2d";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    const fault why = sliding::check(in[0], kernel, stride, {}, padding);
    if (why != fault::none) return why;
    // An explicitly padded window may lie outside the image altogether.
    const auto empty = [](const axis& along) {
      return along.reach <= along.before ||
             (along.out - 1) * along.stride - along.before >= along.in;
    };
    const auto g = geometry(in);
    return empty(g.rows) || empty(g.columns) ? fault::padding_exceeds_kernel : fault::none;
  }
  [[nodiscard]] constexpr sliding geometry(const shapes& in) const {
    return {in[0], kernel, stride, {}, padding};
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    const auto g = geometry(in);
    return {g.rows.out, g.columns.out, in[0].channels};
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    return geometry(in).reads(false);
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return output(in).elements() * kernel.height * kernel.width;
  }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return true; }
  /// One output row that sees all input rows.
  [[nodiscard]] constexpr bool accumulates(const shapes& in) const {
    const auto g = geometry(in);
    return by_rows && g.rows.out == 1 && in[0].height > 1 &&
           g.rows.reach - g.rows.before >= in[0].height;
  }

  template <class Sum>
  [[nodiscard]] static constexpr Sum start() {
    return start_of<reduction_of(Kind), Sum>();
  }
  template <class Sum>
  [[nodiscard]] static constexpr Sum add(Sum sum, Sum value) {
    return combine<reduction_of(Kind)>(sum, value);
  }
  /// Adds input row `row` to the sum of output element (0, x, c).
  template <class Sum, class In, class Weights>
  constexpr Sum accumulate(Sum sum, const In& in, const Weights&, int row, int x, int c) const {
    const shape extent = in.extent(0);
    const int before = geometry(extent).columns.before;
    for (int w = 0; w < kernel.width; ++w) {
      const int column = x * stride.width + w - before;
      if (column >= 0 && column < extent.width) sum = add(sum, Sum(in(0, row, column, c)));
    }
    return sum;
  }
  /// The number of elements of the window of output (y, x) that lie inside the image.
  [[nodiscard]] constexpr int window_elements(const shapes& in, int y, int x) const {
    const auto g = geometry(in);
    const auto inside = [](const axis& a, int index) {
      const int first = index * a.stride - a.before;
      return min_of(first + a.reach, a.in) - max_of(first, 0);
    };
    return inside(g.rows, y) * inside(g.columns, x);
  }
  template <class Sum>
  constexpr Sum finish(Sum sum, const shapes& in, int y, int x) const {
    return Kind == pooling::average ? mean_of(sum, static_cast<Sum>(window_elements(in, y, x)))
                                    : sum;
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    using sum_type = reference_of<typename In::value_type>;
    const shape extent = in.extent(0);
    const int top = y * stride.height - geometry(extent).rows.before;
    auto sum = start<sum_type>();
    for (int h = 0; h < kernel.height; ++h) {
      const int row = top + h;
      if (row >= 0 && row < extent.height) sum = accumulate(sum, in, weights, row, x, c);
    }
    return finish(sum, extent, y, x);
  }
  friend constexpr bool operator==(const pool&, const pool&) = default;
};

using average_pool = pool<pooling::average>;
using max_pool = pool<pooling::maximum>;

/// Pooling over all rows and columns: {1, 1, channels}. TFLite's MEAN and REDUCE_MAX over the
/// image.
template <pooling Kind>
struct global_pool {
  static constexpr const char* name =
      Kind == pooling::average ? "global_average_pool" : "global_max_pool";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr pool<Kind> window(const shapes& in) const {
    return {.kernel = {in[0].height, in[0].width}};
  }
  [[nodiscard]] constexpr pool<Kind> integer_form(const shapes& in, const quantisations&) const {
    return window(in);
  }
  [[nodiscard]] constexpr pool<Kind> wide_form(const shapes& in, const quantisations&) const {
    return window(in);
  }
  [[nodiscard]] constexpr fault check(const shapes&) const { return fault::none; }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return {1, 1, in[0].channels}; }
  [[nodiscard]] constexpr access reads(const shapes& in, int input) const {
    return window(in).reads(in, input);
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return true; }
  [[nodiscard]] constexpr bool accumulates(const shapes& in) const { return in[0].height > 1; }

  template <class Sum>
  [[nodiscard]] static constexpr Sum start() {
    return pool<Kind>::template start<Sum>();
  }
  template <class Sum, class In, class Weights>
  constexpr Sum accumulate(Sum sum, const In& in, const Weights& weights, int row, int x,
                           int c) const {
    return window(in.extent(0)).accumulate(sum, in, weights, row, x, c);
  }
  template <class Sum>
  constexpr Sum finish(Sum sum, const shapes& in, int y, int x) const {
    return window(in).finish(sum, in, y, x);
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    return window(in.extent(0)).at(in, weights, y, x, c);
  }
  friend constexpr bool operator==(const global_pool&, const global_pool&) = default;
};

}  // namespace xenos::inline XENOS_ABI
