// Weights: other storage orders, batch normalisation, data of run-time length, packing.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include <xenos/xenos.hpp>

#include "support/values.hpp"

namespace xn = xenos;

namespace {

constexpr auto image = support::values<8 * 8 * 3>(1);
constexpr xn::conv attributes{.out = 4, .kernel = {3, 3}};
constexpr auto from_image = xn::input<float, xn::hwc{8, 8, 3}>;
using result = std::array<float, 8 * 8 * 4>;

/// Links `net`'s model, packs its weights at load, runs it.
template <class Net>
result run(const Net& net) {
  static typename Net::weights weights;
  static typename Net::arena arena;
  result out;
  net.pack(weights);
  net.run(weights, arena, image, out);
  return out;
}

// 1. The order of the axes is part of a view's type. Data stays as the training tool wrote it.

constexpr auto as_ohwi = support::values<4 * 3 * 3 * 3>(2);  // TFLite: out, height, width, in

constexpr auto reordered(auto to) {
  constexpr xn::ohwi from{4, 3, 3, 3};
  std::array<float, as_ohwi.size()> data{};
  for (int o = 0; o < 4; ++o) {
    for (int tap = 0; tap < 9; ++tap) {
      for (int i = 0; i < 3; ++i) {
        data[to.offset(o, tap / 3, tap % 3, i)] = as_ohwi[from.offset(o, tap / 3, tap % 3, i)];
      }
    }
  }
  return data;
}
constexpr auto as_oihw = reordered(xn::oihw{4, 3, 3, 3});  // PyTorch: out, in, height, width
constexpr auto as_hwio = reordered(xn::hwio{3, 3, 3, 4});  // Keras: height, width, in, out

template <auto Order>
constexpr auto conv_of(const auto& data) {
  return from_image | xn::conv2d<attributes>(xn::weights<float, Order>(data));
}

bool orders() {
  const auto tflite = run(xn::link<xn::targets::host>(conv_of<xn::ohwi{4, 3, 3, 3}>(as_ohwi)));
  const auto torch = run(xn::link<xn::targets::host>(conv_of<xn::oihw{4, 3, 3, 3}>(as_oihw)));
  const auto keras = run(xn::link<xn::targets::host>(conv_of<xn::hwio{3, 3, 3, 4}>(as_hwio)));
  const bool good = tflite == torch && tflite == keras;
  std::printf("ohwi, oihw and hwio weights: results %s\n", good ? "equal" : "DIFFER");
  return good;
}

// 2. Batch normalisation behind a convolution is folded into its weights when they are packed.

constexpr float gamma_values[] = {1.0F, 0.5F, 2.0F, 1.5F};
constexpr float beta_values[] = {0.1F, -0.2F, 0.3F, 0.0F};
constexpr float mean_values[] = {0.2F, 0.0F, -0.1F, 0.4F};
constexpr float variance_values[] = {0.9F, 1.1F, 0.5F, 2.0F};
using channel_values = xn::channel_weights<float, 4>;

constexpr auto without_norm = conv_of<xn::ohwi{4, 3, 3, 3}>(as_ohwi) | xn::relu;
constexpr auto with_norm =
    conv_of<xn::ohwi{4, 3, 3, 3}>(as_ohwi) |
    xn::batch_norm(channel_values(gamma_values), channel_values(beta_values),
                   channel_values(mean_values), channel_values(variance_values)) |
    xn::relu;

bool normalisation() {
  const auto folded = xn::link<xn::targets::host>(with_norm);
  const auto apart = xn::link<xn::targets::host, xn::planning{.fuse = false}>(with_norm);
  using Plain = decltype(xn::link<xn::targets::host>(without_norm));
  static_assert(sizeof(decltype(folded)::weights) == sizeof(Plain::weights));
  static_assert(decltype(folded)::plan.unit_count == Plain::plan.unit_count);

  const auto a = run(folded);
  const auto b = run(apart);
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  std::printf("batch_norm folded and computed apart: largest difference %.1g\n", double(largest));
  return largest < 1e-5F;  // folding rounds the weights, so the last bits may differ
}

// 3. Data whose length is known at run time only is checked once; a view of it cannot be wrong.

bool checked() {
  constexpr xn::ohwi order{4, 3, 3, 3};
  std::vector<float> file(as_ohwi.begin(), as_ohwi.end());
  const auto right = xn::checked_weights<order>(std::span<const float>(file));
  file.pop_back();
  const auto wrong = xn::checked_weights<order>(std::span<const float>(file));
  if (wrong) return false;
  std::printf("one value missing: %s\n", wrong.error().message);
  return right && wrong.error() == xn::errc::size_mismatch;
}

// 4. Packing brings weights into the order the kernels read. It is a constant expression: done by
// the compiler it makes a constant in flash, and the arrays it reads from are not in the program.
// Done at load it serves data that comes from a file.

constexpr auto net = xn::link<xn::targets::host>(with_norm);
using Net = decltype(net);
static constexpr Net::weights packed_by_compiler = net.pack();
static Net::weights packed_at_load;
static Net::arena arena;

bool packing() {
  net.pack(packed_at_load);
  result a;
  result b;
  net.run(packed_by_compiler, arena, image, a);
  net.run(packed_at_load, arena, image, b);
  std::printf("%zu bytes packed by the compiler and at load: results %s\n", sizeof(Net::weights),
              a == b ? "equal" : "DIFFER");
  return a == b;
}

}  // namespace

int main() {
  bool good = orders();
  good = normalisation() && good;
  good = checked() && good;
  good = packing() && good;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
