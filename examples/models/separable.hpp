// A small network of separable convolutions with weights that are constants: 48 x 48 RGB to 10
// classes that mean nothing.
#pragma once

#include <xenos/xenos.hpp>

#include "../support/values.hpp"

namespace models {

namespace xn = xenos;

struct separable_weights {
  std::array<float, 16 * 3 * 3 * 3> stem = support::values<16 * 3 * 3 * 3>(1, 0.4F);
  std::array<float, 3 * 3 * 16> depthwise1 = support::values<3 * 3 * 16>(2, 0.6F);
  std::array<float, 32 * 16> pointwise1 = support::values<32 * 16>(3, 0.5F);
  std::array<float, 3 * 3 * 32> depthwise2 = support::values<3 * 3 * 32>(4, 0.6F);
  std::array<float, 32 * 32> pointwise2 = support::values<32 * 32>(5, 0.4F);
  std::array<float, 10 * 32> classifier = support::values<10 * 32>(6, 0.5F);
};
inline constexpr separable_weights separable_values{};

template <int In, int Out>
constexpr auto separable_block(const std::array<float, 9 * In>& depthwise,
                               const std::array<float, Out * In>& pointwise) {
  // clang-format off
  return xn::depthwise2d<xn::depthwise{.kernel = {3, 3}}>(
             xn::weights<float, xn::hwo{3, 3, In}>(depthwise)) | xn::relu
       | xn::conv2d<xn::conv{.out = Out}>(
             xn::weights<float, xn::ohwi{Out, 1, 1, In}>(pointwise)) | xn::relu;
  // clang-format on
}

constexpr auto separable(const separable_weights& w = separable_values) {
  // clang-format off
  return xn::input<float, xn::hwc{48, 48, 3}>
       | xn::conv2d<xn::conv{.out = 16, .kernel = {3, 3}, .stride = {2, 2}}>(
             xn::weights<float, xn::ohwi{16, 3, 3, 3}>(w.stem)) | xn::relu
       | separable_block<16, 32>(w.depthwise1, w.pointwise1)
       | separable_block<32, 32>(w.depthwise2, w.pointwise2)
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = 10}>(xn::weights<float, xn::oi{10, 32}>(w.classifier))
       | xn::softmax;
  // clang-format on
}

}  // namespace models
