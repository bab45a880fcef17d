// Vectors as values: what the operations' `apply` may take instead of a scalar.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/config/vector.hpp>
#include <xenos/core/lanes.hpp>

#include <cstdint>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

namespace math {  // for its functions' names, some of which are operations' in xenos

/// `Count` > 1 floats that behave as one number: arithmetic, comparisons, `select`, `exp`, `tanh`,
/// `erf`. What is written once for all value types, as the functions of core/math.hpp are, thus
/// works on vectors as well.
template <int Count>
struct simd {
  using raw = lanes<float, Count>;
  using mask = decltype(raw{} < raw{});
  raw value;

  simd() = default;
  XENOS_ALWAYS_INLINE simd(raw of) : value(of) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> XENOS_ALWAYS_INLINE explicit simd(Number of)
      : value(static_cast<float>(of) - raw{}) {}

  /// From any address. Of fewer elements than Count the rest is zero, and not read.
  static XENOS_ALWAYS_INLINE simd load(const float* from, int present = Count) {
    if (present >= Count) return load_lanes<float, Count>(from);
    float values[Count] = {};
    for (int k = 0; k < present; ++k) values[k] = from[k];
    return load_lanes<float, Count>(values);
  }
  XENOS_ALWAYS_INLINE void store(float* to, int present = Count) const {
    if (present >= Count) return store_lanes<float, Count>(to, value);
    float values[Count];
    store_lanes<float, Count>(values, value);
    for (int k = 0; k < present; ++k) to[k] = values[k];
  }

  friend XENOS_ALWAYS_INLINE simd operator+(simd a, simd b) { return a.value + b.value; }
  friend XENOS_ALWAYS_INLINE simd operator-(simd a, simd b) { return a.value - b.value; }
  friend XENOS_ALWAYS_INLINE simd operator*(simd a, simd b) { return a.value * b.value; }
  friend XENOS_ALWAYS_INLINE simd operator/(simd a, simd b) { return a.value / b.value; }
  friend XENOS_ALWAYS_INLINE simd multiply_add(simd a, simd b, simd c) {
    return a.value * b.value + c.value;
  }
  friend XENOS_ALWAYS_INLINE simd operator-(simd a) { return -a.value; }
  friend XENOS_ALWAYS_INLINE mask operator<(simd a, simd b) { return a.value < b.value; }
  friend XENOS_ALWAYS_INLINE mask operator>(simd a, simd b) { return a.value > b.value; }
  friend XENOS_ALWAYS_INLINE mask operator!=(simd a, simd b) { return a.value != b.value; }
  friend XENOS_ALWAYS_INLINE simd select(mask where, simd yes, simd no) {
    return where ? yes.value : no.value;
  }

  friend XENOS_ALWAYS_INLINE simd at_least(simd x, simd low) {
#ifdef XENOS_MAX_16_FLOATS
    if constexpr (Count == 16) return raw(XENOS_MAX_16_FLOATS(low.value, x.value));
#endif
    return select(low > x, low, x);
  }
  friend XENOS_ALWAYS_INLINE simd at_most(simd x, simd high) {
#ifdef XENOS_MIN_16_FLOATS
    if constexpr (Count == 16) return raw(XENOS_MIN_16_FLOATS(high.value, x.value));
#endif
    return select(high < x, high, x);
  }

  /// e^x; errors are in docs/performance.md. NaN stays NaN.
  friend simd exp(simd x) {
    using integers = lanes<std::int32_t, Count>;
    // x = n ln 2 + r with |r| <= ln 2 / 2. Beyond these limits the result is 0 or infinity.
    x = at_most(at_least(x, simd(-104)), simd(89));
    constexpr float round = 12582912.0F;  // 1.5 * 2^23: adding it leaves integers
    const raw shifted = x.value * 1.44269504F + round;
    const integers n =
        XENOS_VECTOR_BITS(integers, shifted) - XENOS_VECTOR_BITS(std::int32_t, round);
    const raw whole = XENOS_CONVERT_VECTOR(raw, n);
    const raw r = x.value - whole * 0.693359375F + whole * 2.12194440e-4F;
    raw sum = r * (1.0F / 5040) + 1.0F / 720;
    sum = sum * r + 1.0F / 120;
    sum = sum * r + 1.0F / 24;
    sum = sum * r + 1.0F / 6;
    sum = sum * r + 0.5F;
    sum = sum * (r * r) + r + 1.0F;
    // 2^n in two factors, either of which is a normal number.
    const integers half = n >> 1;
    return sum * power_of_two(half) * power_of_two(n - half);
  }

  /// tanh x, by e^x but near 0, where an odd polynomial (interpolated at Chebyshev's nodes) is
  /// exact.
  friend simd tanh(simd x) {
    const simd size = at_least(x, -x);
    const simd fall = exp(simd(-2) * size);
    const simd far = (simd(1) - fall) / (simd(1) + fall);
    const raw square = x.value * x.value;
    raw sum = square * -0.00565713519F + 0.0205881915F;
    sum = sum * square - 0.0537201077F;
    sum = sum * square + 0.133311141F;
    sum = sum * square - 0.333332599F;
    const simd near = x.value * (sum * square) + x.value;
    return select(size < simd(0.625F), near, select(x < simd(0), -far, far));
  }

  /// The error function: near 0 an odd polynomial (interpolated at Chebyshev's nodes), beyond 1 one
  /// less e to a polynomial that is close to the logarithm of what is missing.
  friend simd erf(simd x) {
    const simd size = at_least(x, -x);
    const raw t = at_most(size, simd(4)).value;  // from where on the result is 1
    raw power = t * -0.00115043163F + 0.0147781994F;
    power = power * t - 0.0886344327F;
    power = power * t - 0.654488537F;
    power = power * t - 1.1174388F;
    power = power * t - 0.00267160614F;
    const simd far = simd(1) - exp(simd(power));
    const raw square = x.value * x.value;
    raw sum = square * 7.87587505e-5F - 0.000801686428F;
    sum = sum * square + 0.00518908742F;
    sum = sum * square - 0.026854212F;
    sum = sum * square + 0.112835947F;
    sum = sum * square - 0.376126267F;
    sum = sum * square + 0.128379166F;
    const simd near = x.value * sum + x.value;
    return select(size < simd(1), near, select(x < simd(0), -far, far));
  }

 private:
  static XENOS_ALWAYS_INLINE raw power_of_two(lanes<std::int32_t, Count> n) {
    n = (n + 127) << 23;
    return XENOS_VECTOR_BITS(raw, n);
  }
};

}  // namespace math

using math::simd;

}  // namespace xenos::inline XENOS_ABI
