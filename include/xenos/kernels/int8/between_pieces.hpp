// Sums of int8 products that are added up piece by piece: where they lie in between.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/generic/sum_terms.hpp>

#include <cstdint>
#include <type_traits>

namespace xenos::inline XENOS_ABI::int8 {

template <class Terms>
inline constexpr bool all_of = std::is_same_v<Terms, generic::all_terms<std::int32_t>>;

/// The terms that are added, and where the sums of each pixel lie if these are not all. Of all
/// terms nothing, so that nothing is handed over.
template <class Terms>
struct sums_between {
  const Terms& terms;
  std::int32_t* const* unfinished;
  [[nodiscard]] range of_run(int run, int count) const { return terms.of_run(run, count); }
};
template <class Terms>
  requires all_of<Terms>
struct sums_between<Terms> {
  constexpr sums_between(const Terms&, std::int32_t* const*) {}
  [[nodiscard]] static constexpr range of_run(int, int count) { return {0, count}; }
};

}  // namespace xenos::inline XENOS_ABI::int8
