// What an operation must be like to run on rows without end.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/fault.hpp>
#include <xenos/core/shape.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// More rows than any image has that is planned as a whole: taller tensors are endless.
inline constexpr int tallest_image = 65535;

/// Whether a stage makes row r of rows r, so that its output is as high as its inputs.
constexpr bool keeps_rows(const access& reads) { return reads.rows == window{}; }

namespace detail {

constexpr shapes with_rows_less(shapes in, int rows) {
  for (int i = 0; i < in.count; ++i) in.at[i].height -= rows;
  return in;
}

}  // namespace detail

/// Why `op` cannot run on rows without end, or none. Its rows must be a window of a few
/// input rows, at a place and for a number of output rows that follow from the rows so far: the
/// same window whatever the height, and `up` more rows for `down` more input rows. The heights of
/// `in` stand for any.
template <operation Op>
constexpr fault check_live(const Op& op, const shapes& in) {
  if (Op::map == mapping::whole || accumulates(op, in)) return fault::needs_all_rows;
  const int height = output_of(op, in).height;
  for (int i = 0; i < in.count; ++i) {
    const access now = access_of(op, in, i);
    if (keeps_rows(now) && height == in[i].height) continue;
    const window& w = now.rows;
    if (w.down < 1 || w.reach > in[i].height / 2) return fault::needs_all_rows;
    for (int rows = 1; rows <= w.down; ++rows) {
      const access then = access_of(op, detail::with_rows_less(in, rows), i);
      if (then.rows != w) return fault::padding_needs_height;
    }
    const int before = output_of(op, detail::with_rows_less(in, w.down)).height;
    if (height - before != w.up) return fault::needs_all_rows;
  }
  return fault::none;
}

/// The same for inputs that are endless; others are not judged.
template <operation Op>
constexpr fault check_endless(const Op& op, const shapes& in) {
  for (int i = 0; i < in.count; ++i) {
    if (in[i].height > tallest_image) return check_live(op, in);
  }
  return fault::none;
}

}  // namespace xenos::inline XENOS_ABI
