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
//   pixel<Width, Round>(window, filters, zero_point, out)
//                        scales the sums of a block of channels of one pixel to int8; Width is the
//                        kernel's, or `dynamic`: as the window tells
// clang-format on

/// What a pixel reads: row h begins at rows[h * row_step] + first, and of it `width` columns
/// `column_step` elements apart.
struct tap_window {
  const std::int8_t* const* rows;
  std::ptrdiff_t first;
  int height;
  int width;
  int row_step;
  int column_step;
};

/// A block of channels: weights of all taps, and what scales the sums.
template <class Weight>
struct tap_block {
  const Weight* weights;
  const std::int32_t* bias;
  const std::int32_t* multiplier;
  const std::int32_t* shift;
};

template <class Weight>
struct depthwise_job {
  const std::int8_t* const* in;
  std::int8_t* const* out;
  int rows;
  range columns;
  range channels;
  tap_block<Weight> filters;
  int zero_point;
};

/// One channel of a block.
template <class Taps, rounding Round>
XENOS_ALWAYS_INLINE std::int8_t one_channel(const tap_window& window,
                                            const tap_block<typename Taps::weight>& filters, int c,
                                            int zero_point) {
  std::int32_t sum = filters.bias[c];
  const typename Taps::weight* weights = filters.weights + Taps::place(c);
  for (int h = 0; h < window.height; ++h) {
    const std::int8_t* from = window.rows[h * window.row_step] + window.first;
    for (int w = 0; w < window.width; ++w) {
      sum += std::int32_t{*from} * *weights;
      from += window.column_step;
      weights += Taps::channels;
    }
  }
  const fixed_factor factor{filters.multiplier[c], static_cast<int>(filters.shift[c])};
  return static_cast<std::int8_t>(clamp_int8(scaled<Round>(sum, factor) + zero_point));
}

template <class Taps, int Width, rounding Round>
XENOS_ALWAYS_INLINE void run_taps(const generic::depthwise_geometry& g,
                                  const depthwise_job<typename Taps::weight>& job) {
  constexpr int block = Taps::channels;
  const int in_pixel = g.channels / g.multiplier;
  for (int r = 0; r < job.rows; ++r) {
    auto filters = job.filters;
    filters.bias += job.channels.first;
    filters.multiplier += job.channels.first;
    filters.shift += job.channels.first;
    filters.weights += std::ptrdiff_t{job.channels.first} * g.kernel_height * g.kernel_width;
    for (int c = job.channels.first; c < job.channels.end; c += block) {
      const int present = min_of(block, job.channels.end - c);
      tap_window window{job.in + r * g.stride_height,
                        std::ptrdiff_t{job.columns.first * g.stride_width - g.left} * in_pixel,
                        g.kernel_height,
                        g.kernel_width,
                        g.dilation_height,
                        g.dilation_width * in_pixel};
      std::int8_t* out = job.out[r] + std::ptrdiff_t{job.columns.first} * g.channels + c;
      const std::ptrdiff_t next = std::ptrdiff_t{g.stride_width} * in_pixel;
      if (present == block && g.multiplier == 1) {
        window.first += c;
        for (int x = job.columns.first; x < job.columns.end; ++x) {
          Taps::template pixel<Width, Round>(window, filters, job.zero_point, out);
          window.first += next;
          out += g.channels;
        }
      } else {
        const std::ptrdiff_t first = window.first;
        for (int k = 0; k < present; ++k) {
          window.first = first + (c + k) / g.multiplier;
          std::int8_t* to = out + k;
          for (int x = job.columns.first; x < job.columns.end; ++x) {
            *to = one_channel<Taps, Round>(window, filters, k, job.zero_point);
            window.first += next;
            to += g.channels;
          }
        }
      }
      filters.weights += std::ptrdiff_t{block} * g.kernel_height * g.kernel_width;
      filters.bias += block;
      filters.multiplier += block;
      filters.shift += block;
    }
  }
}

