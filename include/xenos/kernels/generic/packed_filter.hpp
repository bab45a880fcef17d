// Packed weights of a convolution, with its bias.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>

#include <cstddef>

namespace xenos::inline XENOS_ABI::generic {

/// All that decides where a weight lies. Kernels of one layer that differ in anything else, as do
/// those of a whole image and of a stream, share packed weights.
struct filter_layout {
  int taps;      // weights of an output channel
  int channels;  // output channels of a group
  int groups;
  int block;  // output channels side by side
  int lanes;  // the last block of a group is filled up with zeros to a multiple of them

  [[nodiscard]] constexpr int padded_channels() const {
    return static_cast<int>(align_up(channels, lanes));
  }
};

template <filter_layout Layout, class T>
struct packed_filter {
  static constexpr int channels = Layout.groups * Layout.padded_channels();
  alignas(64) T weights[static_cast<std::size_t>(Layout.taps) * channels];
  alignas(64) accumulator_of<T> bias[channels];
};

}  // namespace xenos::inline XENOS_ABI::generic
