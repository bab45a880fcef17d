// The terms that a tile of a convolution adds to its sums: all, or the piece that a round brings.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstddef>

namespace xenos::inline XENOS_ABI::generic {

/// All terms, from the bias on: as if this were not there.
template <class Sum>
struct all_terms {
  constexpr all_terms(whole_sums, const Sum* /*bias*/, int /*column*/, int /*count*/) {}
  [[nodiscard]] static constexpr int count(int all) { return all; }
  [[nodiscard]] constexpr all_terms row(int, const Sum*) const { return *this; }
  [[nodiscard]] static constexpr range of_run(int /*run*/, int count) { return {0, count}; }
  [[nodiscard]] static constexpr int place(int term) { return term; }
  template <class Sums>
  XENOS_ALWAYS_INLINE static void start(Sums& sums, const Sum* bias, int, int) {
    sums.start(bias);
  }
  template <class Sums>
  [[nodiscard]] static constexpr bool leave(const Sums&, int, int) {
    return false;
  }
};

/// Those of a piece. `bias` is that of the first channel of the tile, whose sums lie first in a
/// pixel; `column` the first column of the tile; a sum has `count` terms in all.
template <class Sum>
struct some_terms {
  range terms;
  bool begins;
  bool ends;
  std::byte* sums;  // of column 0
  bytes_t row_bytes;
  bytes_t pixel_bytes;
  const Sum* bias;

  some_terms(const sum_piece& piece, const Sum* first_bias, int column, int count)
      : terms(piece.terms),
        begins(terms.first == 0),
        ends(terms.end == count),
        sums(piece.sums - column * piece.pixel_bytes),
        row_bytes(piece.row_bytes),
        pixel_bytes(piece.pixel_bytes),
        bias(first_bias) {}

  [[nodiscard]] int count(int /*all*/) const { return terms.size(); }
  /// The same of the block of channels that has bias `block`, in row `r` of the tile.
  [[nodiscard]] some_terms row(int r, const Sum* block) const {
    some_terms moved = *this;
    moved.sums += r * row_bytes + (block - bias) * bytes_t{sizeof(Sum)};
    return moved;
  }
  /// Of the terms in run `run` of `count` each (the input channels of a kernel element, or of a row
  /// of them) those that the piece holds.
  [[nodiscard]] range of_run(int run, int count) const {
    const int before = run * count;
    return {min_of(max_of(terms.first - before, 0), count),
            min_of(max_of(terms.end - before, 0), count)};
  }
  /// The place of a term among those of the piece.
  [[nodiscard]] int place(int term) const { return term - terms.first; }
  /// The sums of pixels x, x + step ... of the block's rows begin, or go on.
  template <class Sums>
  XENOS_ALWAYS_INLINE void start(Sums& block, const Sum* block_bias, int x, int step) const {
    if (begins) return block.start(block_bias);
    XENOS_UNROLL(32)
    for (int p = 0; p < Sums::rows * Sums::pixels; ++p) block.load(p, at<Sums>(p, x, step));
  }
  /// Leaves them for the next piece, if there is one.
  template <class Sums>
  [[nodiscard]] XENOS_ALWAYS_INLINE bool leave(const Sums& block, int x, int step) const {
    if (ends) return false;
    XENOS_UNROLL(32)
    for (int p = 0; p < Sums::rows * Sums::pixels; ++p) block.store(p, at<Sums>(p, x, step));
    return true;
  }

 private:
  template <class Sums>
  [[nodiscard]] Sum* at(int p, int x, int step) const {
    const bytes_t row = p / Sums::pixels * row_bytes;
    return reinterpret_cast<Sum*>(sums + row + (x + p % Sums::pixels * step) * pixel_bytes);
  }
};

template <class Sum>
all_terms<Sum> terms_of(whole_sums);
template <class Sum>
some_terms<Sum> terms_of(const sum_piece&);

/// The terms that a tile with this `piece` adds.
template <class Sum, class Piece>
using terms_for = decltype(terms_of<Sum>(Piece{}));

}  // namespace xenos::inline XENOS_ABI::generic
