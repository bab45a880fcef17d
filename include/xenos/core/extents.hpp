// Extents of kernels, each fixed at compile time or dynamic.
#pragma once

#include <xenos/config/abi.hpp>

namespace xenos::inline XENOS_ABI {

/// Marks an extent whose value is known at run time only.
inline constexpr int dynamic = -1;

/// The extents of a kernel. `Fixed` is an aggregate of ints; a member that is `dynamic` is read
/// from the object, every other is a constant. One kernel source thus serves speed (all fixed) and
/// flash (channels and widths dynamic, so that many layers share one instantiation).
template <auto Fixed>
struct extents {
  using values = decltype(Fixed);
  values at_run_time{};

  template <int values::*Member>
  [[nodiscard]] constexpr int get() const {
    if constexpr (Fixed.*Member == dynamic) {
      return at_run_time.*Member;
    } else {
      return Fixed.*Member;
    }
  }
  template <int values::*Member>
  static constexpr bool is_fixed = Fixed.*Member != dynamic;
};

}  // namespace xenos::inline XENOS_ABI
