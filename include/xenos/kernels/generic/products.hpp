// Products of rows that come while a model runs, what matmul and attention share.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/config/vector.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/channels.hpp>

#include <cstddef>

namespace xenos::inline XENOS_ABI::generic {

/// The lanes in which `channels` neighbouring results are summed: as many as a vector has if they
/// divide them, else fewer that do, if those are some.
constexpr int dividing_lanes(int channels, int lanes) {
  for (int fewer = lanes; fewer >= 4; fewer /= 2) {
    if (channels % fewer == 0) return fewer;
  }
  return lanes;
}

/// Vectors of neighbouring results in a register block of `combined_rows`.
constexpr int combined_vectors(int channels, int lanes) {
  const int most = lanes == 1 || XENOS_VECTOR_REGISTERS >= 32 ? 4 : 2;
  return min_of(most, (channels + lanes - 1) / lanes);
}

/// Sums of rows with a factor each, for `Rows` results at once: result r is the sum over i of
/// factor(i, r) * from[i][0 ...], in the order of i, for `Vectors` vectors of `Lanes` elements, the
/// last of which has `Last`.
template <class T, int Rows, int Vectors, int Lanes, int Last = Lanes>
struct combined_rows {
  lanes<T, Lanes> at[Rows][Vectors];

  XENOS_ALWAYS_INLINE void clear() {
    XENOS_UNROLL(8)
    for (int r = 0; r < Rows; ++r) {
      XENOS_UNROLL(8)
      for (int v = 0; v < Vectors; ++v) at[r][v] = lanes<T, Lanes>{};
    }
  }
  /// Adds a row to the results for which `wanted(r)`.
  template <class Factor, class Wanted>
  XENOS_ALWAYS_INLINE void add(const T* from, const Factor& factor, const Wanted& wanted) {
    lanes<T, Lanes> value[Vectors];
    XENOS_UNROLL(8)
    for (int v = 0; v < Vectors; ++v) {
      if constexpr (Lanes == 1 || Last == Lanes) {
        value[v] = load_lanes<T, Lanes>(from + v * Lanes);
      } else {
        value[v] = simd<Lanes>::load(from + v * Lanes, v + 1 < Vectors ? Lanes : Last).value;
      }
    }
    XENOS_UNROLL(8)
    for (int r = 0; r < Rows; ++r) {
      if (!wanted(r)) continue;
      const T scale = factor(r);
      XENOS_UNROLL(8)
      for (int v = 0; v < Vectors; ++v) at[r][v] += scale * value[v];
    }
  }
  /// Result r times `scale` through an epilogue to `out`, its first element number `element`, of
  /// channel `channel`.
  template <class Epilogue>
  XENOS_ALWAYS_INLINE void finish(int r, T scale, T* out, int element, int channel,
                                  const Epilogue& epilogue) const {
    using run = channels_of<T, Lanes>;
    XENOS_UNROLL(8)
    for (int v = 0; v < Vectors; ++v) {
      run::finish(epilogue, typename run::value(at[r][v] * scale), out, element + v * Lanes,
                  channel + v * Lanes, v + 1 < Vectors ? Lanes : Last);
    }
  }
};

/// Calls work(vectors, last, c) for the elements [0, Count) in register blocks, c being the first;
/// the numbers are types (std::integral_constant) but c.
template <int Count, int Vectors, int Lanes, class Work>
XENOS_ALWAYS_INLINE void for_blocks(const Work& work) {
  constexpr int block = Vectors * Lanes;
  for (int c = 0; c + block <= Count; c += block) {
    work(std::integral_constant<int, Vectors>{}, std::integral_constant<int, Lanes>{}, c);
  }
  constexpr int left = Count % block;
  if constexpr (left > 0) {
    constexpr int vectors = (left + Lanes - 1) / Lanes;
    work(std::integral_constant<int, vectors>{},
         std::integral_constant<int, left - (vectors - 1) * Lanes>{}, Count - left);
  }
}

/// Inner products of up to `Vectors * Lanes` rows with any others. The rows are packed, element by
/// element next to each other, so that lanes are rows and no sum goes across a vector.
template <class T, int Vectors, int Lanes>
struct inner_products {
  static constexpr int width = Vectors * Lanes;
  /// Rows that are multiplied at once.
  static constexpr int at_once = Lanes == 1 || XENOS_VECTOR_REGISTERS >= 32 ? 8 : 4;

  /// Packs `rows` rows of `count` elements, each times `scale`, to `to`, which has `width` for each
  /// element. `value(r, i)` is element i of row r.
  template <class Value>
  static void pack(int rows, int count, const Value& value, T* to) {
    for (int i = 0; i < count; ++i) {
      for (int r = 0; r < width; ++r)
        to[std::ptrdiff_t{i} * width + r] = r < rows ? value(r, i) : T(0);
    }
  }
  /// Products with `Many` rows. A class, as a reference to an array of vectors forgets that they
  /// need no alignment.
  template <int Many>
  struct results {
    lanes<T, Lanes> at[Many][Vectors];
  };
  /// `Many` rows of `count` elements from others[k] + offset on: sums.at[k] are their products.
  template <int Many>
  static XENOS_ALWAYS_INLINE void multiply(const T* XENOS_RESTRICT packed, int count,
                                           const T* const* others, std::ptrdiff_t offset,
                                           results<Many>& sums) {
    const T* from[Many];
    XENOS_UNROLL(8)
    for (int k = 0; k < Many; ++k) {
      from[k] = others[k] + offset;
      for (int v = 0; v < Vectors; ++v) sums.at[k][v] = lanes<T, Lanes>{};
    }
    for (int i = 0; i < count; ++i) {
      lanes<T, Lanes> value[Vectors];
      XENOS_UNROLL(8)
      for (int v = 0; v < Vectors; ++v) value[v] = load_lanes<T, Lanes>(packed + v * Lanes);
      packed += width;
      XENOS_UNROLL(8)
      for (int k = 0; k < Many; ++k) {
        const T factor = from[k][i];
        XENOS_UNROLL(8)
        for (int v = 0; v < Vectors; ++v) sums.at[k][v] += factor * value[v];
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
