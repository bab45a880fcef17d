// Sums, differences and products of two streams of int8.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

enum class join : std::uint8_t { add, mul, sub, div, maximum, minimum };

constexpr const char* join_name(join kind) {
  constexpr const char* names[6] = {"add", "mul", "sub", "div", "maximum", "minimum"};
  return names[static_cast<int>(kind)];
}
/// Whether integers that are joined so are scaled to a quantisation of their own.
constexpr bool is_scaled_join(join kind) {
  return kind == join::add || kind == join::sub || kind == join::mul;
}

namespace detail {

/// `scaled`, for factors that are constants: where it rounds twice and shifts to the right, as one
/// sum and one shift of 64 bits. The second rounding sends halves away from zero, hence the 2^31.
XENOS_ALWAYS_INLINE constexpr std::int32_t scaled_by_constant(std::int32_t value, fixed_factor by,
                                                              rounding round) {
  if (round != rounding::twice || by.shift >= 0) return scaled(value, by, round);
  const int right = -by.shift;
  const std::int64_t halves = (std::int64_t{1} << 30) + (std::int64_t{1} << (30 + right));
  const std::int64_t away = std::int64_t{value < 0} << 31;
  return static_cast<std::int32_t>((std::int64_t{value} * by.multiplier + halves - away) >>
                                   (31 + right));
}

}  // namespace detail

/// ADD, SUB or MUL of two streams of int8 with quantisations of their own, in the quantisation
/// `to`. ADD brings both to twice the larger scale with 20 more bits, adds, and scales the sum; SUB
/// likewise; MUL scales the product. Its factors are attributes, so that they are constants where
/// it is applied; use `join_of`. Reference: tflite reference_integer_ops Add, reference_ops Sub,
/// with AddPrepare's factors; Mul, its factor in double as TFLite Micro has it.
template <join Kind>
struct quantised_join {
  int left_zero = 0;
  int right_zero = 0;
  fixed_factor left{};
  fixed_factor right{};
  fixed_factor result{};
  quantisation to{};

  static constexpr const char* name = join_name(Kind);
  static constexpr mapping map = mapping::one_to_one;
  static constexpr int arity = 2;
  static constexpr int more_bits = 20;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return to.fits_int8() ? fault::none : fault::quantisation_missing;
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return to;
  }

  template <class V>
  XENOS_ALWAYS_INLINE constexpr V apply(V a, V b) const {
    const std::int32_t x = std::int32_t(a) - left_zero;
    const std::int32_t y = std::int32_t(b) - right_zero;
    std::int32_t value = x * y;
    if constexpr (Kind != join::mul) {
      const std::int32_t first = detail::scaled_by_constant(x * (1 << more_bits), left, to.round);
      const std::int32_t second = detail::scaled_by_constant(y * (1 << more_bits), right, to.round);
      value = Kind == join::add ? first + second : first - second;
    }
    value = detail::scaled_by_constant(value, result, to.round);
    return V(clamp_int8(value + to.zero_point));
  }
  friend constexpr bool operator==(const quantised_join&, const quantised_join&) = default;
};

template <class Op>
inline constexpr bool is_int8_add = std::is_same_v<Op, quantised_join<join::add>>;

/// The join of streams with these quantisations.
template <join Kind>
constexpr quantised_join<Kind> join_of(const quantisation& a, const quantisation& b,
                                       const quantisation& to) {
  quantised_join<Kind> op{.left_zero = a.zero_point,
                          .right_zero = b.zero_point,
                          .to = {to.scale, to.zero_point, a.round}};
  if (!to.fits_int8()) return op;
  if constexpr (Kind != join::mul) {
    const double unit = 2 * double(a.scale > b.scale ? a.scale : b.scale);
    op.left = make_factor(a.scale / unit, a.round);
    op.right = make_factor(b.scale / unit, a.round);
    op.result = make_factor(unit / (double(1 << op.more_bits) * to.scale), a.round);
  } else {
    op.result = make_factor(double(a.scale) * double(b.scale) / double(to.scale), a.round);
  }
  return op;
}

}  // namespace xenos::inline XENOS_ABI
