// The sums of a convolution's register block.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/extents.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/kernels/channels.hpp>

#include <cstddef>

namespace xenos::inline XENOS_ABI::generic {

/// Sums of `Rows` x `Pixels` output pixels times `Vectors` vectors of `Lanes` output channels, in
/// registers. Each sum starts from its bias, and grows by one input channel at a time.
template <class Sum, int Rows, int Pixels, int Vectors, int Lanes>
struct block_sums {
  static constexpr int rows = Rows;
  static constexpr int pixels = Pixels;
  static constexpr int channels = Vectors * Lanes;
  lanes<Sum, Lanes> at[Rows * Pixels][Vectors];

  /// `bias` has `channels` values.
  XENOS_ALWAYS_INLINE void start(const Sum* bias) {
    XENOS_UNROLL(32)
    for (int p = 0; p < Rows * Pixels; ++p) load(p, bias);
  }

  /// Loads the sums of pixel `p`, unfinished, from where `store` has put them.
  XENOS_ALWAYS_INLINE void load(int p, const Sum* from) {
    XENOS_UNROLL(8)
    for (int v = 0; v < Vectors; ++v) at[p][v] = load_lanes<Sum, Lanes>(from + v * Lanes);
  }
  XENOS_ALWAYS_INLINE void store(int p, Sum* to) const {
    XENOS_UNROLL(8)
    for (int v = 0; v < Vectors; ++v) store_lanes<Sum, Lanes>(to + v * Lanes, at[p][v]);
  }

  /// Adds one input channel, of pixel p of row r at input[r][p * stride], times its `channels`
  /// weights.
  template <class T>
  XENOS_ALWAYS_INLINE void add(const T* const* input, int stride, const T* weights) {
    lanes<Sum, Lanes> weight[Vectors];
    XENOS_UNROLL(8)
    for (int v = 0; v < Vectors; ++v) weight[v] = load_lanes<T, Lanes>(weights + v * Lanes);
    XENOS_UNROLL(32)
    for (int p = 0; p < Rows * Pixels; ++p) {
      const Sum value = input[p / Pixels][std::ptrdiff_t{p % Pixels} * stride];
      XENOS_UNROLL(8)
      for (int v = 0; v < Vectors; ++v) at[p][v] += value * weight[v];
    }
  }

  /// Puts the sums of pixel `p` (of row p / Pixels) through `epilogue`, the first `Count` of them,
  /// or `count` if that is `dynamic`; they belong to channels `first` and on, and go to `out` at
  /// `to` and on.
  template <int Count, class T, class Epilogue>
  XENOS_ALWAYS_INLINE void finish(int p, int count, int first, T* out, int to,
                                  const Epilogue& epilogue) const {
    const int all = Count == dynamic ? count : Count;
    XENOS_UNROLL(8)
    for (int v = 0; v < Vectors; ++v) {
      const int c = v * Lanes;
      if (Lanes > 1 || c < all) {
        channels_of<T, Lanes>::finish(epilogue, at[p][v], out, to + c, first + c, all - c);
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
