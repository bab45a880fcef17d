// Direct convolution on rows, portable: no patch matrix, no packing of activations.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/extents.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/kernels/kernel.hpp>

namespace xenos::inline XENOS_ABI::generic {

/// Geometry of a convolution, all that a kernel is keyed on. Channels are a group's.
struct conv_geometry {
  int width;         // output pixels a row
  int in_channels;   // of one group
  int out_channels;  // of one group
  int groups;
  int kernel_height;
  int kernel_width;
  int stride_height;
  int stride_width;
  int dilation_height;
  int dilation_width;
  int left;       // zeroed columns that the first pixel reads
  int in_pixel;   // elements from pixel to pixel of the input
  int out_pixel;  // and of the output
};

/// Register block: `pixels` x `vectors` accumulators of `lanes` output channels each (BLIS's mr x
/// nr).
struct register_block {
  int pixels;
  int vectors;
  int lanes;
  [[nodiscard]] constexpr int channels() const { return vectors * lanes; }
};

/// Convolution with an output-channel block outside, pixels inside. Packed weights: for each group
/// and block of output channels [kernel_height][kernel_width][in_channels][block], the last block
/// of a group narrower and filled up with zeros to whole vectors. Accumulators start from the bias
/// and sum in the order kernel row, kernel column, input channel whatever the block, so that
/// results do not depend on tiles.
template <conv_geometry Geometry, register_block Block, class T>
struct direct_conv {
  using shape_type = extents<Geometry>;
  using sum_type = accumulator_of<T>;
  using vector = lanes<sum_type, Block.lanes>;
  static constexpr bool folds = true;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int padded_channels =
      static_cast<int>(align_up(Geometry.out_channels, Block.lanes));
  static constexpr int all_padded = Geometry.groups * padded_channels;
  static constexpr int taps = Geometry.kernel_height * Geometry.kernel_width * Geometry.in_channels;

  struct packed {
    alignas(64) T weights[static_cast<std::size_t>(taps) * all_padded];
    alignas(64) sum_type bias[all_padded];
  };

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    const auto filter = views.template get<0>();
    const auto bias = views.template get<1>();
    std::size_t at = 0;
    for (int g = 0; g < Geometry.groups; ++g) {
      for (int block = 0; block < padded_channels; block += Block.channels()) {
        const int width = min_of(Block.channels(), padded_channels - block);
        for (int h = 0; h < Geometry.kernel_height; ++h) {
          for (int w = 0; w < Geometry.kernel_width; ++w) {
            for (int i = 0; i < Geometry.in_channels; ++i) {
              for (int c = 0; c < width; ++c) {
                const int out = block + c;
                to.weights[at++] = out < Geometry.out_channels
                                       ? T(filter(g * Geometry.out_channels + out, h, w, i))
                                       : T(0);
              }
            }
          }
        }
      }
      for (int c = 0; c < padded_channels; ++c) {
        to.bias[g * padded_channels + c] =
            c < Geometry.out_channels ? sum_type(bias(g * Geometry.out_channels + c)) : sum_type(0);
      }
    }
  }

  template <class Views, class Epilogue>
  static void run(const tile<T, T>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    constexpr shape_type shape{};
    for (int r = 0; r < t.rows; ++r) {
      const T* const* rows = t.in[0] + r * Geometry.stride_height;
      run_row(shape, rows, t.out[r], parameters.weights, parameters.bias, epilogue.row(r));
    }
  }

  /// One output row from kernel_height (dilated) input rows.
  template <class Epilogue>
  static void run_row(const shape_type& shape, const T* const* rows, T* out, const T* weights,
                      const sum_type* bias, const Epilogue& epilogue) {
    const int channels = shape.template get<&conv_geometry::out_channels>();
    const int in = shape.template get<&conv_geometry::in_channels>();
    const int block_taps = shape.template get<&conv_geometry::kernel_height>() *
                           shape.template get<&conv_geometry::kernel_width>() * in;
    for (int g = 0; g < shape.template get<&conv_geometry::groups>(); ++g) {
      block_state state{shape, rows, g * in, out, g * channels, weights, bias};
      int left = channels;
      for (; left >= Block.channels(); left -= Block.channels()) {
        run_block<Block.vectors>(state, Block.channels(), epilogue);
        state.next(block_taps, Block.channels(), Block.channels());
      }
      run_tail<Block.vectors>(state, left, block_taps, epilogue);
      weights = state.weights;
      bias = state.bias;
    }
  }

