// Sums of int8, element by element.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>

#include <cstdint>

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

namespace xenos::inline XENOS_ABI::int8 {

/// sums[k] += from[k]. With Helium four at a time, which g++ 12 does not find by itself.
XENOS_ALWAYS_INLINE void add_to(std::int32_t* sums, const std::int8_t* from, int count) {
#if defined(__ARM_FEATURE_MVE)
  for (; count >= 4; count -= 4, sums += 4, from += 4) {
    vst1q_s32(sums, vaddq_s32(vld1q_s32(sums), vldrbq_s32(from)));
  }
#endif
  for (int k = 0; k < count; ++k) sums[k] += from[k];
}

}  // namespace xenos::inline XENOS_ABI::int8
