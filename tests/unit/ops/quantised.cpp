// Layers of int8 that are not convolutions, against TFLite's rules written in another way.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <support/quantised.hpp>
#include <vector>
#include <xenos/core/weights.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/dense.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/reduce.hpp>
#include <xenos/ops/transposed_conv.hpp>
#include <xenos/ops/upsample.hpp>
#include <xenos/ops/with_constant.hpp>

namespace xn = xenos;

namespace {

using xenos_test::random_integers;
using xenos_test::throw_in;
using xn::quantisation;
using xn::rounding;

struct image {
  using value_type = std::int8_t;
  xn::shape size;
  std::vector<std::int8_t> data =
      random_integers<std::int8_t>(static_cast<std::size_t>(size.elements()));
  [[nodiscard]] xn::shape extent(int) const { return size; }
  int operator()(int, int y, int x, int c) const {
    return data.at(static_cast<std::size_t>((y * size.width + x) * size.channels + c));
  }
};

int limited(double x) { return static_cast<int>(std::fmin(std::fmax(x, -128.0), 127.0)); }
double away(double x) { return std::round(x); }

/// The value times multiplier * 2^(shift - 31), rounded as told: through long double, which is
/// exact.
double times(double value, std::int64_t multiplier, int shift, rounding round) {
  if (round == rounding::twice) {
    const long double left = value * std::ldexp(1.0L, std::max(shift, 0));
    const long double high = std::floor(std::ldexp(left * multiplier, -31) + 0.5L);
    return away(double(std::ldexp(high, std::min(shift, 0))));
  }
  const long double exact = std::ldexp(1.0L * value * multiplier, shift - 31);
  return double(round == rounding::once ? std::floor(exact + 0.5L) : std::nearbyint(exact));
}
struct factor {
  std::int64_t multiplier;
  int shift;
  explicit factor(double real) {
    multiplier = std::llround(std::frexp(real, &shift) * 2147483648.0);
    if (multiplier == std::int64_t{1} << 31) multiplier /= 2, ++shift;
  }
};

quantisation some_quantisation(rounding round = rounding::twice) {
  return {std::exp2(static_cast<float>(throw_in(-90, 20)) / 10), throw_in(-128, 127), round};
}
constexpr rounding roundings[] = {rounding::twice, rounding::once, rounding::half_even};

struct no_weights {};

template <xn::reduction Kind>
int different_reductions(const xn::reduce<Kind>& op, const image& in, const quantisation& q) {
  xn::quantisations all;
  all.at[0] = q;
  const auto form = op.integer_form(in.size, all);
  const quantisation to = op.to.given() ? op.to : q;
  const xn::shape out = form.output(in.size);
  CHECK(out == op.output(in.size));
  factor f(double(q.scale) / double(to.scale));
  const auto count = in.size.elements() / out.elements();
  if (Kind == xn::reduction::mean) {
    const int bits = std::min({static_cast<int>(std::log2(double(count))), 32, 31 + f.shift});
    f.multiplier = (f.multiplier * (std::int64_t{1} << bits)) / count;
    f.shift -= bits;
  }
  int different = 0;
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int c = 0; c < out.channels; ++c) {
        double sum = 0;
        for (int i = 0; i < in.size.elements(); ++i) {
          const int channel = i % in.size.channels;
          const int column = i / in.size.channels % in.size.width;
          const int row = i / in.size.row();
          if ((op.rows || row == y) && (op.columns || column == x) &&
              (op.channels || channel == c)) {
            sum += in(0, row, column, channel) - q.zero_point;
          }
        }
        const double made = times(sum, f.multiplier, f.shift, q.round) + to.zero_point;
        different += form.at(in, no_weights{}, y, x, c) != limited(made);
      }
    }
  }
  return different;
}

}  // namespace

