// Depthwise convolution of int8 where the lanes of vectors are channels: inputs of some kernel rows
// are laid next to each other, and meet their weights at once.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/generic/depthwise.hpp>
#include <xenos/kernels/int8/lanes.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstddef>
#include <cstdint>

namespace xenos::inline XENOS_ABI::int8 {

/// A block of channels in a row of output. Copied inputs lie as [column][group of kernel rows], a
/// vector of `Lanes` each.
template <class Lanes>
struct depthwise_row {
  const typename Lanes::staged* inputs;
  int groups;
  int stride;    // vectors from pixel to pixel
  int dilation;  // and from tap to tap
  int width;     // of the kernel
  int pixels;
  int out_pixel;
  std::int8_t* out;
  int present;  // channels
  int zero_point;
};

/// The row's pixels, four at a time. `Width` taps in one group of kernel rows, or `dynamic`: as the
/// row says. `scale` scales the sums of four pixels.
template <class Lanes, int Width, class Scale>
XENOS_ALWAYS_INLINE void add_taps(const depthwise_row<Lanes>& row, const lane_part<Lanes>& of,
                                  const Scale& scale) {
  using sums = typename Lanes::sums;
  using operand = decltype(Lanes::weights(of.weights));
  constexpr int pixels = 4;
  constexpr int vector = Lanes::count * Lanes::step;  // elements
  constexpr int fixed = Width == dynamic ? 1 : Width;
  const sums bias = load_lanes<std::int32_t, Lanes::count>(of.scales->bias);
  operand by[fixed];
  XENOS_UNROLL(8)
  for (int w = 0; w < fixed; ++w) by[w] = Lanes::weights(of.weights + std::ptrdiff_t{w} * vector);
  for (int x = 0; x < row.pixels; x += pixels) {
    sums sum[pixels][1];
    const typename Lanes::staged* from[pixels];
    std::int8_t* out[pixels];
    XENOS_UNROLL(4)
    for (int p = 0; p < pixels; ++p) {
      const int at = min_of(x + p, row.pixels - 1);
      sum[p][0] = bias;
      from[p] = row.inputs + std::ptrdiff_t{at} * row.stride * vector;
      out[p] = row.out + std::ptrdiff_t{at} * row.out_pixel;
    }
    if constexpr (Width == dynamic) {
      const std::int8_t* weights = of.weights;
      for (int w = 0; w < row.width; ++w) {
        for (int h = 0; h < row.groups; ++h) {
          const operand now = Lanes::weights(weights);
          const std::ptrdiff_t tap = (std::ptrdiff_t{w} * row.dilation + h) * vector;
          XENOS_UNROLL(4)
          for (int p = 0; p < pixels; ++p) {
            sum[p][0] = Lanes::add(sum[p][0], Lanes::load(from[p] + tap), now);
          }
          weights += vector;
        }
      }
    } else {
      XENOS_UNROLL(8)
      for (int w = 0; w < Width; ++w) {
        const std::ptrdiff_t tap = std::ptrdiff_t{w} * row.dilation * vector;
        XENOS_UNROLL(4)
        for (int p = 0; p < pixels; ++p) {
          sum[p][0] = Lanes::add(sum[p][0], Lanes::load(from[p] + tap), by[w]);
        }
      }
    }
    scale(sum);
    store_sums<Lanes, pixels, 1>(sum, out, row.present);
  }
}

/// The row's pixels, scaled.
template <class Lanes, rounding Round, int Width>
XENOS_NOINLINE inline void multiply_taps(const depthwise_row<Lanes>& row,
                                         const lane_part<Lanes>& of) {
  using sums = typename Lanes::sums;
  if constexpr (Round == rounding::once || Round == rounding::twice) {
    if (of.scales->plain) [[likely]] {
      const typename Lanes::template factors<Round> by(of.scales->multiplier, of.scales->shift,
                                                       row.zero_point);
      return add_taps<Lanes, Width>(row, of, [&by](sums(&sum)[4][1]) {
        XENOS_UNROLL(4)
        for (int p = 0; p < 4; ++p) sum[p][0] = by(sum[p][0]);
      });
    }
  }
  add_taps<Lanes, dynamic>(row, of, [&](sums(&sum)[4][1]) {
    scale_sums<Lanes, Round, 4, 1>(sum, of.scales, row.zero_point);
  });
}

template <class Lanes>
struct lane_depthwise_job {
  const std::int8_t* const* in;
  std::int8_t* const* out;
  int rows;
  range columns;
  range channels;
  lane_part<Lanes> of;  // from the first of them on
  std::byte* temporaries;
  int zero_point;
};

/// The inputs of a block of channels, from channel `c` on, as `depthwise_row` wants them.
template <class Lanes>
XENOS_ALWAYS_INLINE void stage_taps(const generic::depthwise_geometry& g,
                                    const std::int8_t* const* in, std::ptrdiff_t first, int columns,
                                    int c, int present, typename Lanes::staged* to) {
  constexpr int count = Lanes::count;
  constexpr int step = Lanes::step;
  const int in_pixel = g.channels / g.multiplier;
  const int groups = ceil_div(g.kernel_height, step);
  // Columns whose vectors end within the last one that is read.
  const int whole = g.multiplier > 1
                        ? 0
                        : max_of(0, columns - ceil_div(max_of(0, c + count - in_pixel), in_pixel));
  for (int h = 0; h < groups; ++h) {
    const std::int8_t* from[step];
    for (int k = 0; k < step; ++k) {
      const std::ptrdiff_t row = h * step + k < g.kernel_height ? h * step + k : h * step;
      from[k] = in[row * g.dilation_height] + first;
    }
    typename Lanes::staged* at = to + std::ptrdiff_t{h} * count * step;
    int x = 0;
    for (; x < whole; ++x) {
      const std::int8_t* now[step];
      XENOS_UNROLL(4)
      for (int k = 0; k < step; ++k) now[k] = from[k] + std::ptrdiff_t{x} * in_pixel + c;
      Lanes::interleave(at, now);
      at += std::ptrdiff_t{groups} * count * step;
    }
    for (; x < columns; ++x) {
      std::int8_t some[step][count] = {};
      const std::int8_t* now[step];
      for (int k = 0; k < step; ++k) {
        for (int i = 0; i < present; ++i) {
          some[k][i] = from[k][std::ptrdiff_t{x} * in_pixel + (c + i) / g.multiplier];
        }
        now[k] = some[k];
      }
      Lanes::interleave(at, now);
      at += std::ptrdiff_t{groups} * count * step;
    }
  }
}

/// The tile of a job; one copy for all layers of a program.
template <class Lanes, rounding Round>
XENOS_NOINLINE inline void run_depthwise_lanes(const generic::depthwise_geometry& g,
                                               const lane_depthwise_job<Lanes>& job) {
  constexpr int count = Lanes::count;
  const int groups = ceil_div(g.kernel_height, Lanes::step);
  const int terms = groups * Lanes::step * g.kernel_width;
  const int columns =
      (job.columns.size() - 1) * g.stride_width + (g.kernel_width - 1) * g.dilation_width + 1;
  auto* const inputs = reinterpret_cast<typename Lanes::staged*>(job.temporaries);
  const std::ptrdiff_t first =
      std::ptrdiff_t{job.columns.first * g.stride_width - g.left} * (g.channels / g.multiplier);
  for (int r = 0; r < job.rows; ++r) {
    auto of = job.of;
    for (int c = job.channels.first; c < job.channels.end; c += count) {
      const int present = min_of(count, job.channels.end - c);
      stage_taps<Lanes>(g, job.in + std::ptrdiff_t{r} * g.stride_height, first, columns, c, present,
                        inputs);
      const depthwise_row<Lanes> row{
          inputs,
          groups,
          g.stride_width * groups,
          g.dilation_width * groups,
          g.kernel_width,
          job.columns.size(),
          g.channels,
          job.out[r] + std::ptrdiff_t{job.columns.first} * g.channels + c,
          present,
          job.zero_point};
      if (g.kernel_width == 3 && groups == 1) {
        multiply_taps<Lanes, Round, 3>(row, of);
      } else {
        multiply_taps<Lanes, Round, dynamic>(row, of);
      }
      of.advance(count, terms);
    }
  }
}

/// Depthwise convolution of int8 by `Lanes`. Packed weights: for each block of channels
/// [kernel_width][group of kernel rows][channel][kernel row of the group].
template <generic::depthwise_geometry Geometry, class Lanes>
struct lanes_depthwise {
  static constexpr int offset = Lanes::offset;
  static constexpr int block_rows = 1;
  static constexpr int block_columns = 1;
  static constexpr int channel_block = Lanes::count;
  static constexpr int groups = ceil_div(Geometry.kernel_height, Lanes::step);
  static constexpr int terms = groups * Lanes::step * Geometry.kernel_width;
  static constexpr int padded = static_cast<int>(align_up(Geometry.channels, Lanes::count));
  static constexpr int columns = (Geometry.width - 1) * Geometry.stride_width +
                                 (Geometry.kernel_width - 1) * Geometry.dilation_width + 1;
  static constexpr bytes_t temporary_bytes = bytes_t{columns} * groups * Lanes::count *
                                             Lanes::step * bytes_t{sizeof(typename Lanes::staged)};

