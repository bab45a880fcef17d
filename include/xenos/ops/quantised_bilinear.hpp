// Bilinear up-sampling of int8.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos::inline XENOS_ABI {

/// The elements of one axis between which an output element lies, and the weight of `second` in
/// 1024ths; that of `first` is the rest.
struct fixed_neighbours {
  int first;
  int second;
  int fraction;
};

/// RESIZE_BILINEAR of int8 by whole factors, in places of 1024ths of an element. The step from
/// element to element is rounded to a 1024th too: where the factor is no power of two, places
/// drift, and axes on which they would by half an element are refused (a factor of 3 from 512
/// elements on). The quantisation stays. Reference: tflite reference_ops ResizeBilinearInteger.
struct quantised_bilinear {
  extent2 factor{};
  bool half_pixel_centers = true;

  static constexpr const char* name = "resize_bilinear";
  static constexpr mapping map = mapping::one_to_many;
  static constexpr int one = 1 << 10;

  [[nodiscard]] static constexpr bool power_of_two(int by) { return (by & (by - 1)) == 0; }
  /// The step of an axis of `extent` elements.
  [[nodiscard]] static constexpr int step(int by, std::int64_t extent) {
    const std::int64_t out = extent * by;
    return static_cast<int>((one * extent + out / 2) / out);
  }
  [[nodiscard]] static constexpr bool drifts(int by, std::int64_t extent) {
    const std::int64_t off = std::int64_t{step(by, extent)} * by - one;
    return extent * (off < 0 ? -off : off) >= one / 2;
  }
  /// The window of one axis: with a drift, an element more on either side.
  [[nodiscard]] constexpr window along(int by) const {
    if (by == 1) return {};
    const window w = half_pixel_centers ? window{2, 2 * by, 2, 1 - by} : window{2, by, 1, 0};
    return power_of_two(by) ? w : window{4, w.up, w.down, w.offset - w.up};
  }
  [[nodiscard]] constexpr fixed_neighbours between(int o, int by, int extent) const {
    const int s = step(by, extent);
    const int at = half_pixel_centers ? o * s + s / 2 - one / 2 : o * s;
    const int first = min_of(max_of(at / one, 0), extent - 1);
    return {first, min_of((at + one - 1) / one, extent - 1), at - one * first};
  }
  /// The mean of four elements, rows first.
  [[nodiscard]] static constexpr std::int32_t blend(std::int32_t upper_left,
                                                    std::int32_t upper_right,
                                                    std::int32_t lower_left,
                                                    std::int32_t lower_right, std::int32_t down,
                                                    std::int32_t across) {
    // Within 32 bits: no weight exceeds 1536 * 1536, and they add up to 2^20.
    const std::int32_t sum = upper_left * ((one - down) * (one - across)) +
                             lower_left * (down * (one - across)) +
                             upper_right * ((one - down) * across) + lower_right * (down * across);
    return (sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20);
  }

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    return drifts(factor.height, in[0].height) || drifts(factor.width, in[0].width)
               ? fault::bad_attribute
               : fault::none;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {in[0].height * factor.height, in[0].width * factor.width, in[0].channels};
  }
  [[nodiscard]] constexpr access reads(const shapes&, int) const {
    return {along(factor.height), 0, 0, false, along(factor.width)};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return output(in).elements() * 6;
  }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return true; }

  template <class In, class Weights>
  constexpr std::int32_t at(const In& in, const Weights&, int y, int x, int c) const {
    const shape extent = in.extent(0);
    const fixed_neighbours rows = between(y, factor.height, extent.height);
    const fixed_neighbours columns = between(x, factor.width, extent.width);
    return blend(in(0, rows.first, columns.first, c), in(0, rows.first, columns.second, c),
                 in(0, rows.second, columns.first, c), in(0, rows.second, columns.second, c),
                 rows.fraction, columns.fraction);
  }
  friend constexpr bool operator==(const quantised_bilinear&, const quantised_bilinear&) = default;
};

}  // namespace xenos::inline XENOS_ABI
