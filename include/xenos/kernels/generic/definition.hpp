// Runs any operation by its scalar definition: what a user's operation gets until it has a kernel.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/definition.hpp>

namespace xenos::inline XENOS_ABI::generic {

/// Every element of the tile by `define`. Weights are read through the stage's own views.
template <auto Op, shapes In, class T>
struct by_definition : kernel_defaults {
  static constexpr shape out = output_of(Op, In);
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views& views,
                  const Epilogue& epilogue) {
    if constexpr (accumulates(Op, In)) {
      accumulate(t, views, epilogue);
    } else {
      const range columns = t.columns(out.width);
      const range channels = t.channels(out.channels);
      reader in{t.in, {}};
      for (int k = 0; k < In.count; ++k) in.origin[k] = access_of(Op, In, k).rows.first(t.first);
      for (int r = 0; r < t.rows; ++r) {
        const auto finish = epilogue.row(r);
        for (int x = columns.first; x < columns.end; ++x) {
          for (int c = channels.first; c < channels.end; ++c) {
            const int at = x * out.channels + c;
            t.out[r][at] = T(finish(T(define(Op, in, views, In, t.first + r, x, c)), at, c));
          }
        }
      }
    }
  }

 private:
  /// Reads elements of the tile's input rows by their place in the image.
  struct reader {
    using value_type = T;
    const T* const* const* rows;
    int origin[max_streams];

    [[nodiscard]] static constexpr shape extent(int input) { return In[input]; }
    T operator()(int input, int y, int x, int c) const {
      return rows[input][y - origin[input]][x * In[input].channels + c];
    }
  };

  template <cuts Cuts, class Views, class Epilogue>
  static void accumulate(const tile<T, T, Cuts>& t, const Views& views, const Epilogue& epilogue) {
    const range columns = t.columns(out.width);
    const range channels = t.channels(out.channels);
    const reader in{t.in, {t.first}};
    const auto finish = epilogue.row(0);
    for (int x = columns.first; x < columns.end; ++x) {
      for (int c = channels.first; c < channels.end; ++c) {
        const int at = x * out.channels + c;
        T sum = t.first == 0 ? Op.template start<T>() : t.out[0][at];
        for (int r = 0; r < t.rows; ++r) sum = Op.accumulate(sum, in, views, t.first + r, x, c);
        const bool last = t.first + t.rows == In[0].height;
        t.out[0][at] = last ? T(finish(T(Op.finish(sum, In, 0, x)), at, c)) : sum;
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
