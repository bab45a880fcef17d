// What each class of layers reaches of this core's peak: kernels alone, hot, one thread. The peak
// is that of independent multiply-adds on the widest vectors, measured in the same run.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "../../examples/models/seeded.hpp"
#include "../support/peak.hpp"

namespace xn = xenos;

namespace {

constexpr int vector_bytes = xn::targets::host.vector_bytes;

/// Least seconds of a call, over passes of about a millisecond.
template <class Call>
double least_seconds(const Call& call) {
  using clock = std::chrono::steady_clock;
  const auto seconds = [&](int calls) {
    const auto start = clock::now();
    for (int i = 0; i < calls; ++i) call();
    return std::chrono::duration<double>(clock::now() - start).count();
  };
  const int calls = std::max(1, int(1e-3 / std::max(seconds(1), 1e-7)));
  double least = seconds(calls);
  for (int pass = 1; pass < 60; ++pass) least = std::min(least, seconds(calls));
  return least / calls;
}

/// Cache lines, so that rows begin with one.
struct alignas(64) line {
  float at[16];
};
/// `count` elements, filled with noise.
std::vector<line> some_elements(std::size_t count) {
  models::seeded make(3);
  std::vector<line> made(count / 16 + 2);
  std::memcpy(made.data(), make.values(count, 1).data(), count * sizeof(float));
  return made;
}

double peak = 0;

/// Times the kernel of `Op` followed by relu6 on an image of shape `In`, `Rows` rows a tile.
template <auto Op, xn::shape In, int Rows, auto Order>
void time_layer(const char* name) {
  constexpr xn::shapes in{In};
  constexpr xn::shape out = xn::output_of(Op, in);
  constexpr xn::access reads = xn::access_of(Op, in, 0);
  constexpr int first_row = reads.rows.first(0);
  constexpr int end_row = reads.rows.end(out.height);
  using kernel = typename xn::kernel_for<Op, in, float, vector_bytes>::type;

  models::seeded make(1);
  xn::layer<Order> layer;
  make.fill(layer);
  const xn::weight_list<decltype(layer.weights), decltype(layer.bias)> views(layer.weights,
                                                                             layer.bias);
  const auto packed = std::make_unique<typename kernel::packed>();
  kernel::pack(views, *packed);

  // Rings of as many rows as a tile needs, as in linked stages. Rows outside the image hold noise.
  const int columns = reads.left + In.width + reads.right;
  const auto stride = std::size_t(xn::align_up(columns * In.channels, 16));
  const auto ring = std::size_t(reads.rows.span(Rows));
  const auto image = some_elements(stride * ring);
  std::vector<const float*> rows;
  for (std::size_t row = 0; row < std::size_t(end_row - first_row); ++row) {
    rows.push_back(image.data()->at + row % ring * stride + reads.left * In.channels);
  }
  const auto out_stride = std::size_t(xn::align_up(out.row(), 16));
  auto result = some_elements(out_stride * Rows);
  std::vector<float*> results;
  for (std::size_t row = 0; row < std::size_t(out.height); ++row) {
    results.push_back(result.data()->at + row % Rows * out_stride);
  }

  using relu6 = xn::fused_stage<xn::activation<xn::function::relu6>{}, 1, 0>;
  const xn::epilogue<float, relu6> epilogue(nullptr, nullptr);
  const double seconds = least_seconds([&] {
    for (int row = 0; row < out.height; row += Rows) {
      const float* const* const from[] = {rows.data() + reads.rows.first(row) - first_row};
      const xn::tile<float, float> tile{from, results.data() + row, row,
                                        std::min(Rows, out.height - row), nullptr};
      kernel::run(tile, *packed, views, epilogue);
    }
  });
  const double rate = 2e-9 * double(Op.macs(in)) / seconds;
  std::printf("| %-32s | %4d | %9.2f | %6.1f | %3.0f |\n", name, Rows, 1e6 * seconds, rate,
              100 * rate / peak);
}

template <xn::conv Op, xn::shape In, int Rows = Op.geometry(xn::shapes{In}).rows.out>
void time_conv(const char* name) {
  constexpr xn::ohwi order{Op.out, Op.kernel.height, Op.kernel.width, In.channels};
  time_layer<Op, In, Rows, order>(name);
}
template <int Kernel, int Stride, xn::shape In, int Rows = (In.height + Stride - 1) / Stride>
void time_depthwise(const char* name) {
  constexpr xn::depthwise op{.kernel = {Kernel, Kernel}, .stride = {Stride, Stride}};
  time_layer<op, In, Rows, xn::hwo{Kernel, Kernel, In.channels}>(name);
}
template <int Out, int In>
void time_dense(const char* name) {
  time_layer<xn::fc{.out = Out}, xn::vector(In), 1, xn::oi{Out, In}>(name);
}

constexpr xn::conv pointwise(int out) { return {.out = out}; }
constexpr xn::conv square(int kernel, int out, int stride = 1) {
  return {.out = out, .kernel = {kernel, kernel}, .stride = {stride, stride}};
}

}  // namespace