TEST_CASE("sums and means of int8 are scaled once") {
  for (const rounding round : roundings) {
    for (int i = 0; i < 60; ++i) {
      const image in{{throw_in(1, 7), throw_in(1, 7), throw_in(1, 9)}};
      const bool rows = throw_in(0, 1) == 1;
      const bool columns = throw_in(0, 1) == 1;
      const bool channels = throw_in(0, 2) == 1;
      const quantisation q = some_quantisation(round);
      const quantisation to = some_quantisation();
      using xn::reduction;
      CHECK(different_reductions(xn::reduce<reduction::sum>{rows, columns, channels, to}, in, q) ==
            0);
      CHECK(different_reductions(xn::reduce<reduction::mean>{rows, columns, channels, to}, in, q) ==
            0);
      CHECK(different_reductions(xn::reduce<reduction::mean>{rows, columns, channels}, in, q) == 0);
    }
  }
  // A factor so small that the count does not fit it whole.
  CHECK(xn::divided_by({1 << 30, -29}, 1000) == xn::fixed_factor{4294967, -31});
}

TEST_CASE("a mean is not an average pool: it scales, a pool divides") {
  const image two{{1, 2, 1}, {1, 2}};
  const xn::average_pool pool{.kernel = {1, 2}};
  // (1 + 1 + 1) / 6: the factor is a little below a sixth, so that a single rounding meets less
  // than a half, and two first meet a one.
  const image six{{1, 6, 1}, {1, 1, 1, 0, 0, 0}};
  const auto mean_of_six = [&](rounding round) {
    const xn::quantisations q{{{1.0F, 0, round}}};
    const auto form = xn::reduce<xn::reduction::mean>{false, true}.integer_form(six.size, q);
    return form.at(six, no_weights{}, 0, 0, 0);
  };
  CHECK(mean_of_six(rounding::once) == 0);
  CHECK(mean_of_six(rounding::twice) == 1);
  CHECK(xn::average_pool{.kernel = {1, 6}}.at(six, no_weights{}, 0, 0, 0) == 1);
  // The zero point takes part in a pool's rounding: -3 / 2 goes to -2, (2 + 3) / 2 - 4 to -1.
  const image below{{1, 2, 1}, {-2, -1}};
  const xn::quantisations shifted{{{1.0F, -4}}};
  const auto real = xn::reduce<xn::reduction::mean>{false, true}.integer_form(two.size, shifted);
  CHECK(real.at(below, no_weights{}, 0, 0, 0) == -1);
  CHECK(pool.at(below, no_weights{}, 0, 0, 0) == -2);
}

TEST_CASE("the transposed convolution of int8 scatters and scales by channel") {
  constexpr xn::shape size{4, 5, 3};
  constexpr xn::transposed_conv op{.out = 6, .kernel = {3, 2}, .stride = {2, 3}, .to = {0.7F, -9}};
  for (const rounding round : roundings) {
    for (int i = 0; i < 4; ++i) {
      const xenos_test::random_layer<xn::ohwi{6, 3, 2, 3}> layer;
      const auto v = layer.views();
      const image in{size};
      xn::quantisations q;
      q.at[0] = {0.4F, throw_in(-128, 127), round};
      const auto form = op.integer_form(size, q);
      const xn::shape out = form.output(size);
      REQUIRE(out == xn::shape{8, 15, 6});
      std::vector<double> sums(static_cast<std::size_t>(out.elements()));
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          for (int k = 0; k < 3 * 2 * 3 * 6; ++k) {
            const int o = k / 18;
            const int h = k / 6 % 3;
            const int w = k / 3 % 2;
            const int oy = y * 2 + h;  // same: (3 - 2) / 2 = 0 and no column cut off
            const int ox = x * 3 + w;
            if (oy >= out.height || ox >= out.width) continue;
            sums[static_cast<std::size_t>((oy * out.width + ox) * 6 + o)] +=
                (in(0, y, x, k % 3) - q[0].zero_point) * double(layer.weights[std::size_t(k)]);
          }
        }
      }
      int different = 0;
      const xn::weight_list<decltype(v.weights), decltype(v.scales), decltype(v.bias)> views{
          v.weights, v.scales, v.bias};
      for (int e = 0; e < out.elements(); ++e) {
        const auto c = static_cast<std::size_t>(e % 6);
        const factor f(double(q[0].scale) * double(layer.scales[c]) / double(op.to.scale));
        const bool nothing = f.shift < -31;
        const double made =
            nothing ? 0 : times(sums[std::size_t(e)] + layer.bias[c], f.multiplier, f.shift, round);
        different += form.at(in, views, e / out.row(), e / 6 % out.width, e % 6) !=
                     limited(made + op.to.zero_point);
      }
      CHECK(different == 0);
    }
  }
}

