// The smallest complete program: weights, a model, memory, one inference.
//
// The model finds the edges of an 8 x 8 image: two Sobel filters, ReLU, and the maximum of each
// 3 x 3 field.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <xenos/xenos.hpp>

namespace xn = xenos;

// Weights are plain arrays, here in TFLite's order: out, height, width, in.
constexpr float sobel[] = {-1, 0, 1, -2, 0, 2, -1, 0, 1, -1, -2, -1, 0, 0, 0, 1, 2, 1};

// clang-format off
constexpr auto edges = xn::input<float, xn::hwc{8, 8, 1}>
    | xn::conv2d<xn::conv{.out = 2, .kernel = {3, 3}, .padding = xn::valid}>(
          xn::weights<float, xn::ohwi{2, 3, 3, 1}>(sobel))
    | xn::relu
    | xn::max_pool2d<xn::max_pool{.kernel = {3, 3}, .stride = {3, 3}}>;
// clang-format on

constexpr auto net = xn::link<xn::targets::host>(edges);  // plans; wrong shapes do not compile
using Net = decltype(net);
static constexpr auto weights = net.pack();  // in the order the kernels read them, a constant
static Net::arena arena;                     // all the memory of a run, its size known here
static_assert(Net::plan.arena_bytes() <= 512, "some rows of the convolution, nothing else");

int main() {
  std::array<float, 64> image{};  // bright where both row and column are 4 or more
  for (std::size_t y = 4; y < 8; ++y) {
    for (std::size_t x = 4; x < 8; ++x) image[y * 8 + x] = 1;
  }
  std::array<float, 2 * 2 * 2> found;
  net.run(weights, arena, image, found);

  for (std::size_t i = 0; i < 4; ++i) {
    std::printf("field %zu,%zu: vertical %g horizontal %g\n", i / 2, i % 2, double(found[2 * i]),
                double(found[2 * i + 1]));
  }
  // Along an edge a filter sees 1 + 2 + 1 = 4 bright pixels; the corner shows it one.
  const std::array<float, 8> expected = {1, 1, 1, 4, 4, 1, 4, 4};
  return found == expected ? EXIT_SUCCESS : EXIT_FAILURE;
}
