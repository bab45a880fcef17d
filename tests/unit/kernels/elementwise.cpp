#include <support/run.hpp>

#include <catch2/catch.hpp>
#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

// Limits of the functions, large values of both signs, and what is no number.
const buffers odd_values{{-0.0F, 0.0F,   -1.0F,  1.0F,  6.0F,  7.0F,  -3.0F,        3.0F,
                          2.5F,  -2.5F,  -4.0F,  1e-8F, 1e30F, -1e4F, 90.0F,        -90.0F,
                          1e3F,  -50.0F, 1e-30F, 0.5F,  inf,   -inf,  not_a_number, 5.999F}};
constexpr auto start = xn::input<float, xn::hwc{3, 2, 4}>;

template <class Stage>
void check_function(Stage stage) {
  CHECK(check_model(start | stage, odd_values) == "");  // a kernel of its own
  CHECK(check_fused(start | xn::pad<xn::zero_pad{}> | stage, odd_values) == "");  // an epilogue
}

constexpr xn::conv one{.out = 5};
auto branch(unsigned salt) { return some_conv<one, 3>(salt); }

/// A join of some branches: the accumulator is its first, a middle or its last operand.
template <class Join, class... Branches>
void check_join(Join join, Branches... branches) {
  CHECK(check_model(xn::input<float, xn::hwc{4, 3, 3}> | xn::fork(branches...) | join) == "");
}

}  // namespace

TEST_CASE("activations, with NaN and infinity", "[activation]") {
  check_function(xn::relu);
  check_function(xn::relu6);
  check_function(xn::relu_n1_to_1);
  check_function(xn::leaky_relu<xn::slope{0.2F}>);
  check_function(xn::sigmoid);
  check_function(xn::tanh);
  check_function(xn::hard_swish);
  check_function(xn::gelu);
  check_function(xn::gelu_tanh);
}

TEST_CASE("NaN is not lost in chains and joins", "[activation]") {
  const auto model = start | xn::relu | xn::tap<"a"> | xn::relu6 | xn::tanh |
                     xn::fork(xn::identity, xn::from<"a">) | xn::add | xn::relu_n1_to_1;
  CHECK(check_model(model, odd_values) == "");
}

TEST_CASE("batch normalisation folded, fused and on its own", "[batch_norm]") {
  constexpr auto in = xn::input<float, xn::hwc{5, 4, 7}>;
  constexpr xn::conv op{.out = 17, .kernel = {3, 3}};
  CHECK(check_model(in | some_conv<op, 7>() | some_batch_norm<17>()) == "");
  CHECK(check_model(in | xn::conv2d<op>(some_weights<xn::ohwi{17, 3, 3, 7}>()) |
                    some_batch_norm<17>() | xn::relu) == "");
  CHECK(check_model(in | some_conv<op, 7>() | xn::relu | some_batch_norm<17>() |
                    some_batch_norm<17>(9)) == "");
  CHECK(check_model(in | some_batch_norm<7>() | xn::tanh) == "");
  CHECK(check_model(in | some_depthwise<xn::depthwise{.kernel = {3, 3}, .multiplier = 2}, 7>() |
                    some_batch_norm<14>()) == "");
  CHECK(check_model(in | xn::flatten | some_dense<9, 140>() | some_batch_norm<9>() |
                    some_batch_norm<9>(5)) == "");
  // A cut between keeps it from being folded.
  CHECK(check_model(in | some_conv<op, 7>() | xn::unlink | some_batch_norm<17>()) == "");
}

TEST_CASE("PReLU fused and on its own, with NaN and infinity", "[prelu]") {
  check_function(some_prelu<4>());
  constexpr auto in = xn::input<float, xn::hwc{5, 4, 7}>;
  constexpr xn::conv op{.out = 17, .kernel = {3, 3}};
  CHECK(check_model(in | some_prelu<7>() | some_conv<op, 7>() | some_prelu<17>(1)) == "");
  // One coefficient, then two, then one: each finds its own.
  CHECK(check_model(in | some_conv<op, 7>() | some_batch_norm<17>() | some_prelu<17>(3) |
                    some_batch_norm<17>(5) | some_prelu<17>(7)) == "");
  CHECK(check_model(in | xn::fork(some_conv<op, 7>() | some_prelu<17>(2), some_conv<op, 7>(3)) |
                    xn::add | some_prelu<17>(4) | xn::tanh) == "");
}

TEST_CASE("sums and products with constants, fused and on their own", "[constant]") {
  const auto first = some_weights<xn::per_channel{7}>(1);
  const auto second = some_weights<xn::per_channel{17}>(2);
  CHECK(check_model(xn::input<float, xn::hwc{5, 4, 7}> | xn::add_constant(first) |
                    xn::mul_constant(first) | some_conv<xn::conv{.out = 17}, 7>() |
                    xn::mul_constant(second) | xn::relu | xn::add_constant(second)) == "");
}

