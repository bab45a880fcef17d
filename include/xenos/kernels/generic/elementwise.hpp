// Stages that work element by element or pixel by pixel, when they are not fused; portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/math.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/operation.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// A one-to-one operation on `Inputs` rows of `Width` pixels x `Channels`.
template <auto Op, int Inputs, int Width, int Channels, class T>
struct map_rows {
  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;
  static constexpr int coefficients = coefficients_of<std::remove_cvref_t<decltype(Op)>>();

  struct coefficient_rows {
    T at[coefficients > 0 ? coefficients : 1][Channels];
  };
  using packed = std::conditional_t<(coefficients > 0), coefficient_rows, no_parameters>;

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    if constexpr (coefficients > 0) {
      for (int k = 0; k < coefficients; ++k) {
        for (int c = 0; c < Channels; ++c) to.at[k][c] = T(Op.coefficient(views, k, c));
      }
    }
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Width);
    const range channels = t.channels(Channels);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      T* out = t.out[r];
      for (int x = columns.first; x < columns.end; ++x) {
        for (int c = channels.first; c < channels.end; ++c) {
          const int at = x * Channels + c;
          T value = t.in[0][r][at];
          if constexpr (coefficients == 1) {
            value = Op.apply(value, parameters.at[0][c]);
          } else if constexpr (coefficients == 2) {
            value = Op.apply(value, parameters.at[0][c], parameters.at[1][c]);
          } else if constexpr (Inputs == 1) {
            value = Op.apply(value);
          } else {
            for (int k = 1; k < Inputs; ++k) value = Op.apply(value, t.in[k][r][at]);
          }
          out[at] = T(finish(value, at, c));
        }
      }
    }
  }
};

/// Soft-max over the channels of each pixel.
template <auto Op, int Width, int Channels, class T>
struct softmax_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    using std::exp;
    const range columns = t.columns(Width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        const T* in = t.in[0][r] + x * Channels;
        T* out = t.out[r] + x * Channels;
        T largest = in[0];
        for (int c = 1; c < Channels; ++c) largest = max_of(largest, in[c]);
        T sum = 0;
        for (int c = 0; c < Channels; ++c) sum += out[c] = exp(Op.beta * (in[c] - largest));
        for (int c = 0; c < Channels; ++c) {
          out[c] = finish(out[c] / sum, x * Channels + c, c);
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
