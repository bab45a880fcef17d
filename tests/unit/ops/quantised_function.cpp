// Activations of int8 against TFLite's rules, written from its fixed-point and float steps.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <xenos/ops/activation.hpp>
#include <xenos/ops/quantize.hpp>
#include <xenos/ops/tabulated.hpp>

namespace xn = xenos;

namespace {

using xn::function;
using xn::quantisation;
using xn::quantised_function;
using xn::rounding;

std::mt19937 dice(11);
int within(int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice); }
quantisation some_quantisation(double least, double most, rounding round = rounding::twice) {
  std::uniform_real_distribution<double> exponent(std::log2(least), std::log2(most));
  return {static_cast<float>(std::exp2(exponent(dice))), within(-128, 127), round};
}
int limited(double x) { return static_cast<int>(std::fmin(std::fmax(x, -128.0), 127.0)); }

/// TFLite's table: each step in float, the function as exact as a float can be.
template <class Function>
int table_entry(int x, const quantisation& in, const quantisation& to, const Function& f) {
  const float real = in.scale * static_cast<float>(x - in.zero_point);
  const float made = f(real);
  return limited(std::round(double(made * (1 / to.scale))) + to.zero_point);
}
template <function F, class Function>
void check_tables(const Function& f, const quantisation& to, double most = 2) {
  for (int i = 0; i < 300; ++i) {
    const quantisation in = some_quantisation(0.002, most);
    const quantisation out = to.given() ? to : some_quantisation(0.002, most);
    const quantised_function<F> op{in, out};
    const xn::int8_table table = xn::tabulate(op);
    int different = 0;
    for (int x = -128; x < 128; ++x) {
      different += table.at[x + 128] != table_entry(x, in, out, f);
    }
    INFO("scales " << in.scale << ", " << out.scale << ", zero point " << in.zero_point);
    REQUIRE(different == 0);
  }
}

float sigmoid(float x) { return 1.0F / (1.0F + static_cast<float>(std::exp(-1.0L * x))); }
float nearest_tanh(float x) { return static_cast<float>(std::tanh(1.0L * x)); }
float gelu(float x) {
  const auto root_half = static_cast<float>(-std::sqrt(0.5L));
  return 0.5F * x * static_cast<float>(std::erfc(1.0L * (x * root_half)));
}
float gelu_tanh(float x) {
  const float inner = x + 0.044715F * x * x * x;
  return 0.5F * x *
         (1.0F + nearest_tanh(static_cast<float>(std::sqrt(2 / std::acos(-1.0L))) * inner));
}

/// gemmlowp's high product and rounding shift, by division.
template <int Bits>
std::int64_t high(std::int64_t a, std::int64_t b) {
  const std::int64_t nudge =
      a * b >= 0 ? std::int64_t{1} << (Bits - 2) : 1 - (std::int64_t{1} << (Bits - 2));
  return (a * b + nudge) / (std::int64_t{1} << (Bits - 1));
}
std::int64_t shifted_right(std::int64_t a, int bits) {
  return static_cast<std::int64_t>(std::round(std::ldexp(double(a), -bits)));
}
struct factor {
  std::int64_t multiplier;
  int shift;
  explicit factor(double real) {
    multiplier = std::llround(std::frexp(real, &shift) * 2147483648.0);
    if (multiplier == std::int64_t{1} << 31) multiplier /= 2, ++shift;
  }
};
/// `value` times `real` as `round` says.
std::int64_t times(std::int64_t value, double real, rounding round) {
  const factor f(real);
  if (round == rounding::twice) {
    const std::int64_t left = value * (std::int64_t{1} << std::max(f.shift, 0));
    return shifted_right(high<32>(left, f.multiplier), std::max(-f.shift, 0));
  }
  const long double exact = std::ldexp(1.0L * value * f.multiplier, f.shift - 31);
  return static_cast<std::int64_t>(round == rounding::once ? std::floor(exact + 0.5L)
                                                           : std::nearbyint(exact));
}

int hard_swish(int x, const quantisation& in, const quantisation& to) {
  const auto narrow = [](std::int64_t m) {
    return std::min<std::int64_t>((m + 32768) >> 16, 32767);
  };
  const auto saturated = [](std::int64_t v) {
    return std::min<std::int64_t>(std::max<std::int64_t>(v, -32768), 32767);
  };
  const float fine_scale = in.scale * 0.0078125F;
  const factor output(double(fine_scale / to.scale));
  const factor reluish(double(fine_scale / (3.0F / 32768.0F)));
  const std::int64_t fine = (x - in.zero_point) * 128;
  std::int64_t gate = fine;
  if (reluish.shift > 0) gate = saturated(gate * (std::int64_t{1} << (reluish.shift - 1)));
  gate = high<16>(gate, narrow(reluish.multiplier));
  if (reluish.shift > 0) gate = saturated(gate * 2);
  if (reluish.shift < 0) gate = shifted_right(gate, -reluish.shift);
  gate = (gate + 32768) / 2;  // not negative
  const std::int64_t made = gate * high<16>(fine, narrow(output.multiplier)) / 32768;
  return limited(double(shifted_right(made, -output.shift) + to.zero_point));
}

