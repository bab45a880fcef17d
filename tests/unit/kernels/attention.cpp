#include <support/run.hpp>

#include <catch2/catch.hpp>

#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;

/// Queries, keys and values as inputs of a model.
template <int Steps, int Keys, int Queries, int Values>
constexpr auto three() {
  return xn::fork(xn::input<float, xn::sequence(Steps, Queries)>,
                  xn::input<float, xn::sequence(Keys, Queries), 1>,
                  xn::input<float, xn::sequence(Keys, Values), 2>);
}
template <int Steps, int Keys, int Rows, int Features>
constexpr auto masked() {
  return xn::fork(three<Steps, Keys, Features, Features>(),
                  xn::input<float, xn::sequence(Rows, Keys), 3>);
}

constexpr xn::target cores(int count) {
  xn::target t = xn::targets::host;
  t.cores = count;
  t.barrier_cycles = 1;
  t.exchange_bytes_per_cycle = 1 << 20;
  return t;
}
/// The same on scalars: an instruction set without vectors.
constexpr xn::target scalar = [] {
  xn::target t = xn::targets::host;
  t.vector_bytes = 4;
  return t;
}();

template <class Model>
std::string check_scalar(const Model& model) {
  const auto net = xn::link<scalar>(model);
  const buffers in = random_inputs<std::remove_cvref_t<decltype(net)>>();
  return difference(run_program(net, in), reference_outputs(net, in));
}

/// All policies and tiles give the bits of one core; `split`: in channels it is by heads.
template <class Model>
void check_plans(const Model& model) {
  using net = decltype(xn::link<xn::targets::host>(model));
  const buffers in = random_inputs<net>();
  const buffers want = run_model<xn::targets::host>(model, in);
  constexpr xn::planning rows{.tile = 5};
  CHECK(same_bits(run_model<xn::targets::host, rows>(model, in), want));
  CHECK(same_bits(run_model<cores(3), xn::split::rows>(model, in), want));
  CHECK(same_bits(run_model<cores(2), xn::split::output_channels>(model, in), want));
}

}  // namespace

TEST_CASE("attention agrees with its definition", "[attention]") {
  using attributes = xn::attention_attributes;
  const auto one = three<5, 5, 4, 4>() | xn::attention<>;
  CHECK(check_model(one) == "");
  const auto odd = three<37, 53, 21, 15>() | xn::attention<attributes{.heads = 3}> | xn::relu;
  CHECK(check_model(odd) == "");
  CHECK(check_scalar(odd) == "");
  CHECK(check_model(three<1, 33, 16, 96>() | xn::attention<attributes{.heads = 2, .scale = 2}>) ==
        "");
  const auto causal =
      three<37, 37, 32, 40>() | xn::attention<attributes{.heads = 2, .causal = true}>;
  CHECK(check_model(causal) == "");
  const auto window =
      three<71, 71, 16, 34>() | xn::attention<attributes{.heads = 2, .causal = true, .window = 9}>;
  CHECK(check_model(window) == "");
  CHECK(check_scalar(window) == "");
  CHECK(check_model(three<9, 9, 3, 5>() | xn::attention<attributes{.causal = true, .window = 1}>) ==
        "");
}

TEST_CASE("attention with masks", "[attention]") {
  constexpr xn::attention_attributes op{.heads = 2, .mask = true};
  constexpr xn::attention_attributes causal{.heads = 2, .causal = true, .window = 6, .mask = true};
  CHECK(check_model(masked<19, 21, 19, 8>() | xn::attention<op>) == "");
  CHECK(check_model(masked<19, 19, 19, 8>() | xn::attention<causal>) == "");
  CHECK(check_model(masked<20, 20, 1, 8>() | xn::attention<causal>) == "");

  const auto padded = masked<19, 21, 1, 8>() | xn::attention<op>;
  buffers in = random_inputs<decltype(xn::link<xn::targets::host>(padded))>();
  for (std::size_t k = 0; k < 21; ++k) {
    in[3][k] = k < 13 ? 0 : -std::numeric_limits<float>::infinity();
  }
  CHECK(check_model(padded, in) == "");
  // What keys beyond hold does not matter.
  const buffers want = run_model<xn::targets::host>(padded, in);
  for (std::size_t i = 13 * 8; i < 21 * 8; ++i) in[1][i] = in[2][i] = 1e30F;
  CHECK(same_bits(run_model<xn::targets::host>(padded, in), want));
  // No key is left: zeros.
  for (float& value : in[3]) value = -std::numeric_limits<float>::infinity();
  CHECK(check_model(padded, in) == "");
  CHECK(run_model<xn::targets::host>(padded, in)[0][7] == 0);
}

TEST_CASE("large scores do not overflow, NaN propagates, but not from the future", "[attention]") {
  constexpr xn::attention_attributes op{.heads = 2, .causal = true};
  const auto model = three<40, 40, 8, 8>() | xn::attention<op>;
  buffers in = random_inputs<decltype(xn::link<xn::targets::host>(model))>();
  for (float& value : in[0]) value *= 1e4F;
  CHECK(check_model(model, in) == "");
  const buffers clean = run_model<xn::targets::host>(model, in);
  in[1][30 * 8] = in[2][30 * 8 + 5] = std::numeric_limits<float>::quiet_NaN();
  CHECK(check_model(model, in) == "");
  const buffers dirty = run_model<xn::targets::host>(model, in);
  CHECK(std::equal(clean[0].begin(), clean[0].begin() + 30 * 8, dirty[0].begin()));
  CHECK(std::isnan(dirty[0][30 * 8]));
}

