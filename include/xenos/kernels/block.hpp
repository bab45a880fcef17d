// What kernels that work on blocks of several output rows share.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>

#include <utility>

namespace xenos::inline XENOS_ABI {

/// `Rows` output rows of a tile, from its row `r` on: the input rows of the first, where they go,
/// and what finishes them.
template <class T, int Rows, class Epilogue>
struct block_rows_of {
  static constexpr int rows = Rows;
  using row_epilogue = decltype(std::declval<const Epilogue&>().row(0));
  const T* const* in;
  T* out[Rows];
  row_epilogue finish[Rows];

  template <class Tile>
  block_rows_of(const Tile& t, int stride, const Epilogue& epilogue, int r)
      : block_rows_of(t, stride, epilogue, r, std::make_integer_sequence<int, Rows>{}) {}

 private:
  template <class Tile, int... R>
  block_rows_of(const Tile& t, int stride, const Epilogue& epilogue, int r,
                std::integer_sequence<int, R...>)
      : in(t.in[0] + r * stride), out{rows_of(t)[r + R]...}, finish{epilogue.row(r + R)...} {}

  /// The rows of a tile; a tile with fewer than a block has would otherwise make g++ warn.
  template <class Tile>
  static T* const* rows_of(const Tile& t) {
    T* const* out_rows = t.out;
    XENOS_HIDE_ORIGIN(out_rows);
    return out_rows;
  }
};

}  // namespace xenos::inline XENOS_ABI
