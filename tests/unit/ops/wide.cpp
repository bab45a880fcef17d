// Operations on int16 and int32 against the rules of TFLite and CMSIS-DSP written in another way,
// and against what TFLite's own functions make.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <support/quantised.hpp>
#include <vector>
#include <xenos/core/fixed_point.hpp>
#include <xenos/core/weights.hpp>
#include <xenos/ops/activation.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/dense.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/gain.hpp>
#include <xenos/ops/quantize.hpp>
#include <xenos/ops/reduce.hpp>
#include <xenos/ops/softmax.hpp>
#include <xenos/ops/transposed_conv.hpp>

namespace xn = xenos;

namespace {

using xenos_test::random_integers;
using xenos_test::random_layer;
using xenos_test::throw_in;
using xn::dtype;
using xn::quantisation;
using xn::rounding;

/// FNV-1a of the bytes, low ones first.
std::uint32_t fingerprint(const std::vector<std::int16_t>& values) {
  std::uint32_t hash = 2166136261U;
  for (const std::int16_t value : values) {
    const auto bits = static_cast<std::uint16_t>(value);
    hash = (hash ^ (bits & 255U)) * 16777619U;
    hash = (hash ^ (bits >> 8U)) * 16777619U;
  }
  return hash;
}
xn::quantisations streams_of(dtype type, const quantisation& first,
                             const quantisation& second = {}) {
  xn::quantisations q;
  q.at[0] = first;
  q.at[1] = second;
  q.type = type;
  return q;
}
template <class... Views>
xn::weight_list<Views...> list(Views... views) {
  return xn::weight_list<Views...>(views...);
}
double rounded(long double x, rounding round) {
  const long double made = round == rounding::down        ? std::floor(x)
                           : round == rounding::half_even ? std::nearbyint(x)
                                                          : std::floor(x + 0.5L);
  return static_cast<double>(made);
}
double within(double x, dtype type) {
  const double most = std::ldexp(1.0, 8 * xn::size_of(type) - 1);
  return std::fmin(std::fmax(x, -most), most - 1);
}

/// An image of integers; `as_float` is the same for definitions in double.
template <class T>
struct image {
  using value_type = T;
  xn::shape size;
  std::vector<std::int32_t> data;
  [[nodiscard]] xn::shape extent(int) const { return size; }
  T operator()(int, int y, int x, int c) const {
    return static_cast<T>(
        data.at(static_cast<std::size_t>((y * size.width + x) * size.channels + c)));
  }
};
template <class Views>
struct only_weights_and_bias {
  const Views& of;
  int bias;
  template <int K>
  [[nodiscard]] auto get() const {
    return [this](int o, int h = 0, int w = 0, int i = 0) {
      if constexpr (K == 0) return double(of.template get<0>()(o, h, w, i));
      return bias == 2 ? double(of.template get<2>()(o)) : double(of.template get<1>()(o));
    };
  }
};

/// The definition on int16 against that on float, whose sums are exact in double, scaled by a
/// multiplier of 31 bits of which the 16 highest remain.
template <class Op, auto Order, int Scales = Order.logical().out>
void check_layer(const Op& op, const xn::shape& in, quantisation q) {
  const random_layer<Order, Scales, std::int64_t> layer;
  const xn::quantised_layer<Order, Scales, std::int64_t> l = layer.views();
  const auto views = list(l.weights, l.scales, l.bias);
  xn::quantisations streams = streams_of(dtype::i16, q);
  streams.weights = dtype::i8;
  const auto form = op.wide_form(in, streams);
  REQUIRE(xn::check(form, xn::shapes(in)) == xn::fault::none);
  const auto integers = random_integers<std::int16_t>(static_cast<std::size_t>(in.elements()));
  const std::vector<std::int32_t> data(integers.begin(), integers.end());
  const xn::shape out = form.output(in);
  const only_weights_and_bias<decltype(views)> real{views, 2};
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int c = 0; c < out.channels; ++c) {
        const double sum = op.at(image<float>{in, data}, real, y, x, c);
        const float scale = l.scales(Scales == 1 ? 0 : c);
        double factor = double(q.scale) * double(scale) / double(op.to.scale);
        if (xn::wide_layer<Op>::float_scale && Scales == 1) {
          factor = double(q.scale * scale) / double(op.to.scale);
        }
        int shift = 0;
        auto multiplier = std::llround(std::frexp(factor, &shift) * 2147483648.0);
        if (multiplier == std::int64_t{1} << 31) multiplier /= 2, ++shift;
        double reduced = std::fmin(std::floor(double(multiplier) / 65536 + 0.5), 32767.0);
        if (shift < -31) reduced = 0;
        const double want = within(
            rounded(std::ldexp(static_cast<long double>(sum) * reduced, shift - 15), q.round),
            dtype::i16);
        REQUIRE(double(form.at(image<std::int16_t>{in, data}, views, y, x, c)) == want);
      }
    }
  }
}

}  // namespace

