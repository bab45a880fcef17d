// Sums and means of int8 and int16, portable: a pool that sums, with the scaling of each sum behind
// it.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstdint>
#include <utility>

namespace xenos::inline XENOS_ABI::generic {

/// `Op`, a quantised_reduce, of elements T by `Sums`, which adds them in 32 bits.
template <auto Op, class Sums, class T>
struct scaled_reduction : kernel_defaults {
  static constexpr int channel_block = Sums::channel_block;
  static constexpr bool column_cuts = Sums::column_cuts;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters& none, const Views& views,
                  const Epilogue& epilogue) {
    Sums::run(t, none, views, scaling<Epilogue>{epilogue});
  }

 private:
  template <class Inner>
  struct scaling {
    const Inner& inner;

    struct row_epilogue {
      decltype(std::declval<const Inner&>().row(0)) inner;
      XENOS_ALWAYS_INLINE std::int32_t operator()(std::int32_t sum, int element,
                                                  int channel) const {
        return inner(Op.scale(sum), element, channel);
      }
    };
    [[nodiscard]] row_epilogue row(int index) const { return {inner.row(index)}; }
  };
};

}  // namespace xenos::inline XENOS_ABI::generic