TEST_CASE("the bilinear resize of int8 computes places in 1024ths") {
  for (const int by : {1, 2, 3, 4, 5, 7, 8}) {
    for (const bool centers : {false, true}) {
      const image in{{6, 9, 2}};
      const auto form = xn::bilinear{{by, by}, centers}.integer_form(in.size, xn::quantisations{});
      REQUIRE(form.check(in.size) == xn::fault::none);
      const int s = static_cast<int>(std::floor((1024.0 * 6 + 6 * by / 2) / (6 * by)));
      const auto at = [&](int o) { return centers ? o * s + s / 2 - 512 : o * s; };
      int different = 0;
      const xn::window reads = form.along(by);
      for (int y = 0; y < 6 * by; ++y) {
        const int first = std::max(at(y) / 1024, 0);
        const int last = std::min((at(y) + 1023) / 1024, 5);
        different += first < std::max(reads.first(y), 0) || last >= reads.first(y) + reads.reach;
        const double down = (at(y) - 1024 * first) / 1024.0;
        for (int x = 0; x < 9 * by; ++x) {
          const int left = std::max(at(x) / 1024, 0);
          const int right = std::min((at(x) + 1023) / 1024, 8);
          const double across = (at(x) - 1024 * left) / 1024.0;
          for (int c = 0; c < 2; ++c) {
            const double made = in(0, first, left, c) * (1 - down) * (1 - across) +
                                in(0, last, left, c) * down * (1 - across) +
                                in(0, first, right, c) * (1 - down) * across +
                                in(0, last, right, c) * down * across;
            different += form.at(in, no_weights{}, y, x, c) != away(made);
          }
        }
      }
      INFO("factor " << by);
      CHECK(different == 0);
    }
  }
  const auto three = xn::bilinear{{3, 1}}.integer_form(xn::shapes{}, xn::quantisations{});
  CHECK(three.check(xn::hwc{511, 4, 1}) == xn::fault::none);
  CHECK(three.check(xn::hwc{512, 4, 1}) == xn::fault::bad_attribute);
  CHECK(xn::bilinear{{4, 8}}
            .integer_form(xn::shapes{}, xn::quantisations{})
            .check(xn::hwc{9999, 9999, 1}) == xn::fault::none);
}

/// Views of a layer of which only the scales are asked for.
template <int Count>
struct only_scales {
  float values[Count];
  template <int K>
  [[nodiscard]] auto get() const {
    static_assert(K == 1);
    return xn::channel_weights<float, Count>(values);
  }
};

TEST_CASE("a dense layer of one scale has a product of float, other layers and scales of double") {
  constexpr quantisation in{0.1F, 3};
  constexpr quantisation to{0.3F, 0};
  const xn::requantised<xn::fc> dense{{.out = 2, .to = to}, in};
  const xn::requantised<xn::conv> conv{{.out = 2, .to = to}, in};
  const auto equal = [](const xn::fixed_factor& made, const factor& right) {
    return made == xn::fixed_factor{std::int32_t(right.multiplier), right.shift};
  };
  int apart = 0;
  for (int i = 0; i < 1000; ++i) {
    const float scale = std::ldexp(static_cast<float>(throw_in(1 << 23, 1 << 24)), -30);
    const only_scales<1> one{{scale}};
    const only_scales<2> two{{0.01F, scale}};
    const factor of_float(double(in.scale * scale) / double(to.scale));
    const factor of_double(double(in.scale) * double(scale) / double(to.scale));
    REQUIRE(equal(dense.factor(one, 1), of_float));
    REQUIRE(equal(dense.factor(two, 1), of_double));
    REQUIRE(equal(conv.factor(one, 1), of_double));
    REQUIRE(equal(conv.factor(two, 1), of_double));
    apart += of_float.multiplier != of_double.multiplier;
  }
  CHECK(apart > 500);
}

