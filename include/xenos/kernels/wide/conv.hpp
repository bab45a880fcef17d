// Convolution of int16 and int32: the elements that a pixel reads are laid side by side, and meet
// each filter.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/range.hpp>
#include <xenos/core/wide_factor.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/kernels/wide/dot.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace xenos::inline XENOS_ABI::wide {

/// What sums of a layer begin with, and what scales them, by output channel.
template <int Channels>
struct scales_of {
  std::int64_t bias[Channels];
  std::int32_t multiplier[Channels];
  std::int32_t right[Channels];

  template <auto Op, class Views>
  constexpr void pack(const Views& views) {
    for (int c = 0; c < Channels; ++c) {
      const wide_factor factor = Op.factor(views, c);
      bias[c] = Op.bias(views, c);
      multiplier[c] = factor.multiplier;
      right[c] = factor.right;
    }
  }
  [[nodiscard]] constexpr wide_factor factor(int c) const { return {multiplier[c], right[c]}; }
};

/// A sum of the layer `Op`, as an element T in the type of its followers.
template <auto Op, class T>
XENOS_ALWAYS_INLINE accumulator_of<T> finished(std::int64_t sum, wide_factor by) {
  return static_cast<accumulator_of<T>>(
      clamp_to(element<T>::type, scaled_sum<Op.in.round>(sum, by)));
}

/// The layer `Op` (a `wide_layer` of conv or fc) on elements T. A patch that is a run of the input
/// itself is read where it lies.
template <auto Op, generic::conv_geometry Geometry, class T>
struct conv_rows {
  using weight = element_t<Op.weights>;
  static constexpr int of_row = Geometry.kernel_width * Geometry.in_channels;
  static constexpr int patch_terms =
      static_cast<int>(align_up(Geometry.kernel_height * of_row, step<weight>));
  static constexpr bool one_run =
      Geometry.dilation_width == 1 && Geometry.in_channels == Geometry.in_pixel;
  static constexpr bool direct = one_run && Geometry.kernel_height == 1 && of_row == patch_terms;
  static constexpr int channels = Geometry.groups * Geometry.out_channels;

  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = direct ? 0 : bytes_t{sizeof(T)} * patch_terms;
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;

  struct packed {
    alignas(8) weight weights[channels][patch_terms];
    scales_of<channels> scales;
  };

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    to.scales.template pack<Op>(views);
    for (int c = 0; c < channels; ++c) {
      for (weight& w : to.weights[c]) w = 0;
      int term = 0;
      for (int h = 0; h < Geometry.kernel_height; ++h) {
        for (int w = 0; w < Geometry.kernel_width; ++w) {
          for (int i = 0; i < Geometry.in_channels; ++i) {
            to.weights[c][place<weight>(term++)] = views.template get<0>()(c, h, w, i);
          }
        }
      }
    }
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& p, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Geometry.width);
    const range cut = t.channels(channels);
    constexpr int each = Geometry.out_channels;
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      const T* const* rows = t.in[0] + r * Geometry.stride_height;
      for (int x = columns.first; x < columns.end; ++x) {
        const std::ptrdiff_t pixel =
            (std::ptrdiff_t{x} * Geometry.stride_width - Geometry.left) * Geometry.in_pixel;
        for (int g = cut.first / each; g * each < cut.end; ++g) {
          const T* const patch =
              lay(rows, pixel + std::ptrdiff_t{g} * Geometry.in_channels, t.temporaries);
          const int end = min_of((g + 1) * each, cut.end);
          for (int c = max_of(g * each, cut.first); c < end; ++c) {
            const std::int64_t sum = p.scales.bias[c] + dot(patch, p.weights[c], patch_terms);
            const int at = x * channels + c;
            t.out[r][at] = T(finish(finished<Op, T>(sum, p.scales.factor(c)), at, c));
          }
        }
      }
    }
  }

 private:
  /// The patch that begins `first` elements behind column 0 of each row.
  static const T* lay(const T* const* rows, std::ptrdiff_t first,
                      [[maybe_unused]] std::byte* temporaries) {
    if constexpr (direct) {
      return rows[0] + first;
    } else {
      T* const patch = reinterpret_cast<T*>(temporaries);
      constexpr int run = one_run ? of_row : Geometry.in_channels;
      T* to = patch;
      for (int h = 0; h < Geometry.kernel_height; ++h) {
        const T* from = rows[std::ptrdiff_t{h} * Geometry.dilation_height] + first;
        for (int left = of_row; left > 0; left -= run, to += run) {
          std::memcpy(to, from, sizeof(T) * run);
          from += Geometry.dilation_width * Geometry.in_pixel;
        }
      }
      for (; to < patch + patch_terms; ++to) *to = 0;
      return patch;
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::wide
