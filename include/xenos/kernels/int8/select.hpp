// Which kernel runs a layer of int8.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/generic/depthwise.hpp>
#include <xenos/kernels/int8/depthwise.hpp>
#include <xenos/kernels/int8/dsp.hpp>
#include <xenos/kernels/int8/helium.hpp>
#include <xenos/kernels/int8/lanes_conv.hpp>
#include <xenos/kernels/int8/lanes_depthwise.hpp>
#include <xenos/kernels/int8/neon_lanes.hpp>
#include <xenos/kernels/int8/patch_conv.hpp>
#include <xenos/kernels/int8/products.hpp>
#include <xenos/kernels/int8/x86_lanes.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::int8 {

#if defined(__ARM_FEATURE_MVE)
using native_products = helium_products;
using native_taps = helium_taps;
#elif defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
using native_products = dsp_products;
using native_taps = dsp_taps;
#else
using native_products = scalar_products;
using native_taps = scalar_taps;
#endif

/// The lanes of vectors of 64, 32 and 16 bytes; void where there are none.
#if defined(__SSE4_1__)
using lanes_of_64 = x86::lanes_of_64;
using lanes_of_32 = x86::lanes_of_32;
using lanes_of_16 = x86::pair_lanes<4>;
#elif defined(__aarch64__) && defined(__ARM_NEON)
using lanes_of_64 = void;
using lanes_of_32 = void;
using lanes_of_16 = neon::native_lanes;
#else
using lanes_of_64 = void;
using lanes_of_32 = void;
using lanes_of_16 = void;
#endif

/// The widest lanes in vectors of at most VectorBytes of which `Channels` outputs fill more than a
/// half; void where vectors are narrower than the narrowest.
template <int VectorBytes, int Channels>
using lanes_for = std::conditional_t<
    (VectorBytes >= 64 && Channels > 8 && !std::is_void_v<lanes_of_64>), lanes_of_64,
    std::conditional_t<(VectorBytes >= 32 && !std::is_void_v<lanes_of_32>), lanes_of_32,
                       std::conditional_t<(VectorBytes >= 16), lanes_of_16, void>>>;

/// Inputs that lanes copy at a time stay in the first-level cache.
inline constexpr bytes_t near_bytes = 24 * 1024;

/// The kernel of a convolution whose output has `Height` rows.
template <generic::conv_geometry Geometry, int Height, class Lanes>
struct conv_with {
  using type = lanes_conv<Geometry, rows_within<Lanes>(Geometry, Height, near_bytes), Lanes>;
};
template <generic::conv_geometry Geometry, int Height>
struct conv_with<Geometry, Height, void> {
  using type = patch_conv<Geometry, native_products>;
};
template <generic::conv_geometry Geometry, int Height, int VectorBytes>
struct conv_kernel : conv_with<Geometry, Height, lanes_for<VectorBytes, Geometry.out_channels>> {};
template <generic::depthwise_geometry Geometry, class Lanes>
struct depthwise_with {
  using type = lanes_depthwise<Geometry, Lanes>;
};
template <generic::depthwise_geometry Geometry>
struct depthwise_with<Geometry, void> {
  using type = tap_depthwise<Geometry, native_taps>;
};
template <generic::depthwise_geometry Geometry, int Height, int VectorBytes>
struct depthwise_kernel : depthwise_with<Geometry, lanes_for<VectorBytes, Geometry.channels>> {};

}  // namespace xenos::inline XENOS_ABI::int8
