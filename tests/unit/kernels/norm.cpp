#include <support/run.hpp>

#include <catch2/catch.hpp>
#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("softmax over the channels of each pixel", "[softmax]") {
  CHECK(check_model(xn::input<float, xn::hwc{4, 5, 17}> | xn::softmax) == "");
  CHECK(check_model(xn::input<float, xn::vector(1)> | xn::softmax) == "");
  CHECK(check_model(xn::input<float, xn::vector(1000)> | xn::softmax | xn::relu) == "");
  constexpr xn::softmax_attributes sharp{.beta = 3};
  CHECK(check_model(xn::input<float, xn::hwc{3, 2, 4}> | xn::stage_of<sharp>()) == "");
}

TEST_CASE("softmax of large values, infinities and NaN", "[softmax]") {
  const auto model = xn::input<float, xn::hwc{8, 1, 4}> | xn::softmax;
  const buffers in{{1e4F,
                    1e4F,
                    -1e4F,
                    9990.0F,  //
                    -1e5F,
                    -1e5F,
                    -1e5F,
                    -1e5F,  //
                    3e38F,
                    -3e38F,
                    0,
                    1,  //
                    88.0F,
                    89.0F,
                    90.0F,
                    100.0F,  //
                    -inf,
                    1,
                    2,
                    3,  //
                    inf,
                    1,
                    2,
                    3,  //
                    not_a_number,
                    1,
                    2,
                    3,  //
                    1,
                    2,
                    3,
                    not_a_number}};
  CHECK(check_model(model, in) == "");
  const buffers out = run_model<xn::targets::host>(model, in);
  for (const std::size_t i : {24U, 25U, 27U, 28U, 30U, 31U}) CHECK(std::isnan(out[0][i]));
}

TEST_CASE("layer and RMS normalisation by hand", "[norm]") {
  constexpr auto row = xn::input<float, xn::sequence(2, 4)>;
  static constexpr float gamma[4] = {1, 2, 1, 3};
  static constexpr float beta[4] = {0, 10, 0, -1};
  constexpr xn::channel_weights<float, 4> factors(gamma);
  constexpr xn::channel_weights<float, 4> terms(beta);
  const buffers in{{1, 2, 3, 4, -2, 2, -2, 2}};
  const auto made = [&](const auto& model) { return run_model<xn::targets::host>(model, in); };
  // mean 2.5, variance 1.25; mean 0, variance 4
  constexpr float a = 1.34163542F;
  constexpr float b = 0.44721181F;
  constexpr float c = 0.99999875F;
  CHECK(difference(made(row | xn::layer_norm<>()), {{-a, -b, b, a, -c, c, -c, c}}, 1e-6) == "");
  CHECK(difference(made(row | xn::layer_norm<>(factors, terms)),
                   {{-a, 10 - 2 * b, b, 3 * a - 1, -c, 10 + 2 * c, -c, 3 * c - 1}}, 1e-6) == "");
  // mean of squares 7.5; 4
  constexpr float d = 0.36514813F;
  CHECK(difference(made(row | xn::rms_norm<>(factors)),
                   {{d, 4 * d, 3 * d, 12 * d, -c, 2 * c, -c, 3 * c}}, 1e-6) == "");
  constexpr xn::rms_norm_attributes coarse{.epsilon = 5};
  CHECK(difference(made(row | xn::rms_norm<coarse>()),
                   {{0.28284271, 0.56568542, 0.84852814, 1.13137085, -2.0 / 3, 2.0 / 3, -2.0 / 3,
                     2.0 / 3}},
                   1e-6) == "");
}

TEST_CASE("normalisation of images, its tails and followers", "[norm]") {
  CHECK(check_model(xn::input<float, xn::hwc{3, 4, 7}> | some_layer_norm<7>() | xn::tanh |
                    some_rms_norm<7>(2)) == "");
  CHECK(check_model(xn::input<float, xn::sequence(3, 150)> | some_layer_norm<150>() | xn::gelu |
                    xn::rms_norm<>() | some_batch_norm<150>()) == "");
  CHECK(check_model(xn::input<float, xn::vector(1)> | some_layer_norm<1>()) == "");
}

TEST_CASE("the variance of large values that differ little", "[norm]") {
  buffers in{{}};
  for (int i = 0; i < 40; ++i) in[0].push_back(static_cast<float>(10000 + i % 8));
  CHECK(check_model(xn::input<float, xn::sequence(1, 40)> | xn::layer_norm<>(), in) == "");
}