TEST_CASE("sums of 64 bits are scaled as fractions of integers say") {
  // Factor, sum, and the result rounded once, half_even and down: rational numbers of Python, from
  // the rule of TFLite's MultiplyByQuantizedMultiplier of int64.
  struct row {
    double real;
    std::int64_t sum, once, half_even, down;
  };
  constexpr row rows[] = {
      {0.001234, -52437681345989, -64707834536, -64707834536, -64707834537},
      {1.5, 1, 2, 2, 1},
      {1.52e-05, 68561049161974, 1042135883, 1042135883, 1042135882},
      {1.5, -1, -1, -2, -2},
      {0.001234, -1099511627779, -1356791808, -1356791808, -1356791809},
      {3.1e-09, -3, 0, 0, -1},
      {0.7499847412109375, -1099511627779, -824633720834, -824633720834, -824633720835},
      {5000.25, 2147483655, 10737955145914, 10737955145914, 10737955145913},
      {1.5, 2147483655, 3221225483, 3221225482, 3221225482},
      {0.99999, 1, 1, 1, 0},
      {0.000244140625, -1, 0, 0, -1},
      {0.3, 3, 1, 1, 0},
      {0.000244140625, -12345, -3, -3, -4},
      {0.5, -3, -1, -2, -2},
      {0.001234, -1, 0, 0, -1},
      {5000.25, -12345, -61728086, -61728086, -61728087},
      {0.7499847412109375, 2147483655, 1610612741, 1610612741, 1610612741},
      {1.52e-05, 0, 0, 0, 0},
      {0.7499847412109375, -12345, -9259, -9259, -9259},
      {97.3, -3, -292, -292, -292},
      {97.3, -12345, -1201178, -1201178, -1201179},
      {0.25, -1099511627779, -274877906945, -274877906945, -274877906945},
      {0.5, 0, 0, 0, 0},
      {0.3, -1099511627779, -329856843777, -329856843777, -329856843777},
      {0.001234, 2147483655, 2649984, 2649984, 2649984},
      {1.52e-05, 12345, 0, 0, 0},
      {3.1e-09, -12345, 0, 0, -1},
      {1.52e-05, 70368744190009, 1069613056, 1069613056, 1069613056},
      {0.5, -1099511627779, -549755813889, -549755813890, -549755813890},
      {0.000244140625, -532819225740, -130082819, -130082819, -130082819},
      {1.0, -1099511627779, -1099511627779, -1099511627779, -1099511627779},
      {1.0, -375492063419, -375492063419, -375492063419, -375492063419},
      {0.3, 0, 0, 0, 0},
      {0.99999, 12345, 12345, 12345, 12344},
      {0.3, -1, 0, 0, -1},
      {0.3, 1, 0, 0, 0},
  };
  for (const row& r : rows) {
    INFO(r.real << " * " << r.sum);
    const xn::wide_factor by = xn::widen(xn::make_factor(r.real));
    CHECK(xn::scaled_sum(r.sum, by, rounding::once) == r.once);
    CHECK(xn::scaled_sum(r.sum, by, rounding::twice) == r.once);
    CHECK(xn::scaled_sum(r.sum, by, rounding::half_even) == r.half_even);
    CHECK(xn::scaled_sum(r.sum, by, rounding::down) == r.down);
  }
  CHECK(xn::widen(xn::make_factor(0.0)) == xn::wide_factor{});
  CHECK(xn::widen(xn::make_factor(40000.0)) == xn::wide_factor{32767, 1});
  CHECK(xn::widen(xn::make_factor(std::ldexp(1.0, -15))) == xn::wide_factor{1, 15});
}

