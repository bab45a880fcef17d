// Depthwise convolution on rows, portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/extents.hpp>
#include <xenos/core/lanes.hpp>
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

/// Depthwise convolution, vectors over channels, a few pixels at a time. Packed weights are
/// [kernel_height][kernel_width][channels]; sums run in that order from the bias.
template <depthwise_geometry Geometry, int Lanes, class T>
struct direct_depthwise {
  using shape_type = extents<Geometry>;
  using sum_type = accumulator_of<T>;
  using g = depthwise_geometry;
  static constexpr bool folds = true;
  static constexpr int block_rows = 1;
  static constexpr int block_columns = 4;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int channel_block = Lanes;
  static constexpr bool column_cuts = true;
  static constexpr int taps = Geometry.kernel_height * Geometry.kernel_width;

  struct packed {
    alignas(64) T weights[static_cast<std::size_t>(taps) * Geometry.channels];
    alignas(64) sum_type bias[Geometry.channels];
  };

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    const auto filter = views.template get<0>();
    const auto bias = views.template get<1>();
    std::size_t at = 0;
    for (int h = 0; h < Geometry.kernel_height; ++h) {
      for (int w = 0; w < Geometry.kernel_width; ++w) {
        for (int c = 0; c < Geometry.channels; ++c) to.weights[at++] = T(filter(c, h, w));
      }
    }
    for (int c = 0; c < Geometry.channels; ++c) to.bias[c] = sum_type(bias(c));
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    constexpr shape_type shape{};
    for (int r = 0; r < t.rows; ++r) {
      const T* const* rows = t.in[0] + r * Geometry.stride_height;
      run_row<Cuts>(shape, rows, t.out[r], parameters.weights, parameters.bias, epilogue.row(r),
                    t.columns(Geometry.width), t.channels(Geometry.channels));
    }
  }

  /// One output row from kernel_height (dilated) input rows.
  template <cuts Cuts = cuts{}, class Epilogue>
  static void run_row(const shape_type& shape, const T* const* rows, T* out, const T* weights,
                      const sum_type* bias, const Epilogue& epilogue, range columns,
                      range channels) {
    constexpr int pixels = block_columns;
    int x = columns.first;
    for (; x + pixels <= columns.end; x += pixels) {
      run_pixels<pixels, Cuts>(shape, rows, out, weights, bias, epilogue, x, channels);
    }
    if constexpr (!shape_type::template is_fixed<&g::width> || Geometry.width % pixels != 0 ||
                  Cuts.columns) {
      for (; x < columns.end; ++x) {
        run_pixels<1, Cuts>(shape, rows, out, weights, bias, epilogue, x, channels);
      }
    }
  }

 private:
  template <int Pixels, cuts Cuts, class Epilogue>
  static void run_pixels(const shape_type& shape, const T* const* rows, T* out, const T* weights,
                         const sum_type* bias, const Epilogue& epilogue, int x, range channels) {
    constexpr bool fixed = shape_type::template is_fixed<&g::channels> && !Cuts.channels;
    int c = channels.first;
    if constexpr (Lanes > 1 && Geometry.multiplier == 1) {
      for (; c + Lanes <= channels.end; c += Lanes) {
        run_block<Pixels, Lanes>(shape, rows, out, weights, bias, epilogue, x, c);
      }
      if constexpr (fixed && Geometry.channels % Lanes == 0) return;
    }
    for (; c < channels.end; ++c) {
      run_block<Pixels, 1>(shape, rows, out, weights, bias, epilogue, x, c);
    }
  }

  template <int Pixels, int Count, class Epilogue>
  static void run_block(const shape_type& shape, const T* const* rows, T* out,
                        const T* XENOS_RESTRICT weights, const sum_type* bias,
                        const Epilogue& epilogue, int x, int c) {
    using vector = lanes<sum_type, Count>;
    const int channels = shape.template get<&g::channels>();
    const int multiplier = shape.template get<&g::multiplier>();
    const int in_pixel = channels / multiplier;
    const int stride = shape.template get<&g::stride_width>() * in_pixel;
    vector sum[Pixels];
    XENOS_UNROLL(4)
    for (int p = 0; p < Pixels; ++p) sum[p] = load_lanes<sum_type, Count>(bias + c);
    weights += c;
    for (int h = 0; h < shape.template get<&g::kernel_height>(); ++h) {
      const T* row = rows[h * shape.template get<&g::dilation_height>()] + x * stride +
                     c / multiplier - shape.template get<&g::left>() * in_pixel;
      for (int w = 0; w < shape.template get<&g::kernel_width>(); ++w) {
        const T* pixel = row + w * shape.template get<&g::dilation_width>() * in_pixel;
        const vector weight = load_lanes<T, Count>(weights);
        XENOS_UNROLL(4)
        for (int p = 0; p < Pixels; ++p) {
          sum[p] += load_lanes<T, Count>(pixel + p * stride) * weight;
        }
        weights += channels;
      }
    }
    for (int p = 0; p < Pixels; ++p) {
      sum_type values[Count];
      store_lanes<sum_type, Count>(values, sum[p]);
      const int at = (x + p) * channels + c;
      for (int k = 0; k < Count; ++k) out[at + k] = T(epilogue(values[k], at + k, c + k));
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