TEST_CASE("the factors of joins are double products, in TFLite Micro's order") {
  for (int i = 0; i < 20000; ++i) {
    const quantisation a{std::ldexp(static_cast<float>(throw_in(1 << 23, 1 << 24)), -27), 3};
    const quantisation b{std::ldexp(static_cast<float>(throw_in(1 << 23, 1 << 24)), -28), 3};
    const quantisation to{std::ldexp(static_cast<float>(throw_in(1 << 23, 1 << 24)), -28), 3};
    const factor product(double(a.scale) * double(b.scale) / double(to.scale));
    const auto mul = xn::join_of<xn::join::mul>(a, b, to);
    REQUIRE(mul.result == xn::fixed_factor{std::int32_t(product.multiplier), product.shift});
    const double unit = 2 * double(std::max(a.scale, b.scale));
    const auto add = xn::join_of<xn::join::add>(a, b, to);
    const factor left(double(a.scale) / unit);
    const factor result(unit / (double(1 << 20) * double(to.scale)));
    REQUIRE(add.left == xn::fixed_factor{std::int32_t(left.multiplier), left.shift});
    REQUIRE(add.result == xn::fixed_factor{std::int32_t(result.multiplier), result.shift});
    // A difference is a sum but for the sign of its second stream.
    const auto sub = xn::join_of<xn::join::sub>(a, b, to);
    REQUIRE(sub.result == add.result);
    const int x = throw_in(-128, 127);
    const int y = throw_in(-128, 127);
    const double exact =
        double(a.scale) * (x - a.zero_point) - double(b.scale) * (y - b.zero_point);
    const double want =
        std::fmin(std::fmax(exact / double(to.scale) + to.zero_point, -128.0), 127.0);
    REQUIRE(std::abs(double(sub.apply(x, y)) - want) < 0.51);
  }
}

TEST_CASE("sums and products with constants are those of real numbers, to a step") {
  constexpr quantisation in{0.05F, 11};
  constexpr quantisation constant{0.02F, -7};
  constexpr quantisation to{0.06F, -20};
  constexpr xn::with_constant<xn::join::add> add{to, constant};
  constexpr xn::with_constant<xn::join::mul> mul{to, constant};
  const xn::shapes shapes{xn::shape{1, 1, 1}};
  const xn::quantisations of{{in}};
  CHECK(xn::with_constant<xn::join::add>{to, {}}.integer_form(shapes, of).check(shapes) ==
        xn::fault::quantisation_missing);
  CHECK(xn::with_constant<xn::join::add>{{}, constant}.integer_form(shapes, of).check(shapes) ==
        xn::fault::quantisation_missing);
  const auto sums = add.integer_form(shapes, of);
  const auto products = mul.integer_form(shapes, of);
  CHECK(sums.output_quantisation(of).scale == to.scale);
  int wrong = 0;
  for (int x = -128; x < 128; ++x) {
    for (int c = -128; c < 128; ++c) {
      const double real = double(in.scale) * (x - in.zero_point);
      const double by = double(constant.scale) * (c - constant.zero_point);
      const auto off = [&](int made, double wanted) {
        return std::abs(made - limited(wanted / double(to.scale) + to.zero_point)) > 1;
      };
      wrong += off(sums.apply(x, c), real + by) + off(products.apply(x, c), real * by);
    }
  }
  CHECK(wrong == 0);
}
