// Sums of products of int8, portable: two pixels by two output channels.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/kernels/int8/patch_conv.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace xenos::inline XENOS_ABI::int8 {

/// A sum of channel `c` of a block of filters, as int8.
template <rounding Round>
XENOS_ALWAYS_INLINE std::int8_t scaled_sum(std::int32_t sum, const filter_block& filters, int c,
                                           int zero_point) {
  const fixed_factor factor{filters.multiplier[c], static_cast<int>(filters.shift[c])};
  return static_cast<std::int8_t>(clamp_int8(scaled<Round>(sum, factor) + zero_point));
}

/// Patches of int8, one behind the other.
struct byte_patches {
  using staged = std::int8_t;
  static constexpr int run_step = 1;
  static constexpr bool direct = true;

  static std::int8_t* patch(std::int8_t* patches, int k, int terms) { return patches + k * terms; }
  static XENOS_ALWAYS_INLINE std::int8_t* stage(std::int8_t* to, int k, int terms,
                                                const std::int8_t* from, int count) {
    std::memcpy(to + k * terms, from, static_cast<std::size_t>(count));
    return to + count;
  }
};

struct scalar_products : byte_patches {
  static constexpr int pixels = 2;
  static constexpr int channels = 2;
  static constexpr int step = 1;
  static constexpr int alignment = 4;

  template <int P, rounding Round>
  static XENOS_ALWAYS_INLINE void multiply(const std::int8_t* const* patches, int terms,
                                           const filter_block& filters, int zero_point,
                                           std::int8_t* const* out, int channel, int present) {
    std::int32_t sum[P][channels];
    for (int p = 0; p < P; ++p) {
      for (int c = 0; c < channels; ++c) sum[p][c] = filters.bias[c];
    }
    const std::int8_t* weights = filters.weights;
    for (int i = 0; i < terms; ++i) {
      for (int c = 0; c < channels; ++c) {
        const std::int32_t weight = *weights++;
        for (int p = 0; p < P; ++p) sum[p][c] += weight * patches[p][i];
      }
    }
    for (int c = 0; c < present; ++c) {
      for (int p = 0; p < P; ++p) {
        out[p][channel + c] = scaled_sum<Round>(sum[p][c], filters, c, zero_point);
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::int8
