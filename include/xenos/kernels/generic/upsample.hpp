// Up-sampling on rows, portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/kernels/generic/copy.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/upsample.hpp>

namespace xenos::inline XENOS_ABI::generic {

/// RESIZE_NEAREST_NEIGHBOR: each pixel copied to the columns that it fills.
template <nearest Op, int Width, int Channels, class T>
struct nearest_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const int origin = t.first / Op.factor.height;
    const range columns = t.columns(Width * Op.factor.width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      const T* in = t.in[0][(t.first + r) / Op.factor.height - origin];
      for (int x = columns.first; x < columns.end; ++x) {
        detail::copy_elements(in + x / Op.factor.width * Channels, t.out[r], x * Channels, Channels,
                              Channels, finish);
      }
    }
  }
};

/// RESIZE_BILINEAR: columns are blended first, then rows.
template <bilinear Op, shape In, class T>
struct bilinear_rows : kernel_defaults {
  using value = accumulator_of<T>;

  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    constexpr window reads = Op.along(Op.factor.height);
    const int origin = reads.first(t.first);
    const range wanted = t.columns(In.width * Op.factor.width);
    for (int r = 0; r < t.rows; ++r) {
      const auto rows = Op.template between<value>(t.first + r, Op.factor.height, In.height);
      const T* upper = t.in[0][rows.first - origin];
      const T* lower = t.in[0][rows.second - origin];
      if (lower == nullptr) lower = upper;  // behind the end of a stream
      const auto finish = epilogue.row(r);
      for (int x = wanted.first; x < wanted.end; ++x) {
        const auto columns = Op.template between<value>(x, Op.factor.width, In.width);
        run_pixel({upper + columns.first * In.channels, upper + columns.second * In.channels},
                  {lower + columns.first * In.channels, lower + columns.second * In.channels},
                  columns.fraction, rows.fraction, t.out[r], x * In.channels, finish);
      }
    }
  }

 private:
  /// Two neighbouring pixels of a row.
  struct pixels {
    const T* left;
    const T* right;

    [[nodiscard]] value blend(int c, value fraction) const {
      return bilinear::blend(value(left[c]), value(right[c]), fraction);
    }
  };

  template <class Epilogue>
  static void run_pixel(pixels upper, pixels lower, value across, value down, T* out, int at,
                        const Epilogue& epilogue) {
    for (int c = 0; c < In.channels; ++c) {
      const value sum = bilinear::blend(upper.blend(c, across), lower.blend(c, across), down);
      out[at + c] = T(epilogue(sum, at + c, c));
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
