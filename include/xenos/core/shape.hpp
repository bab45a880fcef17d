// Extents of a stream of rows.
#pragma once

#include <xenos/config/abi.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// Extents of one tensor: `height` rows, each of `width` pixels of `channels` elements, channels
/// innermost (TFLite's NHWC at batch 1). A sequence is {steps, 1, features}, a vector {1, 1, n}.
struct shape {
  int height = 1;
  int width = 1;
  int channels = 1;

  /// Elements of one row.
  [[nodiscard]] constexpr int row() const { return width * channels; }
  /// Elements of the tensor.
  [[nodiscard]] constexpr std::int64_t elements() const {
    return std::int64_t{height} * width * channels;
  }
  friend constexpr bool operator==(const shape&, const shape&) = default;
};

/// The name under which models write shapes: `hwc{49, 10, 1}`.
using hwc = shape;

/// A sequence of `steps` rows with `features` elements each.
constexpr shape sequence(int steps, int features) { return {steps, 1, features}; }
/// A single row of `elements`.
constexpr shape vector(int elements) { return {1, 1, elements}; }

/// The height of what has no end: the inputs of a model that runs live. Behind strides and pads the
/// heights of its stages are about as large; none is ever counted to.
inline constexpr int unbounded = 1 << 24;
/// The shape of endless rows of `width` pixels with `channels` elements each.
constexpr shape rows_of(int width, int channels) { return {unbounded, width, channels}; }

/// A pair of extents: kernel, stride, dilation.
struct extent2 {
  int height = 1;
  int width = 1;
  friend constexpr bool operator==(const extent2&, const extent2&) = default;
};

/// The largest number of streams a stage reads, a fork holds or a model has as outputs.
inline constexpr int max_streams = 8;

/// The shapes of the streams which a stage reads, in order.
struct shapes {
  int count = 0;
  shape at[max_streams] = {};

  constexpr shapes() = default;
  constexpr shapes(shape only) : count(1), at{only} {}
  constexpr void push(shape next) { at[count++] = next; }
  [[nodiscard]] constexpr const shape& operator[](int index) const { return at[index]; }
  friend constexpr bool operator==(const shapes&, const shapes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
