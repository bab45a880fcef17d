// Transposed convolution of int16 and int32 on rows.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/kernels/wide/conv.hpp>
#include <xenos/ops/transposed_conv.hpp>
#include <xenos/ops/wide_layer.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI::wide {

/// `Op` on rows of shape In with elements T: each output element gathers its taps, which depend on
/// its place; elements outside the image are zeros.
template <wide_layer<transposed_conv> Op, shape In, class T>
struct transposed_rows {
  using weight = element_t<Op.weights>;
  static constexpr int group_in = In.channels / Op.op.groups;
  static constexpr int group_out = Op.op.out / Op.op.groups;
  static constexpr int taps = Op.op.kernel.height * Op.op.kernel.width;

  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr bool column_cuts = true;

  struct packed {
    alignas(8) weight weights[taps][Op.op.out][group_in];
    scales_of<Op.op.out> scales;
  };

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    to.scales.template pack<Op>(views);
    for (int k = 0; k < taps; ++k) {
      for (int c = 0; c < Op.op.out; ++c) {
        for (int i = 0; i < group_in; ++i) {
          to.weights[k][c][i] =
              views.template get<0>()(c, k / Op.op.kernel.width, k % Op.op.kernel.width, i);
        }
      }
    }
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& p, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(across.out);
    const int origin = down.reads().first(t.first);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        for (int c = 0; c < Op.op.out; ++c) {
          std::int64_t sum = p.scales.bias[c];
          for (int h = 0; h < down.kernel; ++h) {
            if (!down.meets(t.first + r, h)) continue;
            const T* row = t.in[0][down.input(t.first + r, h) - origin];
            for (int w = 0; w < across.kernel; ++w) {
              if (!across.meets(x, w)) continue;
              const T* pixel = row + across.input(x, w) * In.channels + c / group_out * group_in;
              const weight* by = p.weights[h * across.kernel + w][c];
              for (int i = 0; i < group_in; ++i) sum += std::int64_t{pixel[i]} * by[i];
            }
          }
          const int at = x * Op.op.out + c;
          t.out[r][at] = T(finish(finished<Op, T>(sum, p.scales.factor(c)), at, c));
        }
      }
    }
  }

 private:
  static constexpr spread_axis down = Op.op.rows(In);
  static constexpr spread_axis across = Op.op.columns(In);
};

}  // namespace xenos::inline XENOS_ABI::wide
