#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <xenos/core/quantisation.hpp>

namespace xn = xenos;

static_assert(xn::make_factor(1.0) == xn::fixed_factor{1 << 30, 1});
static_assert(xn::make_factor(0.5) == xn::fixed_factor{1 << 30, 0});
static_assert(xn::make_factor(0.0) == xn::fixed_factor{});
static_assert(xn::make_factor(1e-12) == xn::fixed_factor{});
// Only single roundings saturate; two shift by one bit more, and no further.
static_assert(xn::make_factor(1e30, xn::rounding::once) == xn::fixed_factor{INT32_MAX, 30});
static_assert(xn::make_factor(1e30, xn::rounding::half_even) == xn::fixed_factor{INT32_MAX, 30});
static_assert(xn::make_factor(1610612736.0) == xn::fixed_factor{3 << 29, 31});
static_assert(xn::make_factor(1610612736.0 * 4) == xn::fixed_factor{3 << 29, 31});
static_assert(xn::scaled<xn::rounding::twice>(2, {3 << 29, 31}) == 0);  // wraps as TFLite's does
static_assert(xn::make_factor(1073741823.0, xn::rounding::once) == xn::make_factor(1073741823.0));
static_assert(xn::scaled<xn::rounding::twice>(1 << 20, xn::make_factor(4.0)) == 1 << 22);
static_assert(xn::scaled<xn::rounding::once>(-3, xn::make_factor(0.5)) == -1);
static_assert(xn::scaled<xn::rounding::twice>(-3, xn::make_factor(0.25)) == -1);
static_assert(xn::scaled<xn::rounding::half_even>(-3, xn::make_factor(0.5)) == -2);
static_assert(xn::scaled<xn::rounding::half_even>(-1, xn::make_factor(0.5)) == 0);
static_assert(xn::scaled<xn::rounding::half_even>(5, xn::make_factor(0.5)) == 2);
static_assert(xn::scaled<xn::rounding::half_even>(7, xn::make_factor(0.5)) == 4);

namespace {

/// The doubling high product and the rounding shift as gemmlowp defines them, by division.
std::int32_t twice(std::int32_t value, xn::fixed_factor by) {
  const int left = std::max(by.shift, 0);
  const int right = std::max(-by.shift, 0);
  const auto moved = static_cast<std::int32_t>(static_cast<std::uint32_t>(value) << left);
  const std::int64_t product = std::int64_t{moved} * by.multiplier;
  const std::int64_t nudge = product >= 0 ? 1 << 30 : 1 - (1 << 30);
  const double high = static_cast<double>((product + nudge) / (std::int64_t{1} << 31));
  return static_cast<std::int32_t>(std::round(high / std::ldexp(1.0, right)));
}

}  // namespace

TEST_CASE("make_factor is frexp in integers") {
  std::mt19937_64 dice(7);
  std::uniform_real_distribution<double> exponent(-33.0, 29.0);
  for (int i = 0; i < 100000; ++i) {
    const double real = std::exp2(exponent(dice));
    int shift = 0;
    auto multiplier =
        static_cast<std::int64_t>(std::round(std::frexp(real, &shift) * 2147483648.0));
    if (multiplier == std::int64_t{1} << 31) multiplier /= 2, ++shift;
    if (shift < -31) multiplier = shift = 0;
    const auto factor = xn::make_factor(real);
    REQUIRE(factor.multiplier == multiplier);
    REQUIRE(factor.shift == shift);
  }
  // Halves of the last place, and what is rounded up to a power of two.
  CHECK(xn::make_factor(1 - std::ldexp(1.0, -40)) == xn::fixed_factor{1 << 30, 1});
  CHECK(xn::make_factor(std::ldexp(1.0, -32)) == xn::fixed_factor{1 << 30, -31});
  CHECK(xn::make_factor(std::ldexp(1.0, -33)) == xn::fixed_factor{});
}

TEST_CASE("scaled rounds twice or once") {
  std::mt19937 dice(9);
  std::uniform_int_distribution<std::int32_t> any(std::numeric_limits<std::int32_t>::min());
  std::uniform_int_distribution<std::int32_t> multiplier(1 << 30);
  std::uniform_int_distribution<int> shift(-31, 30);
  for (int i = 0; i < 200000; ++i) {
    const xn::fixed_factor by{i % 50 == 0 ? 0 : multiplier(dice), shift(dice)};
    const std::int32_t value = any(dice) >> (i % 31);
    REQUIRE(xn::scaled<xn::rounding::twice>(value, by) == twice(value, by));
    const double exact =
        static_cast<double>(value) * by.multiplier * std::ldexp(1.0, by.shift - 31);
    if (by.shift < 0) {  // 62 bits at most; a double holds fewer, so not near halves
      const double rest = std::abs(exact - std::floor(exact) - 0.5);
      if (rest > 1e-6) {
        REQUIRE(xn::scaled<xn::rounding::once>(value, by) == std::floor(exact + 0.5));
      }
    }
  }
  for (const std::int32_t value : {INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX}) {
    for (const std::int32_t m : {0, 1 << 30, (1 << 30) + 1, INT32_MAX}) {
      for (int s = -31; s <= 30; ++s) {
        REQUIRE(xn::scaled<xn::rounding::twice>(value, {m, s}) == twice(value, {m, s}));
      }
    }
  }
}

TEST_CASE("half_even is the nearest, and of two the even one") {
  std::mt19937 dice(10);
  std::uniform_int_distribution<std::int32_t> any(std::numeric_limits<std::int32_t>::min());
  std::uniform_int_distribution<std::int32_t> multiplier(1 << 30);
  std::uniform_int_distribution<int> shift(-31, 30);
  int halves = 0;
  for (int i = 0; i < 200000; ++i) {
    // Few bits in half of the cases, so that halves occur.
    const std::int32_t value = any(dice) >> (i % 31);
    const std::int32_t m = i % 2 == 0 ? multiplier(dice) : (multiplier(dice) >> 28) << 28;
    const xn::fixed_factor by{m, shift(dice)};
    const std::int64_t product = std::int64_t{value} * m;
    const std::int64_t unit = std::int64_t{1} << (31 - by.shift);
    std::int64_t want = product / unit;
    std::int64_t rest = product % unit;
    if (rest < 0) rest += unit, --want;
    halves += rest == unit / 2;
    if (rest > unit / 2 || (rest == unit / 2 && want % 2 != 0)) ++want;
    REQUIRE(xn::scaled<xn::rounding::half_even>(value, by) == static_cast<std::int32_t>(want));
    REQUIRE(xn::scaled(value, by, xn::rounding::half_even) == static_cast<std::int32_t>(want));
  }
  CHECK(halves > 1000);
}
