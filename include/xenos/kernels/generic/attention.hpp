// Attention, portable: scores, soft-max and values of a block of queries in one pass.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/math.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/generic/products.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/attention.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// What an attention kernel is keyed on. Channels are a head's.
struct attention_geometry {
  int heads;
  int features;  // of queries and keys
  int values;
  int seen;  // keys that a query sees at most
  int keys;  // that there are
  bool causal;
  int mask_rows;  // 0: there is no mask
  float scale;
};

constexpr attention_geometry geometry_of(const attention_attributes& op, const shapes& in) {
  return {.heads = op.heads,
          .features = in[0].channels / op.heads,
          .values = in[2].channels / op.heads,
          .seen = op.seen(in),
          .keys = in[1].height,
          .causal = op.causal,
          .mask_rows = op.mask ? in[3].height : 0,
          .scale = static_cast<float>(op.scale_of(in))};
}

/// Queries are the lanes, so that soft-max goes along no vector; of a block of them only the scores
/// are kept, with all keys that one of the block sees. Scores and values are summed in the order of
/// channels and of keys whatever the block, so that results do not depend on tiles. Keys that a
/// causal query does not see take no part, whatever they hold.
template <attention_geometry Geometry, int Lanes, class T>
struct attention_rows : kernel_defaults {
  static constexpr int vectors = Lanes > 1 ? 2 : 1;
  static constexpr int block_rows = vectors * Lanes;
  static constexpr int most_keys =
      Geometry.causal ? min_of(Geometry.seen + block_rows - 1, Geometry.keys) : Geometry.seen;
  static constexpr bytes_t temporary_bytes =
      bytes_t{sizeof(T)} * block_rows * (Geometry.features + most_keys);
  static constexpr int channel_block = Geometry.values;
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const range channels = t.channels(Geometry.heads * Geometry.values);
    int present = 0;  // the first key that is there
    while (Geometry.causal && t.in[1][present] == nullptr) ++present;
    for (int r = 0; r < t.rows; r += block_rows) {
      const int rows = min_of(block_rows, t.rows - r);
      for (int c = channels.first; c < channels.end; c += Geometry.values) {
        const int head = c / Geometry.values;
        if (rows <= Lanes) {
          queries<1>::attend(t, head, r, rows, present, epilogue);
        } else {
          queries<vectors>::attend(t, head, r, rows, present, epilogue);
        }
      }
    }
  }

 private:
  using value = typename channels_of<T, Lanes>::value;

  /// Key k as query number r of a tile counts them: it sees [r, r + seen) of a causal attention.
  static constexpr range seen_by(int r) {
    return Geometry.causal ? range{r, r + Geometry.seen} : range{0, Geometry.seen};
  }

  /// A block of queries in `Vectors` vectors.
  template <int Vectors>
  struct queries {
    using products = inner_products<T, Vectors, Lanes>;
    static constexpr int width = products::width;

    template <class Tile, class Epilogue>
    static void attend(const Tile& t, int head, int r, int rows, int present,
                       const Epilogue& epilogue) {
      T* const packed = reinterpret_cast<T*>(t.temporaries);
      T* const scores = packed + std::ptrdiff_t{Geometry.features} * width;
      const T* const* queries_of = t.in[0] + r;
      const int offset = head * Geometry.features;
      products::pack(
          rows, Geometry.features,
          [&](int q, int i) { return queries_of[q][offset + i] * T(Geometry.scale); }, packed);
      const range keys{max_of(seen_by(r).first, present), seen_by(r + rows - 1).end};
      T factors[width];
      score(t, packed, offset, r, rows, keys, scores, factors);
      weigh_all(t, head, r, rows, keys, scores, factors, epilogue);
    }

    /// e to the scores less the largest, which is in no query's too large a number; `factors` are
    /// one by their sums.
    template <class Tile>
    static void score(const Tile& t, const T* packed, int offset, int r, int rows, range keys,
                      T* scores, T* factors) {
      value largest[Vectors];
      value sums[Vectors];
      for (int v = 0; v < Vectors; ++v) {
        largest[v] = value(std::numeric_limits<T>::lowest());
        sums[v] = value(0);
      }
      int k = keys.first;
      for (; k + products::at_once <= keys.end; k += products::at_once) {
        score_keys<products::at_once>(t, packed, offset, r, rows, keys, k, scores, largest);
      }
      for (; k < keys.end; ++k) {
        score_keys<1>(t, packed, offset, r, rows, keys, k, scores, largest);
      }
      for (k = keys.first; k < keys.end; ++k) {
        T* const at = scores + std::ptrdiff_t{k - keys.first} * width;
        for (int v = 0; v < Vectors; ++v) {
          using std::exp;
          const value weight = exp(channels_of<T, Lanes>::load(at + v * Lanes) - largest[v]);
          channels_of<T, Lanes>::store(weight, at + v * Lanes);
          sums[v] = sums[v] + weight;
        }
      }
      for (int v = 0; v < Vectors; ++v) {
        using math::select;
        const value inverse = select(sums[v] != value(0), value(1) / sums[v], value(0));
        channels_of<T, Lanes>::store(inverse, factors + v * Lanes);
      }
    }

    /// The scores of `Many` keys from `k` on, masked.
    template <int Many, class Tile>
    static XENOS_ALWAYS_INLINE void score_keys(const Tile& t, const T* packed, int offset, int r,
                                               int rows, range keys, int k, T* scores,
                                               value (&largest)[Vectors]) {
      typename products::template results<Many> sums;
      products::template multiply<Many>(packed, Geometry.features, t.in[1] + k, offset, sums);
      for (int j = 0; j < Many; ++j, ++k) {
        T* const at = scores + std::ptrdiff_t{k - keys.first} * width;
        for (int v = 0; v < Vectors; ++v) store_lanes<T, Lanes>(at + v * Lanes, sums.at[j][v]);
        if constexpr (Geometry.mask_rows > 0) mask(t, r, rows, k, at);
        if constexpr (Geometry.causal) hide(r, rows, k, at);
        for (int v = 0; v < Vectors; ++v) {
          using math::at_least;
          largest[v] = at_least(channels_of<T, Lanes>::load(at + v * Lanes), largest[v]);
        }
      }
    }
    template <class Tile>
    static void mask(const Tile& t, int r, int rows, int k, T* at) {
      // Keys of a tile are counted from the first that its first query sees.
      const int key = Geometry.causal ? t.first + 1 - Geometry.seen + k : k;
      for (int q = 0; q < rows; ++q) at[q] += t.in[3][Geometry.mask_rows > 1 ? r + q : 0][key];
    }
    /// Takes key k from the queries that do not see it.
    static void hide(int r, int rows, int k, T* at) {
      if (seen_by(r + rows - 1).first <= k && k < seen_by(r).end) return;
      for (int q = 0; q < rows; ++q) {
        const range seen = seen_by(r + q);
        if (k < seen.first || k >= seen.end) at[q] = -std::numeric_limits<T>::infinity();
      }
    }

    /// The values by their weights.
    template <class Tile, class Epilogue>
    static void weigh_all(const Tile& t, int head, int r, int rows, range keys, const T* weights,
                          const T* factors, const Epilogue& epilogue) {
      int q = 0;
      for (; q + 4 <= rows; q += 4) {
        weigh<4>(t, head, r, q, keys, weights, factors, epilogue);
      }
      for (; q < rows; ++q) weigh<1>(t, head, r, q, keys, weights, factors, epilogue);
    }

    /// For `Rows` queries from number q of the block on.
    template <int Rows, class Tile, class Epilogue>
    static void weigh(const Tile& t, int head, int r, int q, range keys, const T* weights,
                      const T* factors, const Epilogue& epilogue) {
      constexpr int lanes_of_values = dividing_lanes(Geometry.values, Lanes);
      constexpr int most = combined_vectors(Geometry.values, lanes_of_values);
      const range first_seen = seen_by(r + q);
      const range last_seen = seen_by(r + q + Rows - 1);
      const int begin = max_of(first_seen.first, keys.first);
      const int end = last_seen.end;
      // All of the queries see these.
      const int all_begin = min_of(max_of(last_seen.first, begin), end);
      const int all_end = max_of(first_seen.end, all_begin);
      for_blocks<Geometry.values, most, lanes_of_values>([&](auto vectors_now, auto last, int c) {
        combined_rows<T, Rows, vectors_now, lanes_of_values, last> sums;
        const int offset = head * Geometry.values + c;
        const auto add = [&](int k, const auto& wanted) {
          const T* const weight = weights + std::ptrdiff_t{k - keys.first} * width + q;
          sums.add(
              t.in[2][k] + offset, [&](int row) { return weight[row]; }, wanted);
        };
        const auto add_some = [&](int from, int to) {
          for (int k = from; k < to; ++k) {
            add(k, [&](int row) {
              const range seen = seen_by(r + q + row);
              return k >= seen.first && k < seen.end;
            });
          }
        };
        sums.clear();
        if constexpr (Geometry.causal) add_some(begin, all_begin);
        for (int k = all_begin; k < all_end; ++k) add(k, [](int) { return true; });
        if constexpr (Geometry.causal) add_some(all_end, end);
        for (int row = 0; row < Rows; ++row) {
          sums.finish(row, factors[q + row], t.out[r + q + row], offset, offset,
                      epilogue.row(r + q + row));
        }
      });
    }
  };
};

}  // namespace xenos::inline XENOS_ABI::generic