TEST_CASE("layers of int16 are those of float, scaled") {
  for (const rounding round :
       {rounding::twice, rounding::once, rounding::half_even, rounding::down}) {
    const quantisation q{3.1e-4F, 0, round};
    check_layer<xn::conv, xn::ohwi{6, 3, 2, 3}>(
        {.out = 6, .kernel = {3, 2}, .stride = {2, 1}, .groups = 2, .to = {4.7e-4F}}, {7, 6, 6}, q);
    check_layer<xn::depthwise, xn::hwo{3, 3, 10}>(
        {.kernel = {3, 3}, .dilation = {1, 2}, .multiplier = 2, .to = {1.1e-4F}}, {5, 6, 5}, q);
    check_layer<xn::fc, xn::oi{9, 31}, 1>({.out = 9, .to = {3.0e-4F}}, {2, 1, 31}, q);
    check_layer<xn::transposed_conv, xn::ohwi{4, 3, 3, 5}>(
        {.out = 4, .kernel = {3, 3}, .stride = {2, 2}, .to = {2.0e-4F}}, {3, 4, 5}, q);
  }
}

TEST_CASE("sigmoid and tanh of int16 are TFLite's for all numbers") {
  // Fingerprints of what reference_integer_ops Logistic and Tanh make of -32768 to 32767.
  struct row {
    float scale;
    std::uint32_t sigmoid, tanh;
  };
  constexpr row rows[] = {
      {1.0F / 4096, 0xAB090D95U, 0x96F4C825U}, {1.0F / 2048, 0xD1271751U, 0xBC9F8A61U},
      {3.0e-4F, 0x978C507DU, 0xC17F9DA7U},     {1.0F / 32768, 0xFE4C23E8U, 0x39467DFBU},
      {0.01F, 0xB2F2349BU, 0xEE1BB8B4U},       {1.7F, 0x9FDA70A3U, 0xE484A5B1U}};
  for (const row& r : rows) {
    const auto q = streams_of(dtype::i16, {r.scale});
    const auto sigmoid = xn::wide_function<xn::function::sigmoid>::of(q, {}, 0);
    const auto tanh = xn::wide_function<xn::function::tanh>::of(q, {}, 0);
    std::vector<std::int16_t> made[2];
    for (int x = -32768; x < 32768; ++x) {
      made[0].push_back(static_cast<std::int16_t>(sigmoid.apply(x)));
      made[1].push_back(static_cast<std::int16_t>(tanh.apply(x)));
    }
    CHECK(fingerprint(made[0]) == r.sigmoid);
    CHECK(fingerprint(made[1]) == r.tanh);
  }
}

TEST_CASE("soft-max of int16 is TFLite's") {
  // Of reference_ops SoftmaxInt16, and its tables by LUTPopulate.
  CHECK(fingerprint({std::begin(xn::exp_table.at), std::end(xn::exp_table.at)}) == 0xC966FB7CU);
  CHECK(fingerprint({std::begin(xn::reciprocal_table.at), std::end(xn::reciprocal_table.at)}) ==
        0x749164C4U);
  struct row {
    float scale;
    int channels;
    std::uint32_t made;
  };
  constexpr row rows[] = {{1.0F / 4096, 1, 0xE4659385U},  {1.0F / 4096, 3, 0xECE7D76EU},
                          {1.0F / 4096, 64, 0x4EF919A4U}, {3.0e-4F, 3, 0x09150906U},
                          {3.0e-4F, 64, 0xD75C99BFU},     {0.01F, 3, 0x9931BDBBU},
                          {0.01F, 64, 0xB2950064U}};
  std::vector<std::int32_t> data;
  std::uint32_t dice = 12345;
  for (int i = 0; i < 20000; ++i) {
    dice = dice * 1664525U + 1013904223U;
    data.push_back(static_cast<std::int16_t>(dice >> 16U));
  }
  for (const row& r : rows) {
    const auto op = xn::wide_softmax::of(1, streams_of(dtype::i16, {r.scale}));
    const image<std::int16_t> in{{20000 / r.channels, 1, r.channels}, data};
    std::vector<std::int16_t> made;
    for (int y = 0; y < in.size.height; ++y) {
      for (int c = 0; c < r.channels; ++c) {
        made.push_back(static_cast<std::int16_t>(op.at(in, xn::weight_list<>{}, y, 0, c)));
      }
    }
    CHECK(fingerprint(made) == r.made);
  }
}

