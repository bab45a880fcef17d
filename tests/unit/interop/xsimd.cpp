#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 warns of its own avx512fintrin.h.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <catch2/catch.hpp>
#include <cmath>
#include <support/run.hpp>
#include <xenos/xenos.hpp>

#if __has_include(<xsimd/xsimd.hpp>)

#include <xenos/interop/xsimd.hpp>

namespace xn = xenos;

namespace {

/// log(1 + x^2), an operation of a user's with functions of xsimd.
struct log_of_square {
  static constexpr const char* name = "log_of_square";
  static constexpr xn::mapping map = xn::mapping::one_to_one;
  static constexpr bool vectors = true;

  template <class V>
  auto apply(V x) const {
    return xn::with_xsimd(
        [](auto a) {
          using std::log1p;
          return log1p(a * a);
        },
        x);
  }
};

}  // namespace

TEST_CASE("an operation calls functions of xsimd", "[xsimd]") {
  // 19 channels: whole vectors and a rest.
  constexpr auto model = xn::input<float, xn::hwc{3, 5, 19}> | xn::stage_of<log_of_square{}>();
  constexpr auto net = xn::link<xn::targets::host>(model);
  static const auto packed = net.pack();
  static decltype(net)::arena arena;
  std::array<float, 3 * 5 * 19> in{};
  std::array<float, 3 * 5 * 19> out{};
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = 0.11F * float(i) - 9;
  net.run(packed, arena, in, out);
  for (std::size_t i = 0; i < in.size(); ++i) {
    CHECK(out[i] == Approx(std::log1p(double(in[i]) * double(in[i]))).epsilon(1e-6));
  }
}

TEST_CASE("vectors of every length become batches", "[xsimd]") {
  const auto check = [](auto vector) {
    constexpr int count = sizeof vector / sizeof(float);
    float in[count];
    float out[count];
    for (int k = 0; k < count; ++k) in[k] = 0.5F * float(k) - 1;
    const auto sum = [](auto a, auto b) { return a + b; };
    xn::with_xsimd(sum, decltype(vector)::load(in), decltype(vector)(2)).store(out);
    for (int k = 0; k < count; ++k) CHECK(out[k] == in[k] + 2);
  };
  check(xn::simd<2>(0));
  check(xn::simd<4>(0));
  if constexpr (xn::lane_count<float>(32) == 8) check(xn::simd<8>(0));
  if constexpr (xn::lane_count<float>(64) == 16) check(xn::simd<16>(0));
  CHECK(xn::with_xsimd([](auto x) { return x * 3; }, 2.0) == 6.0);
}

#endif
