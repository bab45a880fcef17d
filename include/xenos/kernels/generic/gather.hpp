// Stages that take elements from other places of their input: slice, channel shuffle, reversal,
// transpose.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/kernels/generic/copy.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/shuffle.hpp>

namespace xenos::inline XENOS_ABI::generic {

/// Geometry of a slice within a row. Which rows it takes says the stage's window.
struct slice_geometry {
  int width;     // pixels of the slice
  int channels;  // of the slice
  int column;    // its first pixel
  int channel;   // and first channel
  int in_pixel;  // channels of the input
};

/// SLICE and SPLIT: runs of channels pixel by pixel, or of whole pixels.
template <slice_geometry Geometry, class T>
struct slice_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    constexpr bool whole = Geometry.channels == Geometry.in_pixel;
    const range columns = t.columns(Geometry.width);
    const int runs = whole ? 1 : columns.size();
    const int count = whole ? columns.size() * Geometry.channels : Geometry.channels;
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      const T* in =
          t.in[0][r] + (columns.first + Geometry.column) * Geometry.in_pixel + Geometry.channel;
      const int first = columns.first * Geometry.channels;
      for (int k = 0; k < runs; ++k) {
        detail::copy_elements(in + k * Geometry.in_pixel, t.out[r], first + k * count, count,
                              Geometry.channels, finish);
      }
    }
  }
};

/// Channel shuffle of rows of `Width` pixels.
template <int Groups, int Width, int Channels, class T>
struct shuffle_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    constexpr int of_group = Channels / Groups;
    const range columns = t.columns(Width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      T* out = t.out[r];
      for (int x = columns.first; x < columns.end; ++x) {
        const T* pixel = t.in[0][r] + x * Channels;
        for (int i = 0, c = 0; i < of_group; ++i) {
          for (int g = 0; g < Groups; ++g, ++c) {
            const int at = x * Channels + c;
            out[at] = T(finish(pixel[g * of_group + i], at, c));
          }
        }
      }
    }
  }
};

/// Rows of `Width` pixels, the last of `Height` first.
template <int Height, int Width, int Channels, class T>
struct reverse_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Width);
    const int at = columns.first * Channels;
    for (int r = 0; r < t.rows; ++r) {
      detail::copy_elements(t.in[0][Height - 1 - (t.first + r)] + at, t.out[r], at,
                            columns.size() * Channels, Channels, epilogue.row(r));
    }
  }
};

/// TRANSPOSE, in the order of the output.
template <transpose Op, shape In, class T>
struct transpose_rows : kernel_defaults {
  template <class Views, class Epilogue>
  static void run(const tile<T, T>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    constexpr shape out = Op.output(In);
    const int origin = Op.reads(In, 0).rows.first(t.first);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = 0, at = 0; x < out.width; ++x) {
        for (int c = 0; c < out.channels; ++c, ++at) {
          const auto from = Op.source(t.first + r, x, c);
          const T* row = t.in[0][from.at[0] - origin];
          t.out[r][at] = T(finish(row[from.at[1] * In.channels + from.at[2]], at, c));
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