TEST_CASE("joins of int16 are TFLite's, of Q15 and Q31 CMSIS-DSP's") {
  const quantisation a{1.3e-4F}, b{2.1e-4F}, to{2.9e-4F};
  const auto sum = xn::wide_join_of<xn::join::add>(streams_of(dtype::i16, a, b), to);
  const auto rest = xn::wide_join_of<xn::join::sub>(streams_of(dtype::i16, a, b), to);
  const auto product = xn::wide_join_of<xn::join::mul>(streams_of(dtype::i16, a, b), {1.0e-3F});
  const auto q15 = streams_of(dtype::i16, xn::q15, xn::q15);
  const auto q31 = streams_of(dtype::i32, xn::q31, xn::q31);
  const auto add15 = xn::wide_join_of<xn::join::add>(q15, xn::q15);
  const auto mul15 = xn::wide_join_of<xn::join::mul>(q15, xn::q15);
  const auto sub31 = xn::wide_join_of<xn::join::sub>(q31, xn::q31);
  const auto mul31 = xn::wide_join_of<xn::join::mul>(q31, xn::q31);
  const auto shorts = random_integers<std::int16_t>(2000);
  const auto longs = random_integers<std::int32_t>(2000);
  for (std::size_t i = 0; i < 2000; i += 2) {
    const std::int64_t x = shorts[i], y = shorts[i + 1];
    // Two roundings of a sum err by one and a half at most.
    const double exact = double(a.scale) * double(x) / double(to.scale);
    const double other = double(b.scale) * double(y) / double(to.scale);
    CHECK(std::abs(double(sum.apply(x, y)) - within(exact + other, dtype::i16)) < 0.52);
    CHECK(std::abs(double(rest.apply(x, y)) - within(exact - other, dtype::i16)) < 0.52);
    const double factor = double(a.scale) * double(b.scale) / 1.0e-3F;
    CHECK(std::abs(double(product.apply(x, y)) - factor * double(x * y)) < 0.51);
    CHECK(double(add15.apply(x, y)) == within(double(x + y), dtype::i16));
    CHECK(double(mul15.apply(x, y)) == within(std::floor(double(x * y) / 32768), dtype::i16));
    const std::int64_t u = longs[i], v = longs[i + 1];
    CHECK(double(sub31.apply(u, v)) == within(double(u - v), dtype::i32));
    const long double high = std::floor(static_cast<long double>(u) * v / 2147483648.0L);
    CHECK(double(mul31.apply(u, v)) == within(double(high), dtype::i32));
  }
  CHECK(mul15.apply(-32768, -32768) == 32767);
  CHECK(mul31.apply(std::int64_t{INT32_MIN}, std::int64_t{INT32_MIN}) == INT32_MAX);
  CHECK(add15.apply(-32768, -1) == -32768);
}

TEST_CASE("a FIR filter of Q15 and Q31 is CMSIS-DSP's") {
  const auto taps = random_integers<std::int16_t>(13);
  const auto signal = random_integers<std::int16_t>(40);
  const xn::conv op{.out = 1, .kernel = {13, 1}, .padding = xn::causal};
  xn::quantisations q = streams_of(dtype::i16, xn::q15);
  q.weights = dtype::i16;
  const auto form = op.wide_form(xn::sequence(40, 1), q);
  const auto views = list(xn::weights<std::int16_t, xn::ohwi{1, 13, 1, 1}>(taps.data()));
  const image<std::int16_t> in{xn::sequence(40, 1), {signal.begin(), signal.end()}};
  for (int n = 0; n < 40; ++n) {
    std::int64_t sum = 0;
    for (int k = 0; k < 13 && k <= n; ++k) {  // arm_fir_q15 keeps its taps in reverse
      sum += std::int64_t{taps[std::size_t(12 - k)]} * signal[std::size_t(n - k)];
    }
    const double want = within(std::floor(std::ldexp(double(sum), -15)), dtype::i16);
    CHECK(double(form.at(in, views, n, 0, 0)) == want);
  }
  q = streams_of(dtype::i32, xn::q31);
  q.weights = dtype::i32;
  const auto long_form = op.wide_form(xn::sequence(2, 1), q);
  const std::array<std::int32_t, 13> fractions{
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, xn::to_q31(0.5), xn::to_q31(-0.25)}};
  const auto long_views = list(xn::weights<std::int32_t, xn::ohwi{1, 13, 1, 1}>(fractions.data()));
  const image<std::int32_t> long_in{xn::sequence(2, 1), {xn::to_q31(0.75), xn::to_q31(-0.125) + 1}};
  CHECK(long_form.at(long_in, long_views, 0, 0, 0) == xn::to_q31(-0.1875));
  CHECK(long_form.at(long_in, long_views, 1, 0, 0) == xn::to_q31(0.40625) - 1);  // downwards
}

