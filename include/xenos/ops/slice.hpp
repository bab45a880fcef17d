// Operations that take a part of their input: slice, and an equal share of the channels.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// Where a slice begins: row, column and channel.
struct position {
  int height = 0;
  int width = 0;
  int channels = 0;
  friend constexpr bool operator==(const position&, const position&) = default;
};

/// SLICE: the `size` elements of each axis from `begin` on; a size of -1 is all the rest. Rows
/// behind the slice are read by nobody. Reference: tflite reference_ops Slice.
struct slice {
  position begin{};
  shape size{-1, -1, -1};

  static constexpr const char* name = "slice";
  static constexpr mapping map = mapping::reorganise;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    const auto inside = [](int from, int count, int extent) {
      return from >= 0 && from < extent && (count == -1 || (count >= 1 && count <= extent - from));
    };
    return inside(begin.height, size.height, in[0].height) &&
                   inside(begin.width, size.width, in[0].width) &&
                   inside(begin.channels, size.channels, in[0].channels)
               ? fault::none
               : fault::slice_exceeds_input;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    const auto extent = [](int from, int count, int all) {
      return count == -1 ? all - from : count;
    };
    return {extent(begin.height, size.height, in[0].height),
            extent(begin.width, size.width, in[0].width),
            extent(begin.channels, size.channels, in[0].channels)};
  }
  [[nodiscard]] constexpr access reads(const shapes&, int) const {
    return {window{1, 1, 1, begin.height}, 0, 0, false, window{1, 1, 1, begin.width}};
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    return reference_of<typename In::value_type>(
        in(0, y + begin.height, x + begin.width, c + begin.channels));
  }
  friend constexpr bool operator==(const slice&, const slice&) = default;
};

/// The `index`-th of `of` equal parts of the channels: one output of TFLite's SPLIT.
struct channel_part {
  int index = 0;
  int of = 1;

  static constexpr const char* name = "split";
  static constexpr mapping map = mapping::reorganise;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr slice as_slice(const shapes& in) const {
    const int channels = in[0].channels / of;
    return {.begin = {.channels = index * channels}, .size = {-1, -1, channels}};
  }
  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (of < 1 || index < 0 || index >= of) return fault::bad_attribute;
    return in[0].channels % of == 0 ? fault::none : fault::parts_do_not_divide;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return as_slice(in).output(in); }
  [[nodiscard]] constexpr access reads(const shapes&, int) const { return identity_access; }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    return as_slice(in.extent(0)).at(in, weights, y, x, c);
  }
  friend constexpr bool operator==(const channel_part&, const channel_part&) = default;
};

}  // namespace xenos::inline XENOS_ABI