/// The same, one copy for all layers with kernels of equal width of a program.
template <class Taps, int Width, rounding Round>
XENOS_NOINLINE inline void run_any_taps(const generic::depthwise_geometry& g,
                                        const depthwise_job<typename Taps::weight>& job) {
  run_taps<Taps, Width, Round>(g, job);
}

/// Depthwise convolution of int8 by `Taps`. Where `Shared`, layers run through one function that
/// reads its extents from a constant; otherwise each has its own.
template <generic::depthwise_geometry Geometry, class Taps, bool Shared>
struct tap_depthwise {
  static constexpr int offset = 0;
  static constexpr int block_rows = 1;
  static constexpr int block_columns = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int channel_block = Taps::channels;
  static constexpr int taps = Geometry.kernel_height * Geometry.kernel_width;
  static constexpr int padded = static_cast<int>(align_up(Geometry.channels, Taps::channels));

  struct packed {
    alignas(16) typename Taps::weight weights[std::size_t{taps} * padded];
    std::int32_t bias[padded];
    std::int32_t multiplier[padded];
    std::int32_t shift[padded];
  };

  template <class Parameters>
  static constexpr void pack(const Parameters& layer, packed& to) {
    for (int c = 0; c < padded; ++c) {
      const bool exists = c < Geometry.channels;
      const fixed_factor factor = exists ? layer.factor(c) : fixed_factor{};
      to.bias[c] = exists ? layer.bias(c) : 0;
      to.multiplier[c] = factor.multiplier;
      to.shift[c] = factor.shift;
      const int within = c % Taps::channels;
      for (int tap = 0; tap < taps; ++tap) {
        to.weights[(c - within) * taps + tap * Taps::channels + Taps::place(within)] =
            exists ? layer.weight(c, tap / Geometry.kernel_width, tap % Geometry.kernel_width, 0)
                   : std::int8_t{0};
      }
    }
  }

  template <rounding Round, cuts Cuts>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, const packed& p, int zero_point) {
    const depthwise_job<typename Taps::weight> job{t.in[0],
                                                   t.out,
                                                   t.rows,
                                                   t.columns(Geometry.width),
                                                   t.channels(Geometry.channels),
                                                   {p.weights, p.bias, p.multiplier, p.shift},
                                                   zero_point};
    constexpr int width = Geometry.kernel_width == 3 || !Shared ? Geometry.kernel_width : dynamic;
    if constexpr (Shared) {
      run_any_taps<Taps, width, Round>(geometry, job);
    } else {
      run_taps<Taps, width, Round>(geometry, job);
    }
  }

 private:
  static constexpr generic::depthwise_geometry geometry = Geometry;
};

/// Portable taps: a channel at a time, as compilers make vectors of it where they can.
struct scalar_taps {
  using weight = std::int8_t;
  static constexpr int channels = 4;
  static constexpr int place(int c) { return c; }

  template <int Width, rounding Round>
  static XENOS_ALWAYS_INLINE void pixel(const tap_window& window, const tap_block<weight>& filters,
                                        int zero_point, std::int8_t* out) {
    std::int32_t sum[channels];
    for (int c = 0; c < channels; ++c) sum[c] = filters.bias[c];
    const weight* weights = filters.weights;
    for (int h = 0; h < window.height; ++h) {
      const std::int8_t* from = window.rows[h * window.row_step] + window.first;
      for (int w = 0; w < (Width == dynamic ? window.width : Width); ++w) {
        for (int c = 0; c < channels; ++c) sum[c] += std::int32_t{from[c]} * weights[c];
        from += window.column_step;
        weights += channels;
      }
    }
    for (int c = 0; c < channels; ++c) {
      const fixed_factor factor{filters.multiplier[c], static_cast<int>(filters.shift[c])};
      out[c] = static_cast<std::int8_t>(clamp_int8(scaled<Round>(sum[c], factor) + zero_point));
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::int8
