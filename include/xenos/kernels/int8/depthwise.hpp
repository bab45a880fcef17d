// Depthwise convolution of int8: some neighbouring channels of a pixel at a time.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/generic/depthwise.hpp>
#include <xenos/kernels/int8/patch_conv.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstddef>
#include <cstdint>

namespace xenos::inline XENOS_ABI::int8 {

// clang-format off
// What differs between instruction sets, `Taps`:
//   channels             that meet at a time
//   weight               the type of packed weights, which lie as [block][tap][channels]
//   place(c)             where channel c of a block lies in a tap
//   scales               what scales the sums of a block of channels, such as `block_scales`
//   row<Side, Round>(window, weights, scales, zero_point, run)
//                        a block of channels of the pixels of a run: their sums, scaled to int8;
//                        Side is 3 for kernels of 3x3, otherwise `dynamic`: as the window tells
// clang-format on

/// What a pixel reads: row h begins at rows[h * row_step] + first, and of it `width` columns
/// `column_step` elements apart.
struct tap_window {
  const std::int8_t* const* rows;
  std::ptrdiff_t first;
  int height;
  int width;
  std::ptrdiff_t row_step;
  int column_step;
};

template <class Taps>
struct depthwise_job {
  const std::int8_t* const* in;
  std::int8_t* const* out;
  int rows;
  range columns;
  range channels;
  // From channel 0 on, whether its are there or not.
  const typename Taps::weight* weights;
  const typename Taps::scales* scales;
  int zero_point;
};

/// Pixels of a row: the first one's window is that given, those of the others `step` further each.
struct pixel_run {
  int count;
  std::ptrdiff_t step;
  std::int8_t* out;
  std::ptrdiff_t out_step;
};

/// One channel of a block.
template <class Taps, rounding Round>
XENOS_ALWAYS_INLINE void run_channel(tap_window window, const typename Taps::weight* weights,
                                     const typename Taps::scales& scales, int c, int zero_point,
                                     const pixel_run& pixels) {
  std::int8_t* out = pixels.out;
  for (int x = 0; x < pixels.count; ++x) {
    std::int32_t sum = scales.begin(c);
    const typename Taps::weight* weight = weights + Taps::place(c);
    for (int h = 0; h < window.height; ++h) {
      const std::int8_t* from = window.rows[h * window.row_step] + window.first;
      for (int w = 0; w < window.width; ++w) {
        sum += std::int32_t{*from} * *weight;
        from += window.column_step;
        weight += Taps::channels;
      }
    }
    *out = scaled_sum<Round>(sum, scales, c, zero_point);
    out += pixels.out_step;
    window.first += pixels.step;
  }
}

template <class Taps, int Side, rounding Round>
XENOS_ALWAYS_INLINE void run_taps(const generic::depthwise_geometry& g,
                                  const depthwise_job<Taps>& job) {
  constexpr int block = Taps::channels;
  const int in_pixel = g.channels / g.multiplier;
  for (int r = 0; r < job.rows; ++r) {
    const auto* weights =
        job.weights + std::ptrdiff_t{job.channels.first} * g.kernel_height * g.kernel_width;
    const auto* scales = job.scales + job.channels.first / block;
    for (int c = job.channels.first; c < job.channels.end; c += block) {
      tap_window window{job.in + r * g.stride_height,
                        std::ptrdiff_t{job.columns.first * g.stride_width - g.left} * in_pixel,
                        g.kernel_height,
                        g.kernel_width,
                        g.dilation_height,
                        g.dilation_width * in_pixel};
      pixel_run pixels{job.columns.size(), std::ptrdiff_t{g.stride_width} * in_pixel,
                       job.out[r] + std::ptrdiff_t{job.columns.first} * g.channels + c, g.channels};
      const int present = min_of(block, job.channels.end - c);
      if (present == block && g.multiplier == 1) {
        window.first += c;
        Taps::template row<Side, Round>(window, weights, *scales, job.zero_point, pixels);
      } else {
        const std::ptrdiff_t first = window.first;
        for (int k = 0; k < present; ++k, ++pixels.out) {
          window.first = first + (c + k) / g.multiplier;
          run_channel<Taps, Round>(window, weights, *scales, k, job.zero_point, pixels);
        }
      }
      weights += std::ptrdiff_t{block} * g.kernel_height * g.kernel_width;
      ++scales;
    }
  }
}

/// The same, one copy for all layers with kernels of equal width of a program.
template <class Taps, int Side, rounding Round>
XENOS_NOINLINE inline void run_any_taps(const generic::depthwise_geometry& g,
                                        const depthwise_job<Taps>& job) {
  run_taps<Taps, Side, Round>(g, job);
}

/// Depthwise convolution of int8 by `Taps`. Where `Shared`, layers run through one function that
/// reads its extents from a constant; otherwise each has its own.
template <generic::depthwise_geometry Geometry, class Taps, bool Shared = true>
struct tap_depthwise {
  using specialised = tap_depthwise<Geometry, Taps, false>;
  static constexpr int offset = 0;
  static constexpr int block_rows = 1;
  static constexpr int block_columns = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int channel_block = Taps::channels;
  static constexpr int taps = Geometry.kernel_height * Geometry.kernel_width;
  static constexpr int padded = static_cast<int>(align_up(Geometry.channels, Taps::channels));