TEST_CASE("group normalisation by hand", "[norm]") {
  constexpr auto image = xn::input<float, xn::hwc{2, 1, 4}>;
  const buffers in{{1, 3, 1, 10, 5, 7, 1, 14}};
  static constexpr float gamma[4] = {1, 2, 1, 1};
  static constexpr float beta[4] = {0, 0, 5, 0};
  constexpr xn::channel_weights<float, 4> factors(gamma);
  constexpr xn::channel_weights<float, 4> terms(beta);
  constexpr xn::group_norm_attributes pairs{.groups = 2, .epsilon = 0};
  // means 4 and 6.5, variances 5 and 32.25
  const auto a = [](double x) { return (x - 4) / std::sqrt(5.0); };
  const auto b = [](double x) { return (x - 6.5) / std::sqrt(32.25); };
  CHECK(difference(run_model<xn::targets::host>(image | xn::group_norm<pairs>(factors, terms), in),
                   {{a(1), 2 * a(3), b(1) + 5, b(10), a(5), 2 * a(7), b(1) + 5, b(14)}},
                   1e-6) == "");
  constexpr xn::group_norm_attributes each{.groups = 4, .epsilon = 0.25};
  const double c = 2 / std::sqrt(4.25);  // of an instance: means 3, 5, 1, 12; variances 4, 4, 0, 4
  CHECK(difference(run_model<xn::targets::host>(image | xn::group_norm<each>(), in),
                   {{-c, -c, 0, -c, c, c, 0, c}}, 1e-6) == "");
}

TEST_CASE("group normalisation of images, in all plans", "[norm]") {
  constexpr xn::group_norm_attributes three{.groups = 3};
  const auto model = xn::input<float, xn::hwc{6, 5, 18}> | xn::sigmoid |
                     xn::group_norm<three>(some_scales<18>(), some_weights<xn::per_channel{18}>()) |
                     xn::relu;
  CHECK(check_model(model) == "");
  // Cores share the rows, and the image does not fit the scratchpad.
  constexpr xn::target cores = [] {
    xn::target t = xn::targets::host.with_cores(2).with_scratchpad(1536);
    t.barrier_cycles = t.step_cycles = 10;
    return t;
  }();
  using net = decltype(xn::link<cores, xn::split::rows>(model));
  static_assert(net::plan.cores == 2 && net::plan.memory_bytes > 0);
  const buffers in = random_inputs<net>();
  CHECK(same_bits(run_model<cores, xn::split::rows>(model, in),
                  run_model<xn::targets::host>(model, in)));
  // And its columns.
  const auto wide = xn::input<float, xn::hwc{4, 9, 18}> | xn::softmax | some_layer_norm<18>() |
                    xn::reverse_rows | xn::unlink | some_rms_norm<18>(1) | xn::group_norm<three>();
  using wide_net = decltype(xn::link<cores, xn::split::columns>(wide));
  static_assert(wide_net::plan.segments[0].split.columns == 2);
  const buffers wider = random_inputs<wide_net>();
  CHECK(check_model(wide, wider) == "");
  CHECK(same_bits(run_model<cores, xn::split::columns>(wide, wider),
                  run_model<xn::targets::host>(wide, wider)));
  // The moments of large values that differ little.
  constexpr xn::group_norm_attributes one{.groups = 1};
  buffers large{{}};
  for (int i = 0; i < 64; ++i) large[0].push_back(static_cast<float>(10000 + i % 8));
  CHECK(check_model(xn::input<float, xn::hwc{4, 4, 4}> | xn::group_norm<one>(), large) == "");
}

TEST_CASE("normalisation of infinity and NaN, and of what has no variance", "[norm]") {
  const buffers in{{inf, 1, 2, 3, 1, 2, not_a_number, 3, 5, 5, 5, 5, 0, 0, 0, 0, 1, 2, 3, 4}};
  const auto layer = xn::input<float, xn::sequence(5, 4)> | xn::layer_norm<>();
  CHECK(check_model(layer, in) == "");
  CHECK(check_model(xn::input<float, xn::sequence(5, 4)> | xn::rms_norm<>(), in) == "");
  const buffers out = run_model<xn::targets::host>(layer, in);
  for (const std::size_t i : {0U, 1U, 4U, 6U}) CHECK(std::isnan(out[0][i]));
  for (const std::size_t i : {8U, 12U}) CHECK(out[0][i] == 0);
}
