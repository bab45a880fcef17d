// What the executor hands to a micro-kernel.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/shape.hpp>

namespace xenos::inline XENOS_ABI {

/// Rows [first, first + rows) of a stage's output, with the input rows that they read. Every
/// pointer points to column 0 of a row; halo columns lie before and behind it where the stage asked
/// for them. Ring, whole tensor, row of zeros and caller's buffer look alike.
///   in[k][i]  row i of the window of input k, counted from the first row that output row `first`
///             reads; null for rows outside the image when the stage did not ask for zeros
///   out[r]    output row first + r; for an accumulating stage out[0] is its only row, and `first`
///             and `rows` count input rows
template <class In, class Out>
struct tile {
  const In* const* const* in;
  Out* const* out;
  int first;
  int rows;
};

/// Bytes of parameters as a kernel reads them, in one piece with the kernel's own alignment.
struct no_parameters {};

// A kernel is a class with static members, chosen for a stage by `kernel_for` (kernels/select.hpp):
//   packed                         a literal aggregate: parameters in the order the kernel reads
//   them pack(views, packed&)           constexpr; `views` as in operation::at, batch norm folded
//   already folds                          whether it accepts folded views (it is linear in its
//   weights) block_rows, temporary_bytes    what the planner must know run(tile, packed, views,
//   epilogue)   computes the tile; passes each finished value through the
//                                        epilogue before it is stored

}  // namespace xenos::inline XENOS_ABI