TEST_CASE("plans change nothing of an attention", "[attention]") {
  check_plans(three<21, 33, 64, 64>() | xn::attention<xn::attention_attributes{.heads = 4}>);
  check_plans(xn::input<float, xn::sequence(21, 7)> |
              xn::fork(some_dense<64, 7>(), some_dense<64, 7>(1), some_dense<64, 7>(2)) |
              xn::attention<xn::attention_attributes{.heads = 4, .causal = true}>);
}

TEST_CASE("shares of channels are heads", "[attention]") {
  constexpr xn::attention_attributes op{.heads = 4};
  using net = decltype(xn::link<cores(2), xn::split::output_channels>(three<9, 11, 64, 64>() |
                                                                      xn::attention<op>));
  static_assert(net::plan.segments[net::plan.segment_count - 1].split.channels == 2);
  using odd = decltype(xn::link<cores(3), xn::split::output_channels>(
      three<9, 11, 64, 64>() | xn::attention<op> | xn::relu));
  static_assert(odd::plan.segments[odd::plan.segment_count - 1].channel_block == 16);
  const auto model = three<9, 11, 64, 64>() | xn::attention<op> | xn::relu;
  const buffers in = random_inputs<odd>();
  CHECK(same_bits(run_model<cores(3), xn::split::output_channels>(model, in),
                  run_model<xn::targets::host>(model, in)));
}

TEST_CASE("a block of queries keeps its scores only", "[attention]") {
  using net = decltype(xn::link<xn::targets::host>(
      three<512, 512, 64, 64>() | xn::attention<xn::attention_attributes{.heads = 4}>));
  static_assert(net::plan.arena_bytes() <= 32 * (512 + 16) * 4);
}

TEST_CASE("products of streams agree with their definition", "[matmul]") {
  using attributes = xn::matmul_attributes;
  const auto plain =
      xn::fork(xn::input<float, xn::hwc{9, 3, 7}>, xn::input<float, xn::hwc{7, 3, 21}, 1>) |
      xn::matmul<> | xn::tanh;
  CHECK(check_model(plain) == "");
  CHECK(check_scalar(plain) == "");
  const auto right =
      xn::fork(xn::input<float, xn::hwc{39, 2, 7}>, xn::input<float, xn::hwc{77, 2, 7}, 1>) |
      xn::matmul<attributes{.transpose_b = true}> | xn::tanh;
  CHECK(check_model(right) == "");
  CHECK(check_scalar(right) == "");
  CHECK(check_model(
            xn::fork(xn::input<float, xn::hwc{7, 3, 39}>, xn::input<float, xn::hwc{7, 3, 32}, 1>) |
            xn::matmul<attributes{.transpose_a = true}>) == "");
  CHECK(check_model(
            xn::fork(xn::input<float, xn::hwc{7, 1, 39}>, xn::input<float, xn::hwc{79, 1, 7}, 1>) |
            xn::matmul<attributes{true, true}>) == "");
  const buffers in = random_inputs<decltype(xn::link<xn::targets::host>(right))>();
  const buffers want = run_model<xn::targets::host>(right, in);
  CHECK(same_bits(run_model<cores(2), xn::split::rows>(right, in), want));
  CHECK(same_bits(run_model<cores(2), xn::split::columns>(right, in), want));
  CHECK(same_bits(run_model<cores(3), xn::split::output_channels>(right, in), want));
  const buffers others = random_inputs<decltype(xn::link<xn::targets::host>(plain))>();
  const buffers made = run_model<xn::targets::host>(plain, others);
  CHECK(same_bits(run_model<cores(3), xn::split::columns>(plain, others), made));
  CHECK(same_bits(run_model<cores(2), xn::split::output_channels>(plain, others), made));
}

TEST_CASE("attention of products is attention", "[matmul]") {
  constexpr auto heads = xn::reshape<xn::hwc{12, 2, 8}>;
  const auto scores = xn::fork(xn::input<float, xn::sequence(12, 16)> | heads,
                               xn::input<float, xn::sequence(12, 16), 1> | heads) |
                      xn::matmul<xn::matmul_attributes{.transpose_b = true}> | xn::softmax;
  const auto by_products = xn::fork(scores, xn::input<float, xn::sequence(12, 16), 2> | heads) |
                           xn::matmul<> | xn::reshape<xn::sequence(12, 16)>;
  const auto at_once =
      three<12, 12, 16, 16>() | xn::attention<xn::attention_attributes{.heads = 2, .scale = 1}>;
  const buffers in = random_inputs<decltype(xn::link<xn::targets::host>(at_once))>();
  const buffers want = run_model<xn::targets::host>(at_once, in);
  const tensor wide(want[0].begin(), want[0].end());
  CHECK(difference(run_model<xn::targets::host>(by_products, in)[0], wide) == "");
}
