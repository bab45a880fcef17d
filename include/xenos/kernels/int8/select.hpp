// Which kernel runs a layer of int8.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/generic/depthwise.hpp>
#include <xenos/kernels/int8/depthwise.hpp>
#include <xenos/kernels/int8/dsp.hpp>
#include <xenos/kernels/int8/lanes_conv.hpp>
#include <xenos/kernels/int8/lanes_depthwise.hpp>
#include <xenos/kernels/int8/patch_conv.hpp>
#include <xenos/kernels/int8/products.hpp>
#include <xenos/kernels/int8/x86_lanes.hpp>

namespace xenos::inline XENOS_ABI::int8 {

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
using native_products = dsp_products;
using native_taps = dsp_taps;
#else
using native_products = scalar_products;
using native_taps = scalar_taps;
#endif

/// Vectors of at most `bytes` for layers with `channels` outputs in a group: whose `lanes` are
/// output channels; void if there are none.
template <int VectorBytes, int Channels>
constexpr auto lanes_for() {
#if defined(__SSE4_1__)
#if XENOS_DOT_64_BYTES
  if constexpr (VectorBytes >= 64 && Channels > 8)
    return x86::dot_lanes<16>{};
  else
#endif
#if XENOS_DOT_32_BYTES
      if constexpr (VectorBytes >= 32)
    return x86::dot_lanes<8>{};
  else
#elif defined(__AVX2__)
  if constexpr (VectorBytes >= 32)
    return x86::pair_lanes<8>{};
  else
#endif
      if constexpr (VectorBytes >= 16)
    return x86::pair_lanes<4>{};
#endif
}
template <int VectorBytes, int Channels>
using lanes_of = decltype(lanes_for<VectorBytes, Channels>());

/// The kernel of a convolution whose output has `Height` rows.
template <generic::conv_geometry Geometry, int Height, class Lanes>
struct conv_with {
  using type = lanes_conv<Geometry, Height, Lanes>;
};
template <generic::conv_geometry Geometry, int Height>
struct conv_with<Geometry, Height, void> {
  using type = patch_conv<Geometry, native_products, true>;
};
template <generic::conv_geometry Geometry, int Height, int VectorBytes>
struct conv_kernel : conv_with<Geometry, Height, lanes_of<VectorBytes, Geometry.out_channels>> {};
template <generic::depthwise_geometry Geometry, class Lanes>
struct depthwise_with {
  using type = lanes_depthwise<Geometry, Lanes>;
};
template <generic::depthwise_geometry Geometry>
struct depthwise_with<Geometry, void> {
  using type = tap_depthwise<Geometry, native_taps, true>;
};
template <generic::depthwise_geometry Geometry, int Height, int VectorBytes>
struct depthwise_kernel : depthwise_with<Geometry, lanes_of<VectorBytes, Geometry.channels>> {};

}  // namespace xenos::inline XENOS_ABI::int8
