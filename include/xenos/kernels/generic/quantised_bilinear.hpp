// Bilinear up-sampling of int8 on rows, portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/quantised_bilinear.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI::generic {

template <quantised_bilinear Op, shape In>
struct quantised_bilinear_rows : kernel_defaults {
  static constexpr bool column_cuts = true;
  static constexpr int channel_block = 1;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    constexpr window reads = Op.along(Op.factor.height);
    const int origin = reads.first(t.first);
    const range wanted = t.columns(In.width * Op.factor.width);
    const range channels = t.channels(In.channels);
    for (int r = 0; r < t.rows; ++r) {
      const auto rows = Op.between(t.first + r, Op.factor.height, In.height);
      const std::int8_t* upper = t.in[0][rows.first - origin];
      const std::int8_t* lower = t.in[0][rows.second - origin];
      if (lower == nullptr) lower = upper;  // behind the end of a stream
      const auto finish = epilogue.row(r);
      for (int x = wanted.first; x < wanted.end; ++x) {
        const auto columns = Op.between(x, Op.factor.width, In.width);
        const int left = columns.first * In.channels;
        const int right = columns.second * In.channels;
        const int at = x * In.channels;
        for (int c = channels.first; c < channels.end; ++c) {
          const std::int32_t value = Op.blend(upper[left + c], upper[right + c], lower[left + c],
                                              lower[right + c], rows.fraction, columns.fraction);
          t.out[r][at + c] = static_cast<std::int8_t>(finish(value, at + c, c));
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