 private:
  /// Where a block of output channels stands.
  struct block_state {
    const shape_type& shape;
    const T* const* rows;
    int first_in;
    T* out;
    int first_out;
    const T* weights;
    const sum_type* bias;

    void next(int block_taps, int padded, int channels) {
      weights += static_cast<std::size_t>(block_taps) * padded;
      bias += padded;
      first_out += channels;
    }
  };

  /// The last `left` channels of a group, fewer than a block: in as few vectors as hold them.
  template <int Vectors, class Epilogue>
  static void run_tail(block_state& state, int left, int block_taps, const Epilogue& epilogue) {
    if (left <= 0) return;
    if constexpr (Vectors > 1) {
      if (left <= (Vectors - 1) * Block.lanes) {
        return run_tail<Vectors - 1>(state, left, block_taps, epilogue);
      }
    }
    run_block<Vectors>(state, left, epilogue);
    state.next(block_taps, Vectors * Block.lanes, left);
  }

  /// A row of one block of output channels, of which `channels` exist.
  template <int Vectors, class Epilogue>
  static void run_block(const block_state& state, int channels, const Epilogue& epilogue) {
    const int width = state.shape.template get<&conv_geometry::width>();
    int x = 0;
    for (; x + Block.pixels <= width; x += Block.pixels) {
      run_pixels<Block.pixels, Vectors>(state, channels, x, epilogue);
    }
    if constexpr (shape_type::template is_fixed<&conv_geometry::width>) {
      constexpr int tail = Geometry.width % Block.pixels;
      if constexpr (tail > 0) run_pixels<tail, Vectors>(state, channels, x, epilogue);
    } else {
      for (; x < width; ++x) run_pixels<1, Vectors>(state, channels, x, epilogue);
    }
  }

  template <int Pixels, int Vectors, class Epilogue>
  static void run_pixels(const block_state& state, int channels, int x, const Epilogue& epilogue) {
    const shape_type& shape = state.shape;
    const int in_pixel = shape.template get<&conv_geometry::in_pixel>();
    const int out_pixel = shape.template get<&conv_geometry::out_pixel>();
    const int stride = shape.template get<&conv_geometry::stride_width>() * in_pixel;
    const int in = shape.template get<&conv_geometry::in_channels>();
    const T* XENOS_RESTRICT weights = state.weights;
    vector sum[Pixels][Vectors];
    XENOS_UNROLL(16)
    for (int p = 0; p < Pixels; ++p) {
      XENOS_UNROLL(8)
      for (int v = 0; v < Vectors; ++v) {
        sum[p][v] = load_lanes<sum_type, Block.lanes>(state.bias + v * Block.lanes);
      }
    }
    for (int h = 0; h < shape.template get<&conv_geometry::kernel_height>(); ++h) {
      const T* row = state.rows[h * shape.template get<&conv_geometry::dilation_height>()] +
                     state.first_in + x * stride -
                     shape.template get<&conv_geometry::left>() * in_pixel;
      for (int w = 0; w < shape.template get<&conv_geometry::kernel_width>(); ++w) {
        const T* pixel = row + w * shape.template get<&conv_geometry::dilation_width>() * in_pixel;
        for (int i = 0; i < in; ++i) {
          vector weight[Vectors];
          XENOS_UNROLL(8)
          for (int v = 0; v < Vectors; ++v) {
            weight[v] = load_lanes<T, Block.lanes>(weights + v * Block.lanes);
          }
          XENOS_UNROLL(16)
          for (int p = 0; p < Pixels; ++p) {
            const sum_type value = pixel[p * stride + i];
            XENOS_UNROLL(8)
            for (int v = 0; v < Vectors; ++v) sum[p][v] += value * weight[v];
          }
          weights += Vectors * Block.lanes;
        }
      }
    }
    for (int p = 0; p < Pixels; ++p) {
      sum_type values[Vectors * Block.lanes];
      XENOS_UNROLL(8)
      for (int v = 0; v < Vectors; ++v) {
        store_lanes<sum_type, Block.lanes>(values + v * Block.lanes, sum[p][v]);
      }
      const int at = (x + p) * out_pixel + state.first_out;
      for (int c = 0; c < channels; ++c) {
        state.out[at + c] = T(epilogue(values[c], at + c, state.first_out + c));
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