int main() {
  peak = 2e-9 * bench::register_macs / least_seconds(bench::multiply_registers);
  std::printf("peak of multiply-adds: %.1f GFLOP/s\n\n", peak);
  std::printf("| %-32s | rows | us        | GFLOP/s | %% |\n|---|---|---|---|---|\n", "layer");
  time_conv<square(3, 32, 2), xn::shape{224, 224, 3}, 4>("3x3/2 3->32 224x224");
  time_conv<square(7, 64, 2), xn::shape{224, 224, 3}, 4>("7x7/2 3->64 224x224");
  time_conv<square(3, 8, 2), xn::shape{96, 96, 3}, 4>("3x3/2 3->8 96x96");
  time_conv<square(3, 16), xn::shape{32, 32, 3}, 4>("3x3 3->16 32x32");
  time_conv<xn::conv{.out = 64, .kernel = {10, 4}, .stride = {2, 2}}, xn::shape{49, 10, 1}>(
      "10x4/2 1->64 49x10");
  time_conv<square(3, 16), xn::shape{32, 32, 16}, 4>("3x3 16->16 32x32");
  time_conv<square(3, 32, 2), xn::shape{32, 32, 16}, 4>("3x3/2 16->32 32x32");
  time_conv<square(3, 32), xn::shape{16, 16, 32}>("3x3 32->32 16x16");
  time_conv<square(3, 64), xn::shape{8, 8, 64}>("3x3 64->64 8x8");
  time_conv<square(3, 64), xn::shape{56, 56, 64}, 4>("3x3 64->64 56x56");
  time_conv<square(3, 512), xn::shape{7, 7, 512}>("3x3 512->512 7x7");
  time_conv<pointwise(64), xn::shape{112, 112, 32}, 2>("1x1 32->64 112x112");
  time_conv<pointwise(128), xn::shape{56, 56, 128}, 2>("1x1 128->128 56x56");
  time_conv<pointwise(512), xn::shape{14, 14, 512}>("1x1 512->512 14x14");
  time_conv<pointwise(512), xn::shape{14, 14, 512}, 2>("1x1 512->512 14x14");
  time_conv<pointwise(1024), xn::shape{7, 7, 1024}>("1x1 1024->1024 7x7");
  time_conv<pointwise(144), xn::shape{56, 56, 24}, 2>("1x1 24->144 56x56");
  time_conv<pointwise(24), xn::shape{56, 56, 144}, 2>("1x1 144->24 56x56");
  time_conv<pointwise(16), xn::shape{48, 48, 8}, 2>("1x1 8->16 48x48");
  time_conv<pointwise(64), xn::shape{25, 5, 64}>("1x1 64->64 25x5");
  time_conv<pointwise(64), xn::shape{25, 5, 64}, 2>("1x1 64->64 25x5");
  time_conv<pointwise(128), xn::shape{6, 6, 128}>("1x1 128->128 6x6");
  time_conv<pointwise(256), xn::shape{3, 3, 256}>("1x1 256->256 3x3");
  time_conv<pointwise(33), xn::shape{14, 14, 17}>("1x1 17->33 14x14");
  time_depthwise<3, 1, xn::shape{112, 112, 32}, 4>("depthwise 3x3 112x112x32");
  time_depthwise<3, 1, xn::shape{112, 112, 32}, 2>("depthwise 3x3 112x112x32");
  time_depthwise<3, 1, xn::shape{56, 56, 128}, 4>("depthwise 3x3 56x56x128");
  time_depthwise<3, 1, xn::shape{14, 14, 512}>("depthwise 3x3 14x14x512");
  time_depthwise<3, 2, xn::shape{14, 14, 512}>("depthwise 3x3/2 14x14x512");
  time_depthwise<3, 2, xn::shape{112, 112, 64}, 2>("depthwise 3x3/2 112x112x64");
  time_depthwise<5, 1, xn::shape{14, 14, 96}>("depthwise 5x5 14x14x96");
  time_depthwise<3, 1, xn::shape{48, 48, 8}, 4>("depthwise 3x3 48x48x8");
  time_depthwise<3, 1, xn::shape{25, 5, 64}>("depthwise 3x3 25x5x64");
  time_depthwise<3, 1, xn::shape{6, 6, 128}>("depthwise 3x3 6x6x128");
  time_depthwise<3, 1, xn::shape{3, 3, 256}>("depthwise 3x3 3x3x256");
  time_depthwise<3, 1, xn::shape{14, 14, 17}>("depthwise 3x3 14x14x17");
  time_dense<128, 640>("dense 640->128");
  time_dense<1000, 1024>("dense 1024->1000");
  time_dense<12, 64>("dense 64->12");
}
