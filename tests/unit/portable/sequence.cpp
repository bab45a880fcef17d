#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

constexpr auto steps = xn::input<float, xn::sequence(20, 6)>;

}  // namespace

TEST_CASE("convolutions over sequences, in every storage order", "[sequence]") {
  constexpr xn::conv_1d op{.out = 9, .kernel = 3, .stride = 2, .dilation = 2};
  const auto bias = some_weights<xn::per_channel{9}>(5);
  CHECK(check_model(steps | xn::conv1d<op>(some_weights<xn::oki{9, 3, 6}>(), bias) | xn::relu) ==
        "");
  CHECK(check_model(steps | xn::conv1d<op>(some_weights<xn::oik{9, 6, 3}>())) == "");
  CHECK(check_model(steps | xn::conv1d<op>(some_weights<xn::kio{3, 6, 9}>())) == "");
  CHECK(check_model(steps | xn::conv1d<op>(some_weights<xn::ohwi{9, 3, 1, 6}>())) == "");
  constexpr xn::conv_1d groups{.out = 4, .kernel = 5, .groups = 2, .padding = xn::pads(3, 1)};
  CHECK(check_model(steps | xn::conv1d<groups>(some_weights<xn::oki{4, 5, 3}>(2))) == "");
}

TEST_CASE("depthwise convolutions and pools over sequences", "[sequence]") {
  constexpr xn::depthwise_1d op{.kernel = 4, .multiplier = 2, .padding = xn::causal};
  CHECK(check_model(steps | xn::depthwise1d<op>(some_weights<xn::ko{4, 12}>())) == "");
  CHECK(check_model(steps | xn::depthwise1d<op>(some_weights<xn::ok{12, 4}>(2)) | xn::tanh) == "");
  CHECK(check_model(steps | xn::average_pool1d<xn::pool_1d{.kernel = 3, .stride = 2}> |
                    xn::max_pool1d<xn::pool_1d{.kernel = 2, .padding = xn::same}>) == "");
}

TEST_CASE("a network over a sequence is what its two-dimensional form is", "[sequence]") {
  static const xn::layer<xn::oki{8, 3, 6}> weights{some_weights<xn::oki{8, 3, 6}>(),
                                                   some_weights<xn::per_channel{8}>(1)};
  const auto one =
      steps | xn::conv1d<xn::conv_1d{.out = 8, .kernel = 3, .padding = xn::causal}>(weights);
  const auto two =
      steps | xn::conv2d<xn::conv{.out = 8, .kernel = {3, 1}, .padding = xn::causal}>(weights);
  using net = decltype(xn::link<xn::targets::host>(one));
  const buffers in = random_inputs<net>();
  CHECK(same_bits(run_model<xn::targets::host>(one, in), run_model<xn::targets::host>(two, in)));
}
