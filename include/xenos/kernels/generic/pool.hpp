// Pooling and reductions on rows, portable: over windows, and accumulating over all rows.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/window.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/reduction.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// Geometry of a pool: its two axes and the channels.
struct pool_geometry {
  axis rows;
  axis columns;
  int channels;
  bool accumulates;
};

/// Reduces the elements of each window that lie inside the image. An accumulating pool keeps its
/// partial sums in the output row itself, so it needs no memory of its own.
template <reduction Kind, pool_geometry Geometry, class T>
struct direct_pool : kernel_defaults {
  using sum_type = accumulator_of<T>;
  static_assert(std::is_same_v<sum_type, T> || !Geometry.accumulates);

  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    if constexpr (Geometry.accumulates) {
      accumulate(t, epilogue);
    } else {
      for (int r = 0; r < t.rows; ++r) {
        run_row(t.in[0] + r * Geometry.rows.stride, t.out[r], epilogue.row(r),
                t.columns(Geometry.columns.out), t.channels(Geometry.channels));
      }
    }
  }

 private:
  static constexpr int block = 32;  // channels whose sums stay in registers

  /// The columns inside the image that output column x reads.
  static constexpr range inside(int x) {
    const int first = x * Geometry.columns.stride - Geometry.columns.before;
    return {max_of(first, 0), min_of(first + Geometry.columns.reach, Geometry.columns.in)};
  }

  template <class Epilogue>
  static void run_row(const T* const* rows, T* out, const Epilogue& epilogue, range columns,
                      range channels) {
    int present = 0;
    for (int h = 0; h < Geometry.rows.reach; ++h) present += rows[h] != nullptr;
    for (int x = columns.first; x < columns.end; ++x) {
      const range read = inside(x);
      const auto elements = static_cast<sum_type>(present * read.size());
      for (int c = channels.first; c < channels.end; c += block) {
        const int count = min_of(block, channels.end - c);
        sum_type sum[block];
        for (int k = 0; k < count; ++k) sum[k] = start_of<Kind, sum_type>();
        for (int h = 0; h < Geometry.rows.reach; ++h) {
          if (rows[h] == nullptr) continue;
          for (int w = read.first; w < read.end; ++w) {
            const T* pixel = rows[h] + w * Geometry.channels + c;
            for (int k = 0; k < count; ++k) sum[k] = combine<Kind>(sum[k], sum_type(pixel[k]));
          }
        }
        const int at = x * Geometry.channels + c;
        for (int k = 0; k < count; ++k) {
          const sum_type value = Kind == reduction::mean ? sum[k] / elements : sum[k];
          out[at + k] = T(epilogue(value, at + k, c + k));
        }
      }
    }
  }

  template <cuts Cuts, class Epilogue>
  static void accumulate(const tile<T, T, Cuts>& t, const Epilogue& epilogue) {
    const range columns = t.columns(Geometry.columns.out);
    const range channels = t.channels(Geometry.channels);
    T* out = t.out[0];
    const bool last = t.first + t.rows == Geometry.rows.in;
    const auto finish = epilogue.row(0);
    for (int x = columns.first; x < columns.end; ++x) {
      const range read = inside(x);
      const auto elements = static_cast<sum_type>(Geometry.rows.in * read.size());
      for (int c = channels.first; c < channels.end; c += block) {
        const int count = min_of(block, channels.end - c);
        const int at = x * Geometry.channels + c;
        sum_type sum[block];
        for (int k = 0; k < count; ++k) {
          sum[k] = t.first == 0 ? start_of<Kind, sum_type>() : sum_type(out[at + k]);
        }
        for (int r = 0; r < t.rows; ++r) {
          for (int w = read.first; w < read.end; ++w) {
            const T* pixel = t.in[0][r] + w * Geometry.channels + c;
            for (int k = 0; k < count; ++k) sum[k] = combine<Kind>(sum[k], sum_type(pixel[k]));
          }
        }
        for (int k = 0; k < count; ++k) {
          const sum_type value = Kind == reduction::mean && last ? sum[k] / elements : sum[k];
          out[at + k] = last ? T(finish(value, at + k, c + k)) : T(value);
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