TEST_CASE("add and mul of two to four streams", "[join]") {
  const auto late = some_conv<one, 3>(7) | xn::tanh;
  check_join(xn::add, branch(0), late);
  check_join(xn::mul, late, branch(1) | xn::unlink);
  check_join(xn::add, branch(0) | xn::unlink, branch(1) | xn::unlink, late);
  check_join(xn::mul, branch(0) | xn::unlink, late, branch(1) | xn::unlink);
  check_join(xn::add, late, branch(0) | xn::unlink, branch(1) | xn::unlink);
  check_join(xn::mul, branch(0) | xn::unlink, late, branch(1), branch(2) | xn::unlink);
  check_join(xn::add, branch(0), branch(1), late, branch(2) | xn::unlink);
}

TEST_CASE("differences, quotients, extremes and multiply-accumulate by hand", "[join]") {
  const buffers in{{6, -2, 0, inf}, {4, 8, -1, 2}, {1, 0, 5, -3}};
  constexpr auto a = xn::input<float, xn::vector(4), 0>;
  constexpr auto b = xn::input<float, xn::vector(4), 1>;
  constexpr auto c = xn::input<float, xn::vector(4), 2>;
  const buffers two{in[0], in[1]};
  const auto of_two = [&](auto join) {
    return run_model<xn::targets::host>(xn::fork(a, b) | join, two)[0];
  };
  using row = std::vector<float>;
  CHECK(of_two(xn::sub) == row{2, -10, 1, inf});
  CHECK(of_two(xn::div) == row{1.5F, -0.25F, 0, inf});
  CHECK(of_two(xn::maximum) == row{6, 8, 0, inf});
  CHECK(of_two(xn::minimum) == row{4, -2, -1, 2});
  CHECK(run_model<xn::targets::host>(xn::fork(a, b, c) | xn::mac, in)[0] == row{25, -16, 5, inf});
  const auto not_numbers = [&](auto join) {
    const buffers odd{{not_a_number, 1, not_a_number, 0}, {1, not_a_number, not_a_number, 0}};
    const buffers out = run_model<xn::targets::host>(xn::fork(a, b) | join, odd);
    return std::isnan(out[0][0]) && std::isnan(out[0][1]) && std::isnan(out[0][2]);
  };
  CHECK(not_numbers(xn::maximum));
  CHECK(not_numbers(xn::minimum));
}

TEST_CASE("the accumulator is any operand of differences and multiply-accumulate", "[join]") {
  const auto late = some_conv<one, 3>(7) | xn::tanh;
  check_join(xn::sub, branch(0) | xn::unlink, late);
  check_join(xn::div, late, branch(1) | xn::sigmoid | xn::unlink);
  check_join(xn::maximum, branch(0) | xn::unlink, late, branch(2) | xn::unlink);
  check_join(xn::minimum, late, branch(1) | xn::unlink);
  check_join(xn::mac, late, branch(1) | xn::unlink, branch(2) | xn::unlink);
  check_join(xn::mac, branch(0) | xn::unlink, late, branch(2) | xn::unlink);
  check_join(xn::mac, branch(0) | xn::unlink, branch(1) | xn::unlink, late);
}

TEST_CASE("joins of a stream with itself", "[join]") {
  check_join(xn::add, xn::identity, xn::identity);
  check_join(xn::mul, xn::identity, xn::identity, xn::identity, xn::tanh);
}

TEST_CASE("a join behind a stage that accumulates", "[join]") {
  // Its further operand has one row, the stage itself counts the rows of its input.
  CHECK(check_model(xn::input<float, xn::hwc{6, 3, 3}> |
                    xn::fork(xn::global_max_pool, xn::global_average_pool) | xn::add | xn::relu) ==
        "");
  CHECK(check_model(xn::input<float, xn::hwc{6, 3, 3}> | xn::fork(xn::flatten, xn::flatten) |
                    xn::mul) == "");
}

TEST_CASE("more streams than one stage can take along", "[join]") {
  const auto eight = xn::fork(xn::relu, xn::sigmoid, xn::tanh, xn::gelu, xn::relu6, xn::hard_swish,
                              xn::identity, xn::from<"a">) |
                     xn::add;
  CHECK(check_model(xn::input<float, xn::hwc{5, 4, 2}> | xn::tap<"a"> | eight |
                    xn::fork(xn::identity, xn::from<"a">) | xn::mul) == "");
}

TEST_CASE("long chains of followers", "[join]") {
  CHECK(check_model(xn::input<float, xn::hwc{4, 3, 3}> | branch(3) | xn::relu | xn::tanh |
                    some_batch_norm<5>() | xn::sigmoid | xn::gelu | xn::hard_swish | xn::relu6 |
                    xn::tanh | some_batch_norm<5>(2)) == "");
}