  using packed = packed_layer<typename Taps::weight, taps, typename Taps::scales, padded, 16>;
  static constexpr std::ptrdiff_t place(int channel) {
    return static_cast<std::ptrdiff_t>(align_up(channel, Taps::channels));
  }

  template <class Parameters>
  static constexpr void pack(const Parameters& layer, packed& to) {
    for (int c = 0; c < padded; ++c) {
      const bool exists = c < Geometry.channels;
      const int within = c % Taps::channels;
      to.scales[c / Taps::channels].set(within, exists ? layer.bias(c) : 0,
                                        exists ? layer.factor(c) : fixed_factor{});
      for (int tap = 0; tap < taps; ++tap) {
        to.weights[(c - within) * taps + tap * Taps::channels + Taps::place(within)] =
            exists ? layer.weight(c, tap / Geometry.kernel_width, tap % Geometry.kernel_width, 0)
                   : std::int8_t{0};
      }
    }
  }

  template <rounding Round, cuts Cuts>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, typename packed::part of,
                  int zero_point) {
    if constexpr (Cuts.channels) of.advance(-place(t.some_channels.first), taps);
    const depthwise_job<Taps> job{
        t.in[0],    t.out,     t.rows,    t.columns(Geometry.width), t.channels(Geometry.channels),
        of.weights, of.scales, zero_point};
    constexpr int side = Geometry.kernel_height == 3 && Geometry.kernel_width == 3 ? 3 : dynamic;
    if constexpr (Shared) {
      run_any_taps<Taps, side, Round>(geometry, job);
    } else {
      run_taps<Taps, side, Round>(geometry, job);
    }
  }

 private:
  static constexpr generic::depthwise_geometry geometry = Geometry;
};

/// Portable taps: a channel at a time, as compilers make vectors of it where they can.
struct scalar_taps {
  using weight = std::int8_t;
  using scales = block_scales<4>;
  static constexpr int channels = 4;
  static constexpr int place(int c) { return c; }

  template <int Side, rounding Round>
  static XENOS_ALWAYS_INLINE void row(const tap_window& window, const weight* weights,
                                      const scales& by, int zero_point, const pixel_run& pixels) {
    std::int8_t* out = pixels.out;
    std::ptrdiff_t first = window.first;
    for (int x = 0; x < pixels.count; ++x) {
      std::int32_t sum[channels];
      for (int c = 0; c < channels; ++c) sum[c] = by.bias[c];
      const weight* tap = weights;
      for (int h = 0; h < window.height; ++h) {
        const std::int8_t* from = window.rows[h * window.row_step] + first;
        for (int w = 0; w < (Side == dynamic ? window.width : Side); ++w) {
          for (int c = 0; c < channels; ++c) sum[c] += std::int32_t{from[c]} * tap[c];
          from += window.column_step;
          tap += channels;
        }
      }
      for (int c = 0; c < channels; ++c) {
        out[c] = scaled_sum<Round>(sum[c], by, c, zero_point);
      }
      out += pixels.out_step;
      first += pixels.step;
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::int8
