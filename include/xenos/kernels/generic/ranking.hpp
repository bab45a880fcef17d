// The first channels of each pixel in descending or ascending order; portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/kernels/generic/row_reductions.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/ranking.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// The index of the first element in the order of `Kind`.
template <reduction Kind, int Count, int Lanes, class T>
int first_ranked(const T* in) {
  int first = 0;
  if constexpr (std::is_same_v<T, float>) {  // its value, then where that is
    const float extreme = extreme_of<Kind, Count, Lanes>(in);
    while (first < Count && !(in[first] == extreme)) ++first;
    return first < Count ? first : 0;  // where all are NaN
  } else {
    for (int c = 1; c < Count; ++c) {
      if (ranks_before<Kind>(in[c], in[first])) first = c;
    }
    return first;
  }
}

/// Indices (`Indices`) or values of the first K channels of each pixel.
template <reduction Kind, bool Indices, int K, int Width, int Channels, int VectorBytes>
struct ranked_rows : kernel_defaults {
  static constexpr bool column_cuts = true;
  static constexpr bytes_t temporary_bytes = bytes_t{sizeof(int)} * K;

  template <class In, class Out, cuts Cuts, class Views, class Epilogue>
  static void run(const tile<In, Out, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    int* const places = reinterpret_cast<int*>(t.temporaries);
    const range columns = t.columns(Width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        const In* in = t.in[0][r] + x * Channels;
        if constexpr (K == 1) {
          places[0] = first_ranked<Kind, Channels, lane_count<In>(VectorBytes)>(in);
        } else {
          rank(in, places);
        }
        for (int c = 0; c < K; ++c) {
          accumulator_of<Out> value = 0;
          if constexpr (Indices) {
            value = places[c];
          } else {
            value = in[places[c]];
          }
          t.out[r][x * K + c] = Out(finish(value, x * K + c, c));
        }
      }
    }
  }

 private:
  /// Channel by channel into its place among the first K so far.
  template <class In>
  static void rank(const In* in, int* places) {
    int held = 0;
    for (int c = 0; c < Channels; ++c) {
      if (held == K && !ranks_before<Kind>(in[c], in[places[K - 1]])) continue;
      int at = held < K ? held++ : K - 1;
      for (; at > 0 && ranks_before<Kind>(in[c], in[places[at - 1]]); --at) {
        places[at] = places[at - 1];
      }
      places[at] = c;
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