constexpr rounding roundings[] = {rounding::twice, rounding::once, rounding::half_even};

}  // namespace

TEST_CASE("tables of sigmoid, tanh and gelu are those of exact functions in TFLite's float steps") {
  check_tables<function::sigmoid>(sigmoid, {1.0F / 256, -128});
  check_tables<function::tanh>(nearest_tanh, {1.0F / 128, 0});
  check_tables<function::sigmoid>(sigmoid, {}, 0.5);
  check_tables<function::tanh>(nearest_tanh, {}, 0.5);
  check_tables<function::gelu>(gelu, {}, 0.5);
  check_tables<function::gelu_tanh>(gelu_tanh, {}, 0.5);
  // Far from zero, where exponentials leave the range of float.
  check_tables<function::sigmoid>(sigmoid, {1.0F / 256, -128}, 100);
  check_tables<function::gelu>(gelu, {1.0F, 0}, 100);
}

TEST_CASE("sigmoid and tanh of int8 make TFLite's quantisations") {
  const xn::quantisations q{{{0.1F, 5, rounding::once}}};
  const auto tanh_form = xn::activation<function::tanh>{}.integer_form({}, q);
  CHECK(tanh_form.output_quantisation(q) == quantisation{1.0F / 128, 0, rounding::once});
  const auto sigmoid_form = xn::activation<function::sigmoid>{}.integer_form({}, q);
  CHECK(sigmoid_form.output_quantisation(q) == quantisation{1.0F / 256, -128, rounding::once});
  CHECK(xn::activation<function::gelu>{}.integer_form({}, q).check({}) ==
        xn::fault::quantisation_missing);
}

TEST_CASE("hard_swish of int8 is TFLite's fixed point") {
  int least = 0;
  int most = 0;
  for (int i = 0; i < 3000; ++i) {
    const quantisation in = some_quantisation(0.0005, 40);
    quantisation to = some_quantisation(0.002, 1);
    while (in.scale >= 128 * to.scale) to.scale *= 2;
    const quantised_function<function::hard_swish> op{in, to};
    REQUIRE(op.check({}) == xn::fault::none);
    const auto factors = xn::hard_swish_factors::of(in, to);
    least = std::min(least, factors.reluish.shift);
    most = std::max(most, factors.reluish.shift);
    int different = 0;
    for (int x = -128; x < 128; ++x) different += op.apply(x) != hard_swish(x, in, to);
    INFO("scales " << in.scale << ", " << to.scale);
    REQUIRE(different == 0);
  }
  CHECK((least < -3 && most > 3));  // both ways of shifting
  CHECK(quantised_function<function::hard_swish>{{1.0F, 0}, {0.0075F, 0}}.check({}) ==
        xn::fault::quantisation_too_fine);
}

TEST_CASE("leaky_relu, prelu and quantize of int8 scale as TFLite does") {
  for (const rounding round : roundings) {
    for (int i = 0; i < 1000; ++i) {
      const quantisation in = some_quantisation(0.001, 10, round);
      const quantisation to = some_quantisation(0.001, 10);
      const quantisation of_alpha = some_quantisation(0.0001, 1);
      const auto slope = static_cast<float>(within(1, 2000)) / 1000;
      const quantised_function<function::leaky_relu> leaky{in, to, slope};
      const auto prelu = xn::quantised_prelu::of(in, of_alpha, to);
      const xn::requantize_from again{in, to};
      int different = 0;
      for (int x = -128; x < 128; ++x) {
        const int real = x - in.zero_point;
        const std::int64_t positive = times(real, double(in.scale / to.scale), round);
        const std::int64_t below = times(real, double(in.scale * slope / to.scale), round);
        different +=
            leaky.apply(x) != limited(double((real < 0 ? below : positive) + to.zero_point));
        const double exact = double(in.scale) / double(to.scale);
        different += again.apply(x) != limited(double(times(real, exact, round) + to.zero_point));
        const int alpha = within(-128, 127);
        const double both = double(in.scale) * double(of_alpha.scale) / double(to.scale);
        const std::int64_t made = real >= 0
                                      ? times(real, exact, round)
                                      : times(real * (alpha - of_alpha.zero_point), both, round);
        different += prelu.apply(x, alpha) != limited(double(made + to.zero_point));
      }
      INFO("scales " << in.scale << ", " << to.scale);
      REQUIRE(different == 0);
    }
  }
}
