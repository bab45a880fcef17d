// Products of two streams, portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/generic/products.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/matmul.hpp>

namespace xenos::inline XENOS_ABI::generic {

/// What a matmul kernel is keyed on.
struct matmul_geometry {
  int rows;  // of the result
  int batch;
  int inner;
  int columns;
  bool transpose_a;
};

constexpr matmul_geometry geometry_of(const matmul_attributes& op, const shapes& in) {
  const shape out = op.output(in);
  return {out.height, out.width, op.inner(in), out.channels, op.transpose_a};
}

/// The element of the first stream that is factor i of row r of a tile.
template <matmul_geometry Geometry, class Tile>
XENOS_ALWAYS_INLINE auto left_element(const Tile& t, int x, int r, int i) {
  if constexpr (Geometry.transpose_a) {
    return t.in[0][i][x * Geometry.rows + t.first + r];
  } else {
    return t.in[0][r][x * Geometry.inner + i];
  }
}

/// The second stream is {inner, batch, columns}: its rows are combined. Sums are in the order of
/// the inner index whatever the block, so that results do not depend on tiles.
template <matmul_geometry Geometry, int Lanes, class T>
struct matmul_rows : kernel_defaults {
  static constexpr int block_rows = 4;
  static constexpr int vectors = combined_vectors(Geometry.columns, Lanes);
  static constexpr int channel_block = vectors * Lanes;
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Geometry.batch);
    for (int x = columns.first; x < columns.end; ++x) {
      int r = 0;
      for (; r + block_rows <= t.rows; r += block_rows) combine<block_rows>(t, x, r, epilogue);
      for (; r < t.rows; ++r) combine<1>(t, x, r, epilogue);
    }
  }

 private:
  template <int Rows, class Tile, class Epilogue>
  static void combine(const Tile& t, int x, int r, const Epilogue& epilogue) {
    const range wanted = t.channels(Geometry.columns);
    for_blocks<Geometry.columns, vectors, Lanes>([&](auto vectors_now, auto last, int c) {
      if (c < wanted.first || c >= wanted.end) return;
      combined_rows<T, Rows, vectors_now, Lanes, last> sums;
      const int at = x * Geometry.columns + c;
      sums.clear();
      for (int i = 0; i < Geometry.inner; ++i) {
        sums.add(
            t.in[1][i] + at, [&](int k) { return left_element<Geometry>(t, x, r + k, i); },
            [](int) { return true; });
      }
      for (int k = 0; k < Rows; ++k) {
        sums.finish(k, T(1), t.out[r + k], at, c, epilogue.row(r + k));
      }
    });
  }
};

/// The second stream is {columns, batch, inner}: its rows are multiplied with those of the first.
template <matmul_geometry Geometry, int Lanes, class T>
struct matmul_transposed_rows : kernel_defaults {
  static constexpr int vectors = Lanes > 1 ? 2 : 1;
  static constexpr int block_rows = vectors * Lanes;
  static constexpr int chunk = 64;  // results of a row before they are written
  static constexpr int channel_block = 8;
  static constexpr bool column_cuts = true;
  static constexpr bytes_t temporary_bytes =
      bytes_t{sizeof(T)} * block_rows * (Geometry.inner + chunk);

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Geometry.batch);
    for (int x = columns.first; x < columns.end; ++x) {
      for (int r = 0; r < t.rows; r += block_rows) {
        const int rows = min_of(block_rows, t.rows - r);
        if (rows <= Lanes) {
          multiply<1>(t, x, r, rows, epilogue);
        } else {
          multiply<vectors>(t, x, r, rows, epilogue);
        }
      }
    }
  }

 private:
  template <int Vectors, class Tile, class Epilogue>
  static void multiply(const Tile& t, int x, int r, int rows, const Epilogue& epilogue) {
    using products = inner_products<T, Vectors, Lanes>;
    T* const packed = reinterpret_cast<T*>(t.temporaries);
    T* const made = packed + std::ptrdiff_t{Geometry.inner} * products::width;
    products::pack(
        rows, Geometry.inner, [&](int k, int i) { return left_element<Geometry>(t, x, r + k, i); },
        packed);
    const range wanted = t.channels(Geometry.columns);
    for (int c = wanted.first; c < wanted.end; c += chunk) {
      const int count = min_of(chunk, wanted.end - c);
      int k = 0;
      for (; k + products::at_once <= count; k += products::at_once) {
        make<Vectors, products::at_once>(t, x, c + k, packed,
                                         made + std::ptrdiff_t{k} * products::width);
      }
      for (; k < count; ++k)
        make<Vectors, 1>(t, x, c + k, packed, made + std::ptrdiff_t{k} * products::width);
      for (int row = 0; row < rows; ++row) {
        make_channels<Lanes>(t.out[r + row], x * Geometry.columns + c, c, count,
                             epilogue.row(r + row), column_of<products::width>{made + row, count});
      }
    }
  }
  /// `Many` results of every row.
  template <int Vectors, int Many, class Tile>
  static void make(const Tile& t, int x, int c, const T* packed, T* to) {
    using products = inner_products<T, Vectors, Lanes>;
    typename products::template results<Many> sums;
    products::template multiply<Many>(packed, Geometry.inner, t.in[1] + c,
                                      std::ptrdiff_t{x} * Geometry.inner, sums);
    for (int k = 0; k < Many; ++k) {
      for (int v = 0; v < Vectors; ++v) {
        store_lanes<T, Lanes>(to + (std::ptrdiff_t{k} * Vectors + v) * Lanes, sums.at[k][v]);
      }
    }
  }
  /// The results of one row, each `Stride` elements from the one before.
  template <int Stride>
  struct column_of {
    const T* from;
    int count;
    template <class Operand>
    XENOS_ALWAYS_INLINE auto operator()(const Operand& operand, int k) const {
      T values[Lanes] = {};
      for (int i = 0; i < min_of(Lanes, count - k); ++i)
        values[i] = from[std::ptrdiff_t{k + i} * Stride];
      return operand(values);
    }
  };
};

/// The kernel of a product whose second stream is transposed or not.
template <matmul_geometry Geometry, int Lanes, bool TransposeB, class T>
struct matmul_kernel {
  using type = matmul_rows<Geometry, dividing_lanes(Geometry.columns, Lanes), T>;
};
template <matmul_geometry Geometry, int Lanes, class T>
struct matmul_kernel<Geometry, Lanes, true, T> {
  using type = matmul_transposed_rows<Geometry, Lanes, T>;
};

}  // namespace xenos::inline XENOS_ABI::generic
