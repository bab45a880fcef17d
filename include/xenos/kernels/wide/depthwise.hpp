// Depthwise convolution of int16 and int32: some channels of a pixel at a time, in loops that
// become vectors.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/generic/depthwise.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/kernels/wide/conv.hpp>
#include <xenos/kernels/wide/dot.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace xenos::inline XENOS_ABI::wide {

/// The layer `Op` (a `wide_layer` of depthwise) on elements T.
template <auto Op, generic::depthwise_geometry Geometry, class T>
struct depthwise_rows {
  using weight = element_t<Op.weights>;
  static constexpr int taps = Geometry.kernel_height * Geometry.kernel_width;
  /// Products of int16 and int8 are added in 32 bits where none of their sums exceeds them.
  using sum_type = std::conditional_t<(std::is_same_v<weight, std::int8_t> && taps <= short_sum),
                                      std::int32_t, std::int64_t>;
  using product = std::conditional_t<(sizeof(T) > 2), std::int64_t, std::int32_t>;

  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;

  struct packed {
    alignas(8) weight weights[taps][Geometry.channels];
    scales_of<Geometry.channels> scales;
  };

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    to.scales.template pack<Op>(views);
    for (int tap = 0; tap < taps; ++tap) {
      for (int c = 0; c < Geometry.channels; ++c) {
        to.weights[tap][c] =
            views.template get<0>()(c, tap / Geometry.kernel_width, tap % Geometry.kernel_width, 0);
      }
    }
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& p, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Geometry.width);
    const range channels = t.channels(Geometry.channels);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      const T* const* rows = t.in[0] + r * Geometry.stride_height;
      for (int x = columns.first; x < columns.end; ++x) {
        for (int c = channels.first; c < channels.end; c += block) {
          const int present = min_of(block, channels.end - c);
          if (present == block) {
            make(rows, x, c, p, block, finish, t.out[r]);
          } else {
            make(rows, x, c, p, present, finish, t.out[r]);
          }
        }
      }
    }
  }

 private:
  static constexpr int block = min_of(Geometry.channels, 16);
  static constexpr int in_pixel = Geometry.channels / Geometry.multiplier;

  /// Adds the products of one tap. A whole block in a loop of its own, which becomes vectors.
  static XENOS_ALWAYS_INLINE void add(const T* XENOS_RESTRICT from, const weight* XENOS_RESTRICT by,
                                      int count, sum_type* XENOS_RESTRICT sums) {
    if (count == block) {
      add_block(from, by, sums);
    } else {
      for (int k = 0; k < count; ++k) sums[k] += product{from[k]} * by[k];
    }
  }
  static void add_block(const T* XENOS_RESTRICT from, const weight* XENOS_RESTRICT by,
                        sum_type* XENOS_RESTRICT sums) {
    for (int k = 0; k < block; ++k) sums[k] += product{from[k]} * by[k];
  }

  /// Makes channels [c, c + count) of output column x.
  template <class Finish>
  static XENOS_ALWAYS_INLINE void make(const T* const* rows, int x, int c, const packed& p,
                                       int count, const Finish& finish, T* out) {
    sum_type sums[block] = {};
    const std::ptrdiff_t pixel =
        (std::ptrdiff_t{x} * Geometry.stride_width - Geometry.left) * in_pixel;
    int tap = 0;
    for (int h = 0; h < Geometry.kernel_height; ++h) {
      const T* from = rows[std::ptrdiff_t{h} * Geometry.dilation_height] + pixel;
      for (int w = 0; w < Geometry.kernel_width; ++w, ++tap) {
        if constexpr (Geometry.multiplier == 1) {
          add(from + c, p.weights[tap] + c, count, sums);
        } else {
          for (int k = 0; k < count; ++k) {
            sums[k] += product{from[(c + k) / Geometry.multiplier]} * p.weights[tap][c + k];
          }
        }
        from += Geometry.dilation_width * in_pixel;
      }
    }
    accumulator_of<T> made[block];
    for (int k = 0; k < count; ++k) {
      made[k] = finished<Op, T>(p.scales.bias[c + k] + sums[k], p.scales.factor(c + k));
    }
    const int first = x * Geometry.channels + c;
    for (int k = 0; k < count; ++k) out[first + k] = T(finish(made[k], first + k, c + k));
  }
};

}  // namespace xenos::inline XENOS_ABI::wide
