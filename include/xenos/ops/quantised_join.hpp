// Sums and products of two streams of int8.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

enum class join : std::uint8_t { add, mul };

/// ADD or MUL of two streams of int8 with quantisations of their own, in the quantisation `to`. ADD
/// brings both to twice the larger scale with 20 more bits, adds, and scales the sum; MUL scales
/// the product. Its factors are attributes, so that they are constants where it is applied; use
/// `join_of`. Reference: tflite reference_integer_ops Add, with AddPrepare's factors; Mul, its
/// factor in double as TFLite Micro has it.
template <join Kind>
struct quantised_join {
  int left_zero = 0;
  int right_zero = 0;
  fixed_factor left{};
  fixed_factor right{};
  fixed_factor result{};
  quantisation to{};

  static constexpr const char* name = Kind == join::add ? "add" : "mul";
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
  constexpr V apply(V a, V b) const {
    const std::int32_t x = std::int32_t(a) - left_zero;
    const std::int32_t y = std::int32_t(b) - right_zero;
    std::int32_t value = x * y;
    if constexpr (Kind == join::add) {
      value = scaled(x * (1 << more_bits), left, to.round) +
              scaled(y * (1 << more_bits), right, to.round);
    }
    return V(clamp_int8(scaled(value, result, to.round) + to.zero_point));
  }
  friend constexpr bool operator==(const quantised_join&, const quantised_join&) = default;
};

/// The join of streams with these quantisations.
template <join Kind>
constexpr quantised_join<Kind> join_of(const quantisation& a, const quantisation& b,
                                       const quantisation& to) {
  quantised_join<Kind> op{.left_zero = a.zero_point,
                          .right_zero = b.zero_point,
                          .to = {to.scale, to.zero_point, a.round}};
  if (!to.fits_int8()) return op;
  if constexpr (Kind == join::add) {
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
