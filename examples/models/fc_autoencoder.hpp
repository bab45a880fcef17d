// The anomaly-detection network of MLPerf Tiny: 5 frames of 128 mel bands, squeezed through 8
// values and restored; batch normalisation is folded.
#pragma once

#include <xenos/xenos.hpp>

namespace models {

namespace xn = xenos;

struct fc_autoencoder_weights {
  xn::layer<xn::oi{128, 640}> first;
  xn::layer<xn::oi{128, 128}> encoder[3];
  xn::layer<xn::oi{8, 128}> bottleneck;
  xn::layer<xn::oi{128, 8}> expand;
  xn::layer<xn::oi{128, 128}> decoder[3];
  xn::layer<xn::oi{640, 128}> last;
};

// clang-format off
template <int Out>
constexpr auto dense_relu(const auto& w) { return xn::dense<xn::fc{.out = Out}>(w) | xn::relu; }

constexpr auto fc_autoencoder(const fc_autoencoder_weights& w) {
  return xn::input<float, xn::vector(640)>
       | dense_relu<128>(w.first)
       | dense_relu<128>(w.encoder[0]) | dense_relu<128>(w.encoder[1]) | dense_relu<128>(w.encoder[2])
       | dense_relu<8>(w.bottleneck) | dense_relu<128>(w.expand)
       | dense_relu<128>(w.decoder[0]) | dense_relu<128>(w.decoder[1]) | dense_relu<128>(w.decoder[2])
       | xn::dense<xn::fc{.out = 640}>(w.last);
}
// clang-format on

}  // namespace models
