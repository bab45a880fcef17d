// Pooling over the last rows: what global pooling is to whole images, for rows without end.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/pool.hpp>

namespace xenos::inline XENOS_ABI {

/// Pooling over the last `rows` rows and all columns: {height / stride rounded up, 1, channels}.
/// Row y sees the rows up to y * stride, as many as there are at first; an average divides by the
/// elements that it sees.
template <pooling Kind>
struct row_pool {
  int rows = 1;
  int stride = 1;

  static constexpr const char* name =
      Kind == pooling::average ? "sliding_average_pool" : "sliding_max_pool";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr bool keeps_quantisation = true;

  [[nodiscard]] constexpr pool<Kind> window(const shapes& in) const {
    return {.kernel = {rows, in[0].width},
            .stride = {stride, 1},
            .padding = pads(rows - 1, 0, 0, 0),
            .by_rows = false};
  }
  [[nodiscard]] constexpr fault check(const shapes& in) const {
    return rows < 1 ? fault::bad_attribute : window(in).check(in);
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const { return window(in).output(in); }
  [[nodiscard]] constexpr access reads(const shapes& in, int input) const {
    return window(in).reads(in, input);
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return window(in).macs(in); }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    return window(in.extent(0)).at(in, weights, y, x, c);
  }
  friend constexpr bool operator==(const row_pool&, const row_pool&) = default;
};

}  // namespace xenos::inline XENOS_ABI
