// Sums and means of int8 and int16 over rows, columns and channels.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/reduction.hpp>

#include <bit>

namespace xenos::inline XENOS_ABI {

/// SUM and MEAN of int8 and int16 in the quantisation `to`: what was summed, less its zero points,
/// is scaled once; the number of elements is part of a mean's factor, which loses its lowest bits
/// there. All rows are read at once, as sums do not fit the output. Exact as long as 255 * elements
/// < 2^31, of int16 65535 * elements. Reference: tflite reference_ops QuantizedMeanOrSum (TFLite's
/// optimised kernels divide in another way where a mean is over rows and columns).
template <reduction Kind>
struct quantised_reduce {
  static_assert(Kind == reduction::sum || Kind == reduction::mean);
  bool rows = false;
  bool columns = false;
  bool channels = false;
  std::int32_t zero_sum = 0;  // of the zero points that a sum holds
  fixed_factor factor{};
  quantisation to{};
  dtype type = dtype::i8;

  static constexpr reduction kind = reduction::sum;  // what comes before `scale`
  static constexpr const char* name = Kind == reduction::sum ? "sum" : "mean";
  static constexpr mapping map = mapping::many_to_many;

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return type == dtype::i32 ? fault::no_wide_form : quantisation_fault(to, type);
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {rows ? 1 : in[0].height, columns ? 1 : in[0].width, channels ? 1 : in[0].channels};
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    return {window{rows ? in[0].height : 1}, 0, 0, false, window{columns ? in[0].width : 1}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return !channels; }
  [[nodiscard]] constexpr bool accumulates(const shapes&) const { return false; }
  [[nodiscard]] constexpr quantisation output_quantisation(const quantisations&) const {
    return to;
  }

  /// What becomes of a sum of integers.
  [[nodiscard]] constexpr std::int32_t scale(std::int32_t sum) const {
    const std::int32_t made = scaled(sum - zero_sum, factor, to.round) + to.zero_point;
    return static_cast<std::int32_t>(clamp_to(type, made));
  }
  template <class In, class Weights>
  constexpr std::int32_t at(const In& in, const Weights&, int y, int x, int c) const {
    const shape extent = in.extent(0);
    std::int32_t sum = 0;
    for (int row = rows ? 0 : y; row < (rows ? extent.height : y + 1); ++row) {
      for (int w = columns ? 0 : x; w < (columns ? extent.width : x + 1); ++w) {
        for (int i = channels ? 0 : c; i < (channels ? extent.channels : c + 1); ++i) {
          sum += static_cast<std::int32_t>(in(0, row, w, i));
        }
      }
    }
    return scale(sum);
  }
  friend constexpr bool operator==(const quantised_reduce&, const quantised_reduce&) = default;
};

/// A factor by one over `count`, in as many bits as leave its shift at -31 or more.
constexpr fixed_factor divided_by(fixed_factor factor, std::int64_t count) {
  const int bits = 63 - std::countl_zero(static_cast<std::uint64_t>(count));
  const int shift = min_of(min_of(bits, 32), 31 + factor.shift);
  const std::int64_t multiplier = (std::int64_t{factor.multiplier} << shift) / count;
  return {static_cast<std::int32_t>(multiplier), factor.shift - shift};
}

/// Whether Op is a sum or mean of int8.
template <class Op>
inline constexpr bool is_quantised_reduce = false;
template <reduction Kind>
inline constexpr bool is_quantised_reduce<quantised_reduce<Kind>> = true;

}  // namespace xenos::inline XENOS_ABI
