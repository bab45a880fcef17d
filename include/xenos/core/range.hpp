// Half-open ranges, and how they are shared out.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>

namespace xenos::inline XENOS_ABI {

/// [first, end), empty unless first < end.
struct range {
  int first = 0;
  int end = 0;

  [[nodiscard]] constexpr int size() const { return end - first; }
  [[nodiscard]] constexpr bool empty() const { return first >= end; }
  /// Grows to hold `other` too.
  constexpr void include(range other) {
    if (other.empty()) return;
    if (empty()) {
      *this = other;
    } else {
      *this = {min_of(first, other.first), max_of(end, other.end)};
    }
  }
  friend constexpr bool operator==(const range&, const range&) = default;
};

/// Part `index` of [0, total) in `parts` parts that differ by at most one block of `block`; a part
/// is empty when there are fewer blocks than parts. Parts are in order, disjoint and complete.
constexpr range share(int total, int parts, int index, int block = 1) {
  const std::int64_t blocks = (total + block - 1) / block;
  const auto begin = static_cast<int>(blocks * index / parts) * block;
  const auto end = static_cast<int>(blocks * (index + 1) / parts) * block;
  return {min_of(begin, total), min_of(end, total)};
}
/// The same of [whole.first, whole.end); blocks are counted from its first.
constexpr range share(range whole, int parts, int index, int block = 1) {
  const range part = share(whole.size(), parts, index, block);
  return {whole.first + part.first, whole.first + part.end};
}

}  // namespace xenos::inline XENOS_ABI
