#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>
#include <xenos/core/math.hpp>
#include <xenos/core/simd.hpp>

namespace {

namespace xn = xenos;
constexpr int count = xn::lane_count<float>(64) > 1 ? xn::lane_count<float>(64) : 4;
using vector = xn::simd<count>;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// The largest error of `function`, in units of the last place of the exact value, over floats of
/// every exponent and either sign. Where the exact value is below the normal numbers, 0 will do.
template <class Function, class Exact>
double worst_error(const Function& function, const Exact& exact) {
  double worst = 0;
  constexpr std::uint64_t step = 4099;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32U); bits += step * count) {
    float in[count];
    float out[count];
    for (int k = 0; k < count; ++k) {
      const auto one = static_cast<std::uint32_t>(bits + std::uint64_t(k) * step);
      std::memcpy(in + k, &one, sizeof one);
    }
    function(vector::load(in)).store(out);
    for (int k = 0; k < count; ++k) {
      if (std::isnan(in[k])) {
        if (!std::isnan(out[k])) return infinity;
        continue;
      }
      const double want = exact(double(in[k]));
      const auto near = static_cast<float>(want);
      if (std::isinf(near) || std::fabs(near) < std::numeric_limits<float>::min()) {
        const bool small = std::fabs(out[k] - near) <= std::numeric_limits<float>::min();
        if (out[k] != near && !small) return infinity;
        continue;
      }
      const double place = std::nextafter(std::fabs(near), infinity) - std::fabs(near);
      worst = std::max(worst, std::fabs(out[k] - want) / place);
    }
  }
  return worst;
}

float first(vector v) {
  float values[count];
  v.store(values);
  return values[0];
}

}  // namespace

TEST_CASE("functions of vectors keep their documented errors", "[simd]") {
  CHECK(worst_error([](vector x) { return exp(x); }, [](double x) { return std::exp(x); }) < 1.1);
  CHECK(worst_error([](vector x) { return tanh(x); }, [](double x) { return std::tanh(x); }) < 1.6);
  CHECK(worst_error([](vector x) { return erf(x); }, [](double x) { return std::erf(x); }) < 1.4);
  CHECK(worst_error([](vector x) { return xn::math::logistic(x); },
                    [](double x) { return 1 / (1 + std::exp(-x)); }) < 2.5);
}

TEST_CASE("functions of vectors at their limits", "[simd]") {
  CHECK(first(exp(vector(infinity))) == infinity);
  CHECK(first(exp(vector(-infinity))) == 0);
  CHECK(first(exp(vector(0))) == 1);
  CHECK(first(tanh(vector(infinity))) == 1);
  CHECK(first(tanh(vector(-infinity))) == -1);
  CHECK(first(erf(vector(infinity))) == 1);
  CHECK(first(erf(vector(-infinity))) == -1);
}

TEST_CASE("limits of vectors keep NaN", "[simd]") {
  CHECK(std::isnan(first(at_least(vector(not_a_number), vector(0)))));
  CHECK(std::isnan(first(at_most(vector(not_a_number), vector(6)))));
  CHECK(first(at_least(vector(-2), vector(0))) == 0);
  CHECK(first(at_least(vector(2), vector(0))) == 2);
  CHECK(first(at_most(vector(7), vector(6))) == 6);
  CHECK(first(xn::math::clamp(vector(-3), vector(-1), vector(1))) == -1);
}

TEST_CASE("vectors of fewer elements touch no others", "[simd]") {
  for (int present = 0; present <= count; ++present) {
    std::vector<float> exact(std::size_t(present), 3.0F);  // the sanitizer sees what is beyond
    float all[count];
    const vector loaded = vector::load(exact.data(), present);
    loaded.store(all);
    for (int k = 0; k < count; ++k) CHECK(all[k] == (k < present ? 3.0F : 0.0F));
    (loaded + loaded).store(exact.data(), present);
    for (const float value : exact) CHECK(value == 6.0F);
  }
}
