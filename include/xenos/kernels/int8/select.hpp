// Which kernel runs a layer of int8.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/generic/depthwise.hpp>
#include <xenos/kernels/int8/depthwise.hpp>
#include <xenos/kernels/int8/dsp.hpp>
#include <xenos/kernels/int8/helium.hpp>
#include <xenos/kernels/int8/patch_conv.hpp>
#include <xenos/kernels/int8/products.hpp>

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

/// The kernel of a convolution whose output has `Height` rows.
template <generic::conv_geometry Geometry, int Height, int VectorBytes>
struct conv_kernel {
  using type = patch_conv<Geometry, native_products, true>;
};
template <generic::depthwise_geometry Geometry, int Height, int VectorBytes>
struct depthwise_kernel {
  using type = tap_depthwise<Geometry, native_taps, true>;
};

}  // namespace xenos::inline XENOS_ABI::int8
