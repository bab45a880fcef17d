// Products of two streams.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// BATCH_MATMUL of two streams, a matrix for each column: {rows, batch, inner} times
/// {inner, batch, columns} is {rows, batch, columns}, so that
///   out(y, x, c) = sum over i of a(y, x, i) * b(i, x, c).
/// A transposed operand has rows and channels exchanged: a is {inner, batch, rows}, b
/// {columns, batch, inner}. The second stream, and a transposed first, is read whole. With
/// xn::reshape<hwc{steps, heads, features}> the heads of an attention are a batch. Reference:
/// tflite reference_ops BatchMatMul (adj_x, adj_y).
struct matmul_attributes {
  bool transpose_a = false;
  bool transpose_b = false;

  static constexpr const char* name = "matmul";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr int arity = 2;

  /// Rows of the result, and products in a sum.
  [[nodiscard]] constexpr int rows(const shapes& in) const {
    return transpose_a ? in[0].channels : in[0].height;
  }
  [[nodiscard]] constexpr int inner(const shapes& in) const {
    return transpose_a ? in[0].height : in[0].channels;
  }
  [[nodiscard]] constexpr fault check(const shapes& in) const {
    const int other = transpose_b ? in[1].channels : in[1].height;
    const bool fits = inner(in) == other && in[0].width == in[1].width;
    return fits ? fault::none : fault::matmul_extents_differ;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {rows(in), in[0].width, transpose_b ? in[1].height : in[1].channels};
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int input) const {
    const bool whole = input == 1 || transpose_a;
    return {.rows = whole ? all_rows(in[input].height) : window{}, .columns = {}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return output(in).elements() * inner(in);
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    const int count = transpose_a ? in.extent(0).height : in.extent(0).channels;
    value sum = 0;
    for (int i = 0; i < count; ++i) {
      sum += value(transpose_a ? in(0, i, x, y) : in(0, y, x, i)) *
             value(transpose_b ? in(1, c, x, i) : in(1, i, x, c));
    }
    return sum;
  }
  friend constexpr bool operator==(const matmul_attributes&, const matmul_attributes&) = default;
};

}  // namespace xenos::inline XENOS_ABI
