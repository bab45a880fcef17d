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

/// Patches of int8, one behind the other.
struct byte_patches {
  using staged = std::int8_t;
  static constexpr int run_step = 1;
  static constexpr bool direct = true;

  static std::int8_t* patch(std::int8_t* patches, int k, int terms) {
    return patches + std::ptrdiff_t{k} * terms;
  }
  static XENOS_ALWAYS_INLINE std::int8_t* stage(std::int8_t* to, int k, int terms,
                                                const std::int8_t* from, int count) {
    std::memcpy(to + std::ptrdiff_t{k} * terms, from, static_cast<std::size_t>(count));
    return to + count;
  }
};

struct scalar_products : byte_patches {
  using scales = block_scales<2>;
  static constexpr int pixels = 2;
  static constexpr int channels = 2;
  static constexpr int step = 1;
  static constexpr int alignment = 4;

  template <int P, rounding Round>
  static XENOS_ALWAYS_INLINE void multiply(const std::int8_t* const* patches, int terms,
                                           const std::int8_t* weights, const scales* by,
                                           int zero_point, std::int8_t* const* out, int count) {
    for (int first = 0; first < count; first += channels, ++by) {
      std::int32_t sum[P][channels];
      for (int p = 0; p < P; ++p) {
        for (int c = 0; c < channels; ++c) sum[p][c] = by->bias[c];
      }
      for (int i = 0; i < terms; ++i) {
        for (int c = 0; c < channels; ++c) {
          const std::int32_t weight{*weights++};
          for (int p = 0; p < P; ++p) sum[p][c] += weight * patches[p][i];
        }
      }
      for (int c = 0; c < channels && first + c < count; ++c) {
        for (int p = 0; p < P; ++p) {
          out[p][first + c] = scaled_sum<Round>(sum[p][c], *by, c, zero_point);
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::int8
