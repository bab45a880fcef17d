// Multiply-adds of registers alone: the limit of any kernel.
#pragma once

#include <xenos/core/lanes.hpp>

namespace bench {

/// Elements of the widest vectors of this build.
inline constexpr int native_lanes = xenos::lane_count<float>(64);
using native_vector = xenos::lanes<float, native_lanes>;

/// Multiply-accumulates of one call of `multiply_registers`.
inline constexpr int register_chains = 12;  // enough to hide latencies, few enough for 16 registers
inline constexpr int register_rounds = 1 << 14;
inline constexpr double register_macs = double{register_chains} * register_rounds * native_lanes;

inline void multiply_registers() {
  static native_vector sums[register_chains];
  const float values[2 * native_lanes] = {1.0F, 0.5F};
  native_vector factor = xenos::load_lanes<float, native_lanes>(values);
  asm volatile("" : "+x"(factor));
  native_vector a[register_chains];
  for (int k = 0; k < register_chains; ++k) a[k] = sums[k];
  for (int i = 0; i < register_rounds; ++i) {
    for (int k = 0; k < register_chains; ++k) a[k] = a[k] * factor + factor;
  }
  for (int k = 0; k < register_chains; ++k) sums[k] = a[k];
  asm volatile("" : : "g"(&sums) : "memory");
}

}  // namespace bench