  using packed = packed_layer<std::int8_t, terms, lane_scales<Lanes::count>, padded, 64>;
  static constexpr std::ptrdiff_t place(int channel) {
    return static_cast<std::ptrdiff_t>(align_up(channel, Lanes::count));
  }

  template <class Parameters>
  static constexpr void pack(const Parameters& layer, packed& to) {
    for (int c = 0; c < padded; ++c) {
      const bool exists = c < Geometry.channels;
      const int within = c % Lanes::count;
      std::int8_t* at = to.weights + std::ptrdiff_t{c - within} * terms + within * Lanes::step;
      std::int64_t sizes = 0;
      for (int w = 0; w < Geometry.kernel_width; ++w) {
        for (int h = 0; h < groups * Lanes::step; ++h) {
          const int weight =
              exists && h < Geometry.kernel_height ? int{layer.weight(c, h, w, 0)} : 0;
          at[std::ptrdiff_t{w * groups + h / Lanes::step} * Lanes::count * Lanes::step +
             h % Lanes::step] = static_cast<std::int8_t>(weight);
          sizes += weight < 0 ? -weight : weight;
        }
      }
      pack_factor<Lanes>(layer, c, exists, sizes, to.scales, c);
    }
  }

  template <rounding Round, cuts Cuts>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, lane_part<Lanes> of,
                  int zero_point) {
    run_depthwise_lanes<Lanes, Round>(
        geometry, {t.in[0], t.out, t.rows, t.columns(Geometry.width), t.channels(Geometry.channels),
                   of, t.temporaries, zero_point});
  }

 private:
  static constexpr generic::depthwise_geometry geometry = Geometry;
};

}  // namespace xenos::inline XENOS_ABI::int8
