// Models that are no chain: residual blocks, forks that join, taps, several outputs and inputs,
// cuts.
//
// Each model runs linked, and once more with nothing fused or linked; the results are equal to the
// bit. Shapes and the wiring are checked at compile time: a wrong one does not compile.
#include <array>
#include <cstdio>
#include <cstdlib>

#include <xenos/xenos.hpp>

#include "support/values.hpp"

namespace xn = xenos;

namespace {

constexpr auto numbers = support::values<3 * 3 * 8 * 8>(1, 0.2F);

/// A convolution whose weights are the first of `numbers`. A part of a model is a function.
template <int In, int Out, int Kernel = 3, int Stride = 1, int Dilation = 1>
constexpr auto conv() {
  constexpr xn::conv attributes{.out = Out,
                                .kernel = {Kernel, Kernel},
                                .stride = {Stride, Stride},
                                .dilation = {Dilation, Dilation}};
  return xn::conv2d<attributes>(
      xn::weights<float, xn::ohwi{Out, Kernel, Kernel, In}>(numbers.data()));
}

constexpr auto image = xn::input<float, xn::hwc{16, 16, 4}>;

// clang-format off

/// input + body(input), then shortcut(input) + body(input) where the body changes the shape.
constexpr auto with_residuals = image
    | xn::residual(conv<4, 4>() | xn::relu | conv<4, 4>()) | xn::relu
    | xn::residual(conv<4, 8, 3, 2>() | xn::relu | conv<8, 8>(),
                   conv<4, 8, 1, 2>()) | xn::relu;

/// Branches of different kernels, their channels side by side: 2 + 4 + 2.
constexpr auto with_branches = image
    | xn::fork(conv<4, 2, 1>() | xn::relu,
               conv<4, 4, 3>() | xn::relu,
               xn::max_pool2d<xn::max_pool{.kernel = {3, 3}, .padding = xn::same}> | conv<4, 2, 1>())
    | xn::concat;

/// A skip as in a U-Net: a stream is named where it is made and read again further on. `identity` is
/// the stream that reaches the fork.
constexpr auto with_taps = image
    | conv<4, 4>() | xn::relu | xn::tap<"early">
    | conv<4, 8, 3, 1, 2>() | xn::relu
    | conv<8, 4, 3, 1, 4>() | xn::relu
    | xn::fork(xn::identity, xn::from<"early">) | xn::concat
    | conv<8, 4, 1>();

/// One backbone, two results.
constexpr auto with_two_outputs = image
    | conv<4, 8, 3, 2>() | xn::relu
    | xn::outputs(xn::global_average_pool | xn::flatten | xn::softmax,
                  conv<8, 1, 1>() | xn::sigmoid);

/// Two inputs, numbered in the order in which `run` takes them.
constexpr auto with_two_inputs =
    xn::fork(xn::input<float, xn::hwc{16, 16, 4}, 0> | conv<4, 8>(),
             xn::input<float, xn::hwc{16, 16, 4}, 1> | conv<4, 8, 1>())
    | xn::add | xn::relu
    | conv<8, 4>();

/// Two convolutions that would be linked, cut apart.
constexpr auto with_a_cut = image | conv<4, 8>() | xn::relu | xn::unlink | conv<8, 4>();

// clang-format on

constexpr auto host = xn::targets::host;
constexpr auto in0 = support::values<16 * 16 * 4>(2);
constexpr auto in1 = support::values<16 * 16 * 4>(3);

template <class Net, class... Buffers>
void run(const Net& net, Buffers&... buffers) {
  static typename Net::weights weights;
  static typename Net::arena arena;
  net.pack(weights);
  net.run(weights, arena, buffers...);
}

/// Runs `model` linked and unlinked on buffers of which the last `Elements` are outputs.
template <int Elements, class Expression>
bool same_results(const char* name, const Expression& model, const auto&... inputs) {
  const auto linked = xn::link<host>(model);
  const auto apart = xn::link<host, xn::planning{.fuse = false, .link = false}>(model);
  using Net = decltype(linked);
  using Apart = decltype(apart);
  static_assert(xn::verify(Net::records, Net::on, Net::plan).what == xn::flaw::none);

  std::array<float, Elements> result;
  std::array<float, Elements> expected;
  run(linked, inputs..., result);
  run(apart, inputs..., expected);
  const bool same = result == expected;
  std::printf(
      "%-12s %2d units in %2d segment(s), %5d bytes moved; apart %2d segments, %6d; results %s\n",
      name, Net::plan.unit_count, Net::plan.segment_count, int(Net::plan.moved_bytes),
      Apart::plan.segment_count, int(Apart::plan.moved_bytes), same ? "equal" : "DIFFER");
  return same;
}

bool two_outputs() {
  const auto net = xn::link<host>(with_two_outputs);
  std::array<float, 8> classes;
  std::array<float, 8 * 8> mask;
  run(net, in0, classes, mask);  // inputs first, then outputs
  float sum = 0;
  for (const float score : classes) sum += score;
  std::printf("%-12s 8 classes that sum to %.6f, an 8 x 8 mask from %.3f on\n", "two outputs",
              double(sum), double(mask[0]));
  return sum > 0.99999F && sum < 1.00001F && mask[0] > 0 && mask[0] < 1;
}

}  // namespace

int main() {
  bool good = same_results<8 * 8 * 8>("residuals", with_residuals, in0);
  good = same_results<16 * 16 * 8>("branches", with_branches, in0) && good;
  good = same_results<16 * 16 * 4>("taps", with_taps, in0) && good;
  good = two_outputs() && good;
  good = same_results<16 * 16 * 4>("two inputs", with_two_inputs, in0, in1) && good;

  using Cut = decltype(xn::link<host>(with_a_cut));
  static_assert(Cut::plan.segment_count == 2);
  static_assert(Cut::plan.units[1].why == xn::cut::asked);
  std::printf("%-12s %d segments, the first ends because the model asks for it\n", "a cut",
              Cut::plan.segment_count);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
