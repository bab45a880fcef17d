// Up-sampling by whole factors.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/quantised_bilinear.hpp>

namespace xenos::inline XENOS_ABI {

enum class interpolation : std::uint8_t { nearest, bilinear };

/// The elements of one axis between which an output element lies, both inside the image: `first` *
/// (1 - fraction) + `second` * fraction. With fraction 0 only `first` counts.
template <class V>
struct neighbours {
  int first;
  int second;
  V fraction;
};

/// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR by whole factors; align_corners is false. With
/// half_pixel_centers output element o lies at (o + 1/2) / factor - 1/2 of the input, else at o /
/// factor; what lies outside is clamped to the edge. Nearest neighbours are the same either way.
/// Reference: tflite reference_ops ResizeNearestNeighbor, ResizeBilinear.
template <interpolation Kind>
struct upsample {
  extent2 factor{};
  bool half_pixel_centers = true;

  static constexpr const char* name =
      Kind == interpolation::nearest ? "resize_nearest_neighbor" : "resize_bilinear";
  static constexpr mapping map = mapping::one_to_many;
  static constexpr bool keeps_quantisation = Kind == interpolation::nearest;

  [[nodiscard]] constexpr quantised_bilinear integer_form(const shapes&, const quantisations&) const
      requires(Kind == interpolation::bilinear) {
    return {factor, half_pixel_centers};
  }

  /// The window of one axis.
  [[nodiscard]] constexpr window along(int by) const {
    if (Kind == interpolation::nearest || by == 1) return {1, by, 1, 0};
    return half_pixel_centers ? window{2, 2 * by, 2, 1 - by} : window{2, by, 1, 0};
  }
  /// What output element `o` of an axis of `extent` input elements lies between.
  template <class V>
  [[nodiscard]] constexpr neighbours<V> between(int o, int by, int extent) const {
    const window w = along(by);
    const int first = w.first(o);
    const int rest = w.reach == 1 ? 0 : o * w.down + w.offset - first * w.up;
    const int second = rest == 0 ? first : first + 1;
    return {max_of(first, 0), min_of(second, extent - 1),
            static_cast<V>(rest) / static_cast<V>(w.up)};
  }
  template <class V>
  [[nodiscard]] static constexpr V blend(V first, V second, V fraction) {
    return fraction == 0 ? first : first * (1 - fraction) + second * fraction;
  }

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return factor.height < 1 || factor.width < 1 ? fault::bad_attribute : fault::none;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {in[0].height * factor.height, in[0].width * factor.width, in[0].channels};
  }
  [[nodiscard]] constexpr access reads(const shapes&, int) const {
    return {along(factor.height), 0, 0, false, along(factor.width)};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    return Kind == interpolation::nearest ? 0 : output(in).elements() * 6;
  }

  /// Columns are blended first, then rows.
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    using value = reference_of<typename In::value_type>;
    const shape extent = in.extent(0);
    const auto rows = between<value>(y, factor.height, extent.height);
    const auto columns = between<value>(x, factor.width, extent.width);
    const auto row = [&](int index) {
      return blend(value(in(0, index, columns.first, c)), value(in(0, index, columns.second, c)),
                   columns.fraction);
    };
    return blend(row(rows.first), row(rows.second), rows.fraction);
  }
  friend constexpr bool operator==(const upsample&, const upsample&) = default;
};

using nearest = upsample<interpolation::nearest>;
using bilinear = upsample<interpolation::bilinear>;

}  // namespace xenos::inline XENOS_ABI
