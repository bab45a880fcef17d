// Models of int8 as programs: streams, parameters brought, constants.
#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <support/quantised.hpp>
#include <xenos/xenos.hpp>

namespace xn = xenos;

namespace {

using xenos_test::random_integers;
using xenos_test::random_layer;
using xn::quantisation;
using integers = std::vector<std::int8_t>;

struct layers {
  random_layer<xn::hwo{5, 3, 6}> around;
  random_layer<xn::ohwi{5, 3, 3, 6}> second;
};

/// Rows outside the image before and behind it, zero points that differ, and a part in float.
template <int Height>
auto model(const layers& w) {
  return xn::input<std::int8_t, xn::hwc{Height, 4, 6}, quantisation{0.02F, 17}> |
         xn::depthwise2d<xn::depthwise{.kernel = {5, 3}, .to = {0.05F, -40}}>(w.around.views()) |
         xn::relu | xn::dequantize | xn::tanh | xn::quantize<quantisation{1.0F / 128, 3}> |
         xn::conv2d<xn::conv{.out = 5, .kernel = {3, 3}, .to = {0.02F, 5}}>(w.second.views());
}

template <class Net, class Run>
integers run_image(const Net& net, const integers& input, const Run& run) {
  integers output(std::size_t(Net::records[Net::size - 1].out.elements()));
  const auto weights = std::make_unique<typename Net::weights>();
  net.pack(*weights);
  const auto arena = std::make_unique<typename Net::arena>();
  run(*weights, *arena, typename Net::template input_buffer<>(input),
      typename Net::template output_buffer<>(output));
  return output;
}

/// Pushes `input` row by row; all rows that come out.
template <class Live>
integers stream_rows(const Live& live, const integers& input, std::size_t row) {
  const auto weights = std::make_unique<typename Live::weights>();
  live.pack(*weights);
  const auto state = std::make_unique<typename Live::state>();
  const auto scratch = std::make_unique<typename Live::scratch>();
  std::memset(scratch->bytes, 0x5a, sizeof scratch->bytes);
  std::memset(state->rings, 0x5a, sizeof state->rings);
  integers rows;
  const auto sink = [&](std::span<const std::int8_t> made) {
    rows.insert(rows.end(), made.begin(), made.end());
  };
  for (std::size_t at = 0; at < input.size(); at += row) {
    REQUIRE(live.push(*weights, *state, *scratch,
                      std::span<const std::int8_t>(input).subspan(at, row), sink));
  }
  REQUIRE(live.finish(*weights, *state, *scratch, sink));
  return rows;
}

/// Rows that lie between two of the input, the last of them behind its end.
struct upsampling {
  random_layer<xn::ohwi{5, 3, 2, 2}> spread;
  template <int Height>
  [[nodiscard]] auto model() const {
    return xn::input<std::int8_t, xn::hwc{Height, 3, 2}, quantisation{0.02F, 17}> | xn::tanh |
           xn::resize_bilinear<xn::bilinear{{2, 3}}> |
           xn::transposed_conv2d<xn::transposed_conv{
               .out = 5, .kernel = {3, 2}, .stride = {2, 1}, .to = {0.1F, -7}}>(spread.views()) |
           xn::reduce_mean<xn::axes{.columns = true}> | xn::hard_swish_to<quantisation{0.05F, 3}>;
  }
};

constexpr std::int8_t filter[] = {1, -2, 3, 4};
constexpr float scales[] = {0.5F, 2.0F};
constexpr std::int32_t bias[] = {100, -100};
constexpr xn::quantised_layer<xn::ohwi{2, 1, 1, 2}> constant{filter, scales, bias};
constexpr auto program = xn::link<xn::targets::generic>(
    xn::input<std::int8_t, xn::hwc{1, 1, 2}, quantisation{1.0F, 10}> |
    xn::conv2d<xn::conv{.out = 2, .to = {4.0F, 0}}>(constant));
constexpr auto packed = program.pack();

}  // namespace

TEST_CASE("parameters of int8 are packed at compile time") {
  decltype(program)::arena arena;
  const std::int8_t in[] = {12, 9};
  std::int8_t out[2];
  program.run(packed, arena, in, out);
  CHECK(int(out[0]) == 13);   // (100 + 2 * 1 - 1 * -2) / 8
  CHECK(int(out[1]) == -49);  // (-100 + 2 * 3 - 1 * 4) / 2
}

TEST_CASE("a stream of int8 gives the rows of the image") {
  constexpr int height = 23;
  const layers w;
  const auto input = random_integers<std::int8_t>(std::size_t{height} * 4 * 6);
  const auto net = xn::link<xn::targets::host>(model<height>(w));
  const integers image = run_image(net, input, [&](auto& weights, auto& arena, auto in, auto out) {
    net.run(weights, arena, in, out);
  });
  CHECK(stream_rows(xn::stream<xn::targets::host>(model<xn::unbounded>(w)), input, 24) == image);
}

TEST_CASE("what the compiler tabulates and what changes rows streams as well") {
  constexpr int height = 11;
  const auto input = random_integers<std::int8_t>(std::size_t{height} * 3 * 2);
  const upsampling w;
  const auto net = xn::link<xn::targets::host>(w.model<height>());
  const integers image = run_image(net, input, [&](auto& weights, auto& arena, auto in, auto out) {
    net.run(weights, arena, in, out);
  });
  CHECK(stream_rows(xn::stream<xn::targets::host>(w.model<xn::unbounded>()), input, 6) == image);
}

TEST_CASE("parameters of int8 that a transport brings") {
  constexpr auto bringing = [] {
    auto t = xn::targets::host;
    t.parameters_in_place = false;
    return t;
  }();
  const layers w;
  const auto input = random_integers<std::int8_t>(std::size_t{9} * 4 * 6);
  const auto net = xn::link<xn::targets::host>(model<9>(w));
  const auto brought = xn::link<bringing>(model<9>(w));
  xn::copy_transport by;
  const auto in_place = [&](auto& weights, auto& arena, auto in, auto out) {
    net.run(weights, arena, in, out);
  };
  const auto in_rounds = [&](auto& weights, auto& arena, auto in, auto out) {
    REQUIRE(brought.run_with(by, weights, arena, in, out));
  };
  CHECK(run_image(net, input, in_place) == run_image(brought, input, in_rounds));
}