TEST_CASE("gains, conversions, means and limits of wide integers") {
  const auto by = [](float factor, dtype type, const quantisation& q) {
    return xn::wide_gain::of(factor, streams_of(type, q));
  };
  CHECK(by(0.75F, dtype::i16, xn::q15) == xn::wide_gain{dtype::i16, 24576, 15, rounding::down});
  CHECK(by(-3.0F, dtype::i32, xn::q31) ==
        xn::wide_gain{dtype::i32, -1610612736, 29, rounding::down});
  CHECK(by(0.75F, dtype::i16, xn::q15).apply(-3) == -3);  // -2.25, downwards
  CHECK(by(0.75F, dtype::i16, {1.0F}).apply(-3) == -2);   // to the nearest
  CHECK(by(4.0F, dtype::i16, xn::q15).apply(-9000) == -32768);
  CHECK(by(0, dtype::i16, xn::q15).apply(77) == 0);
  CHECK(by(1e-20F, dtype::i16, xn::q15).check({}) == xn::fault::bad_attribute);

  using to_short = xn::convert_from<dtype::i16>;
  using to_long = xn::convert_from<dtype::i32>;
  CHECK(to_long::of(dtype::i16, xn::q15, xn::q31).convert(-5) == -5 * 65536);
  CHECK(to_short::of(dtype::i32, xn::q31, xn::q15).convert(-1) == -1);
  CHECK(to_short::of(dtype::i32, {xn::q31.scale}, xn::q15).convert(-1) == 0);
  CHECK(to_short::of(dtype::i32, xn::q31, {xn::q15.scale / 4}).convert(INT32_MAX) == 32767);
  CHECK(to_short::of(dtype::i8, {0.5F, -3}, {0.01F}).convert(4) == 350);
  const auto bytes = xn::convert_from<dtype::i8>::of(dtype::i16, xn::q15, {0.03F, -3});
  CHECK(bytes.convert(16384) == 13);  // 16.67 downwards
  CHECK(bytes.to.round == rounding::twice);
  CHECK(xn::convert_from<dtype::i8>::of(dtype::i16, {1.0F, 0, rounding::once}, {1.0F}).to.round ==
        rounding::once);
  CHECK(to_long::of(dtype::i8, {0.5F, 0}, xn::q31).check({}) == xn::fault::no_wide_form);
  const xn::quantize_attributes<dtype::i32> quantize{xn::q31};
  CHECK(quantize.convert(-0.5F) == -1073741824);
  CHECK(quantize.convert(1.0F) == INT32_MAX);
  CHECK(quantize.convert(-2.0F) == INT32_MIN);
  CHECK(quantize.convert(std::numeric_limits<float>::quiet_NaN()) == INT32_MIN);
  CHECK(xn::quantize_attributes<dtype::i16>{{0.5F}}.convert(1.25F) == 3);

  const xn::reduce<xn::reduction::mean> mean{.rows = true};
  const auto form = mean.wide_form(xn::sequence(3, 1), streams_of(dtype::i16, {0.25F}));
  const image<std::int16_t> in{xn::sequence(3, 1), {-30000, -30001, -29999}};
  CHECK(form.at(in, xn::weight_list<>{}, 0, 0, 0) == -30000);
  const auto limits = [](const quantisation& q, dtype type) {
    return xn::activation<xn::function::relu6>{}.wide_form({}, streams_of(type, q));
  };
  CHECK(limits({0.01F}, dtype::i16).high == 600);
  CHECK(limits(xn::q31, dtype::i32).high == INT32_MAX);
  const auto leaky = xn::wide_function<xn::function::leaky_relu>::of(streams_of(dtype::i16, {0.5F}),
                                                                     {0.25F}, -0.25F);
  CHECK(leaky.apply(100) == 200);
  CHECK(leaky.apply(-100) == 50);
  CHECK(xn::to_q15(1.0) == 32767);
  CHECK(xn::to_q15(-5.0) == -32768);
  CHECK(xn::to_q31(-1.0) == INT32_MIN);
}
