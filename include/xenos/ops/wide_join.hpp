// Sums, differences and products of two streams of int16 or int32.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/wide_factor.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/quantised_join.hpp>

namespace xenos::inline XENOS_ABI {

/// ADD, SUB or MUL in the quantisation `to`, saturated. Of int16 as TFLite has it, with 15 more
/// bits for a sum; which is the plain sum where all scales are equal. Of int32 the scales of a sum
/// must be equal. With Q15 and Q31 these are CMSIS-DSP's arm_add, arm_sub and arm_mult, but that
/// its arm_mult_q31 clears the lowest bit. Use `wide_join_of`. Reference: tflite reference_ops Add,
/// Sub (AddGeneralParamScale), reference_integer_ops Mul.
template <join Kind>
struct wide_join {
  dtype type = dtype::i16;
  bool plain = false;  // a sum of equal scales
  fixed_factor left{};
  fixed_factor right{};
  fixed_factor result{};
  int shift = 0;  // of a product of int32, to the right
  quantisation to{};

  static constexpr const char* name = join_name(Kind);
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int arity = 2;
  static constexpr int more_bits = 15;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    const fault why = quantisation_fault(to, type);
    if (why != fault::none || type == dtype::i16) return why;
    if (Kind == join::mul) return shift < 1 || shift > 62 ? fault::quantisation_too_fine : why;
    return plain ? why : fault::element_types_differ;
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return to;
  }

  template <class V>
  XENOS_ALWAYS_INLINE constexpr V apply(V a, V b) const {
    if (Kind != join::mul && plain) {
      return static_cast<V>(limited(Kind == join::add ? std::int64_t{a} + b : std::int64_t{a} - b));
    }
    if (type == dtype::i32) {
      return static_cast<V>(limited(scaled_sum(std::int64_t{a} * b, {1, shift}, to.round)));
    }
    const auto x = static_cast<std::int32_t>(a);
    const auto y = static_cast<std::int32_t>(b);
    std::int32_t value = x * y;
    if constexpr (Kind != join::mul) {
      const std::int32_t first = detail::scaled_by_constant(x * (1 << more_bits), left, to.round);
      const std::int32_t second = detail::scaled_by_constant(y * (1 << more_bits), right, to.round);
      value = Kind == join::add ? first + second : first - second;
    }
    return static_cast<V>(limited(detail::scaled_by_constant(value, result, to.round)));
  }
  friend constexpr bool operator==(const wide_join&, const wide_join&) = default;

 private:
  [[nodiscard]] constexpr std::int64_t limited(std::int64_t value) const {
    return clamp_to(type, value);
  }
};

/// The join of streams with these quantisations.
template <join Kind>
constexpr wide_join<Kind> wide_join_of(const quantisations& q, const quantisation& to) {
  const quantisation& a = q[0];
  const quantisation& b = q[1];
  wide_join<Kind> op{.type = q.type, .to = {to.scale, to.zero_point, a.round}};
  if (quantisation_fault(op.to, q.type) != fault::none) return op;
  op.plain = Kind != join::mul && a.scale == b.scale && a.scale == to.scale;
  if (op.plain) return op;
  if (q.type == dtype::i32) {
    op.shift = to.exponent() - a.exponent() - b.exponent();
  } else if (Kind == join::mul) {
    op.result = make_factor(double(a.scale) * double(b.scale) / double(to.scale), a.round);
  } else {
    const double unit = 2 * double(a.scale > b.scale ? a.scale : b.scale);
    op.left = make_factor(a.scale / unit, a.round);
    op.right = make_factor(b.scale / unit, a.round);
    op.result = make_factor(unit / (double(1 << op.more_bits) * to.scale), a.round);
  }
  return op;
}

}  // namespace xenos::inline XENOS_ABI
