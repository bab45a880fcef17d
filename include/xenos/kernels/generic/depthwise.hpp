// Depthwise convolution on rows, portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/extents.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/kernels/block.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/generic/packed_filter.hpp>
#include <xenos/kernels/kernel.hpp>

namespace xenos::inline XENOS_ABI::generic {

/// Geometry of a depthwise convolution.
struct depthwise_geometry {
  int width;       // output pixels a row
  int channels;    // of the output
  int multiplier;  // output channels for each input channel
  int kernel_height;
  int kernel_width;
  int stride_height;
  int stride_width;
  int dilation_height;
  int dilation_width;
  int left;
};

/// Register block: accumulators of `rows` x `pixels` output pixels, `lanes` channels each.
struct depthwise_block {
  int rows;
  int pixels;
  int lanes;
};

/// Depthwise convolution, vectors over channels, a block of pixels at a time. Packed weights: for
/// each block of `lanes` channels [kernel_height][kernel_width][lanes], the last filled up with
/// zeros. Sums run in that order from the bias, whatever the block, so that results do not depend
/// on tiles.
template <depthwise_geometry Geometry, depthwise_block Block, class T>
struct direct_depthwise {
  using shape_type = extents<Geometry>;
  using sum_type = accumulator_of<T>;
  using g = depthwise_geometry;
  static constexpr bool folds = true;
  static constexpr int block_rows = Block.rows;
  static constexpr int block_columns = Block.pixels;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int channel_block = Block.lanes;
  static constexpr bool column_cuts = true;
  static constexpr int taps = Geometry.kernel_height * Geometry.kernel_width;
  static constexpr int padded_channels = static_cast<int>(align_up(Geometry.channels, Block.lanes));

  using packed =
      packed_filter<filter_layout{taps, Geometry.channels, 1, Block.lanes, Block.lanes}, T>;

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    const auto filter = views.template get<0>();
    const auto bias = views.template get<1>();
    std::size_t at = 0;
    for (int block = 0; block < padded_channels; block += Block.lanes) {
      for (int h = 0; h < Geometry.kernel_height; ++h) {
        for (int w = 0; w < Geometry.kernel_width; ++w) {
          for (int c = block; c < block + Block.lanes; ++c) {
            to.weights[at++] = c < Geometry.channels ? T(filter(c, h, w)) : T(0);
          }
        }
      }
    }
    for (int c = 0; c < padded_channels; ++c) {
      to.bias[c] = c < Geometry.channels ? sum_type(bias(c)) : sum_type(0);
    }
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    run_tile({}, t, parameters.weights, parameters.bias, epilogue);
  }

  template <cuts Cuts, class Epilogue>
  static void run_tile(const shape_type& shape, const tile<T, T, Cuts>& t, const T* weights,
                       const sum_type* bias, const Epilogue& epilogue) {
    run_rows<Block.rows>(shape, t, weights, bias, epilogue, 0);
  }

 private:
  /// Rows [r, t.rows), in blocks of `Rows` and then of half as many.
  template <int Rows, cuts Cuts, class Epilogue>
  static void run_rows(const shape_type& shape, const tile<T, T, Cuts>& t, const T* weights,
                       const sum_type* bias, const Epilogue& epilogue, int r) {
    const range columns = t.columns(shape.template get<&g::width>());
    const range channels = t.channels(shape.template get<&g::channels>());
    for (; r + Rows <= t.rows; r += Rows) {
      const block_rows_of<T, Rows, Epilogue> at(t, shape.template get<&g::stride_height>(),
                                                epilogue, r);
      int x = columns.first;
      for (; x + Block.pixels <= columns.end; x += Block.pixels) {
        run_pixels<Block.pixels>(shape, at, weights, bias, x, channels);
      }
      if constexpr (shape_type::template is_fixed<&g::width> && !Cuts.columns) {
        constexpr int tail = Geometry.width % Block.pixels;
        if constexpr (tail > 0) run_pixels<tail>(shape, at, weights, bias, x, channels);
      } else {
        run_last_pixels<Block.pixels / 2>(shape, at, weights, bias, x, columns.end, channels);
      }
    }
    if constexpr (Rows > 1) run_rows<Rows / 2>(shape, t, weights, bias, epilogue, r);
  }

  /// Pixels [x, end): in halves of blocks.
  template <int Pixels, class At>
  static void run_last_pixels(const shape_type& shape, const At& at, const T* weights,
                              const sum_type* bias, int x, int end, range channels) {
    if constexpr (Pixels > 0) {
      for (; x + Pixels <= end; x += Pixels) {
        run_pixels<Pixels>(shape, at, weights, bias, x, channels);
      }
      run_last_pixels<Pixels / 2>(shape, at, weights, bias, x, end, channels);
    }
  }

