// One-to-one operations on int8 that are a table of their 256 values.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/ops/operation.hpp>

#include <cstdint>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// What an operation makes of each int8, from -128 on.
struct int8_table {
  std::int8_t at[256];
};

/// Whether kernels apply operations of this type by their table: it has `tabulated`.
template <class Op>
constexpr bool is_tabulated() {
  if constexpr (requires { Op::tabulated; }) {
    return Op::tabulated;
  } else {
    return false;
  }
}

template <class Op>
constexpr int8_table tabulate(const Op& op) {
  int8_table table{};
  for (int x = -128; x < 128; ++x) {
    table.at[x + 128] = static_cast<std::int8_t>(op.apply(std::int32_t{x}));
  }
  return table;
}
/// The table of a tabulated operation: a constant, one for all stages with this operation.
template <auto Op>
inline constexpr int8_table table_of = tabulate(Op);

/// `Op`, which reads one stream, applied to a value, as kernels do it.
template <auto Op, class V>
constexpr V apply_one(V value) {
  if constexpr (is_tabulated<std::remove_cvref_t<decltype(Op)>>()) {
    return static_cast<V>(table_of<Op>.at[static_cast<int>(value) + 128]);
  } else {
    return Op.apply(value);
  }
}

}  // namespace xenos::inline XENOS_ABI
