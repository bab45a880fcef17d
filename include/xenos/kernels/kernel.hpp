// What the executor hands to a micro-kernel.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/shape.hpp>

#include <cstddef>

namespace xenos::inline XENOS_ABI {

/// Rows [first, first + rows) of a stage's output, with the input rows that they read. Every
/// pointer points to column 0 of a row; halo columns lie before and behind it where the stage asked
/// for them. Ring, whole tensor, row of zeros and caller's buffer look alike.
///   in[k][i]  row i of the window of input k, counted from the first row that output row `first`
///             reads; null for rows outside the image when the stage did not ask for zeros
///   out[r]    output row first + r; for an accumulating stage out[0] is its only row, and `first`
///             and `rows` count input rows
///   temporaries  the kernel's temporary_bytes, aligned as the target's rows; lost after the tile
template <class In, class Out>
struct tile {
  const In* const* const* in;
  Out* const* out;
  int first;
  int rows;
  std::byte* temporaries;
};

/// Stands for the parameters of a kernel that has none.
struct no_parameters {};

// clang-format off
// A kernel is a class with static members, chosen for a stage by `kernel_for` (kernels/select.hpp):
//   packed                      a literal aggregate: parameters in the order the kernel reads them
//   pack(views, packed&)        constexpr; `views` are the stage's weights, as in `operation`
//   folds                       whether it takes views with batch norm folded in (it is linear)
//   block_rows                  rows of its register block
//   temporary_bytes             scratch it needs for a tile
//   run(tile, packed, views, epilogue)
//                               computes the tile, and passes each finished value through the
//                               epilogue before it is stored
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