  /// All channels of a block of pixels: whole vectors, then narrower ones, then one by one.
  template <int Pixels, class At>
  static void run_pixels(const shape_type& shape, const At& at, const T* weights,
                         const sum_type* bias, int x, range channels) {
    int c = channels.first;
    if constexpr (Block.lanes > 1 && Geometry.multiplier == 1) {
      for (; c + Block.lanes <= channels.end; c += Block.lanes) {
        run_block<Pixels, Block.lanes>(shape, at, weights + taps_of(shape) * c, bias, x, c);
      }
      run_last_channels<Pixels, Block.lanes / 2>(shape, at, weights, bias, x, c, channels.end);
    } else {
      run_last_channels<Pixels, 1>(shape, at, weights, bias, x, c, channels.end);
    }
  }
  template <int Pixels, int Count, class At>
  static void run_last_channels(const shape_type& shape, const At& at, const T* weights,
                                const sum_type* bias, int x, int c, int end) {
    constexpr bool fixed = shape_type::template is_fixed<&g::channels> && Geometry.multiplier == 1;
    if constexpr (!fixed || Geometry.channels % (2 * Count) >= Count || Block.lanes == 1) {
      for (; c + Count <= end; c += Count) {
        const int within = c % Block.lanes;
        run_block<Pixels, Count>(shape, at, weights + taps_of(shape) * (c - within) + within, bias,
                                 x, c);
      }
    }
    if constexpr (Count > 1) {
      run_last_channels<Pixels, Count / 2>(shape, at, weights, bias, x, c, end);
    }
  }
  static constexpr int taps_of(const shape_type& shape) {
    return shape.template get<&g::kernel_height>() * shape.template get<&g::kernel_width>();
  }

  /// Channels [c, c + Count) of the pixels of a block; `weights` are theirs.
  template <int Pixels, int Count, class At>
  static void run_block(const shape_type& shape, const At& at, const T* weights,
                        const sum_type* bias, int x, int c) {
    using vector = lanes<sum_type, Count>;
    constexpr int rows = At::rows;
    const int channels = shape.template get<&g::channels>();
    const int multiplier = shape.template get<&g::multiplier>();
    const int in_pixel = channels / multiplier;
    const int stride_height = shape.template get<&g::stride_height>();
    const int stride = shape.template get<&g::stride_width>();
    const int kernel_height = shape.template get<&g::kernel_height>();
    const int kernel_width = shape.template get<&g::kernel_width>();
    const int dilation_height = shape.template get<&g::dilation_height>();
    const int dilation = shape.template get<&g::dilation_width>();
    const int first = (x * stride - shape.template get<&g::left>()) * in_pixel + c / multiplier;
    vector sum[rows * Pixels];
    XENOS_UNROLL(32)
    for (int p = 0; p < rows * Pixels; ++p) sum[p] = load_lanes<sum_type, Count>(bias + c);
    if constexpr (sweeps) {
      // Each input row is loaded once, and meets the kernel rows of all output rows that read it.
      XENOS_UNROLL(16)
      for (int i = 0; i < (rows - 1) * stride_height + kernel_height; ++i) {
        constexpr int read = (Pixels - 1) * Geometry.stride_width + Geometry.kernel_width;
        const T* row = at.in[i] + first;
        vector value[read];
        XENOS_UNROLL(32)
        for (int j = 0; j < read; ++j) value[j] = load_lanes<T, Count>(row + j * in_pixel);
        XENOS_UNROLL(4)
        for (int r = 0; r < rows; ++r) {
          const int h = i - r * stride_height;
          if (h < 0 || h >= kernel_height) continue;
          XENOS_UNROLL(8)
          for (int w = 0; w < kernel_width; ++w) {
            const vector weight =
                load_lanes<T, Count>(weights + (h * kernel_width + w) * Block.lanes);
            XENOS_UNROLL(8)
            for (int p = 0; p < Pixels; ++p) sum[r * Pixels + p] += value[p * stride + w] * weight;
          }
        }
      }
    } else {
      for (int h = 0; h < kernel_height; ++h) {
        const T* row[rows];
        for (int r = 0; r < rows; ++r) {
          row[r] = at.in[r * stride_height + h * dilation_height] + first;
        }
        for (int w = 0; w < kernel_width; ++w) {
          const vector weight = load_lanes<T, Count>(weights);
          weights += Block.lanes;
          XENOS_UNROLL(32)
          for (int p = 0; p < rows * Pixels; ++p) {
            sum[p] +=
                load_lanes<T, Count>(row[p / Pixels] + p % Pixels * stride * in_pixel) * weight;
          }
          for (int r = 0; r < rows; ++r) row[r] += dilation * in_pixel;
        }
      }
    }
    XENOS_UNROLL(32)
    for (int p = 0; p < rows * Pixels; ++p) {
      const int r = p / Pixels;
      const int to = (x + p % Pixels) * channels + c;
      channels_of<T, Count>::finish(at.finish[r], sum[p], at.out[r], to, c);
    }
  }

  /// Whether a block is unrolled whole, so that each element it reads is loaded once.
  static constexpr bool small(int kernel, int stride) {
    return kernel != dynamic && kernel <= 5 && stride != dynamic && stride <= 2;
  }
  static constexpr bool sweeps = Block.lanes > 1 && Geometry.dilation_height == 1 &&
                                 Geometry.dilation_width == 1 &&
                                 small(Geometry.kernel_height, Geometry.stride_height) &&
                                 small(Geometry.kernel_width, Geometry.stride_width);
};

}  // namespace xenos::inline XENOS_ABI::generic
