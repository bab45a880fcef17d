// What the executor hands to a micro-kernel.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/range.hpp>
#include <xenos/core/shape.hpp>

#include <cstddef>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// In which directions a stage's work is cut, beside rows: shared among cores, or done in rounds.
struct cuts {
  bool columns = false;
  bool channels = false;
  bool terms = false;  // of its sums
};

/// The part of its sums that a tile adds where their terms are cut: those with numbers in `terms`,
/// in the order in which the kernel adds all. The first piece begins with the bias, a later one
/// with what the one before has left; the last one's sums are finished.
struct sum_piece {
  range terms;
  std::byte* sums;      // of the tile's first row and column; the kernel's sum_bytes for each block
  bytes_t row_bytes;    // of channels and pixel. From row to row,
  bytes_t pixel_bytes;  // from pixel to pixel
};
struct whole_sums {};

/// Rows [first, first + rows) of a stage's output, with the input rows that they read. Every
/// pointer points to column 0 of a row; halo columns lie before and behind it where the stage asked
/// for them. Ring, whole tensor, row of zeros and caller's buffer look alike.
///   in[k][i]  row i of the window of input k, counted from the first row that output row `first`
///             reads; null for rows outside the image when the stage did not ask for zeros
///   out[r]    output row first + r; for an accumulating stage out[0] is its only row, and `first`
///             and `rows` count input rows
///   temporaries  the kernel's temporary_bytes, aligned as the target's rows; lost after the tile
///   state     the kernel's state_bytes, aligned as rows, which it finds as it left them behind row
///             `first` - 1; where `first` is 0 a sequence begins and their contents mean nothing
/// Where cores share columns or channels (`Cuts`), only a range of them is computed, and only the
/// input columns that it needs are there: `columns` and `channels` then tell which, and are
/// everything otherwise, as a constant. `piece` is a `sum_piece` where the terms of sums are cut,
/// and empty otherwise.
template <class In, class Out, cuts Cuts = cuts{}>
struct tile {
  const In* const* const* in;
  Out* const* out;
  int first;
  int rows;
  std::byte* temporaries;
  range some_columns{};
  range some_channels{};
  std::byte* state = nullptr;
  [[no_unique_address]] std::conditional_t<Cuts.terms, sum_piece, whole_sums> piece{};

  [[nodiscard]] constexpr range columns(int width) const {
    return Cuts.columns ? some_columns : range{0, width};
  }
  [[nodiscard]] constexpr range channels(int count) const {
    return Cuts.channels ? some_channels : range{0, count};
  }
};

/// Stands for the parameters of a kernel that has none.
struct no_parameters {};

// clang-format off
// A kernel is a class with static members, chosen for a stage by `kernel_for` (kernels/select.hpp):
//   packed                      a literal aggregate: parameters in the order the kernel reads them
//   pack(views, packed&)        constexpr; `views` are the stage's weights, as in `operation`
//   reads_views                 whether `run` reads weights through the views; where a transport
//                               brings parameters these then show a copy that it has brought;
//                               absent: it must not
//   folds                       whether it takes views with batch norm folded in (it is linear)
//   block_rows                  rows of its register block
//   block_columns               and columns; absent: 1
//   temporary_bytes             scratch it needs for a tile
//   state_bytes                 what it carries from row to row, if its operation is sequential or
//                               accumulates; absent: 0
//   channel_block               it can compute a range of channels that begins and, but at the last
//                               channel, ends at a multiple of this; absent: it cannot
//   column_cuts                 whether it can compute a range of columns; absent: it cannot
//   channel_bytes               bytes of its parameters for each channel of a block, where it can
//                               work with those of a range of channels; absent: it needs all.
//                               Then it also has
//   resident                    pointers to parameters of such a range
//   fetch(transport, to, packed, range) -> bool
//                               starts to bring them to `to`: at most channel_bytes for each
//                               channel, the range rounded up to blocks
//   brought(at, range) -> resident
//                               those that have been brought to `at`
//   terms                       of a sum, where it can work with the parameters of some of them:
//                               consecutive in the order in which it adds them, so that results are
//                               the same to the bit, however they are cut; absent: it cannot. Only
//                               with channel_bytes. Then it also has
//   term_bytes                  bytes of the parameters of a term, for a block of channels
//   sum_bytes                   bytes of a pixel's unfinished sums, for a block of channels
//   end_bytes                   bytes of the parameters that only the first piece needs (the bias)
//                               or only the last (what scales the sums), for a block of channels,
//                               whichever are more; absent: sum_bytes
//   fetch(transport, to, packed, channels, terms) -> bool, brought(at, channels, terms) -> resident
//                               as above, of some terms: at most term_bytes for each, and end_bytes
//                               more, for each block of channels
//   run(tile, packed, views, epilogue)
//                               computes the tile, and passes each finished value through the
//                               epilogue before it is stored; one that can compute ranges takes a
//                               tile of any `cuts`, one with `resident` also that for `packed`. Of
//                               a tile with a `sum_piece` that is not the last, it stores the sums,
//                               unfinished, and nothing else
// clang-format on

/// What a kernel without parameters of its own may inherit.
struct kernel_defaults {
  using packed = no_parameters;
  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = 0;
  template <class Views>
  static constexpr void pack(const Views&, packed&) {}
};

}  // namespace xenos::inline XENOS_ABI
