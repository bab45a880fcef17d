// Layers of int8, portable: the kernels that sum, with the scaling of each sum behind them.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstdint>
#include <utility>

namespace xenos::inline XENOS_ABI::generic {

/// What scales the sums of a layer, by channel.
template <int Channels>
struct channel_factors {
  std::int32_t multiplier[Channels];
  std::int32_t shift[Channels];
};

/// An epilogue that scales 32-bit sums to int8 before the followers in `inner` see them.
template <rounding Round, int Channels, class Inner>
struct scaling_epilogue {
  const channel_factors<Channels>& factors;
  int zero_point;
  const Inner& inner;

  struct row_epilogue {
    static constexpr bool by_channel = true;
    const std::int32_t* multiplier;
    const std::int32_t* shift;
    int zero_point;
    [[no_unique_address]] decltype(std::declval<const Inner&>().row(0)) inner;

    XENOS_ALWAYS_INLINE std::int32_t operator()(std::int32_t sum, int element, int channel) const {
      const std::int32_t value = scaled<Round>(sum, {multiplier[channel], shift[channel]});
      return inner(clamp_int8(value + zero_point), element, channel);
    }
    /// The same of a vector of sums, of which the first `present` exist, from channel `channel` on.
    /// A plain loop, apart from all that is stored, so that compilers make vectors of it.
    template <class Sums>
    XENOS_ALWAYS_INLINE void on_sums(const Sums& sums, int element, int channel, int present,
                                     std::int8_t* to) const {
      constexpr int count = static_cast<int>(sizeof(Sums) / sizeof(std::int32_t));
      std::int32_t values[count];
      store_lanes<std::int32_t, count>(values, sums);
      if (present >= count) {
        scale<count>(values, multiplier + channel, shift + channel, zero_point);
        for (int k = 0; k < count; ++k) {
          to[k] = static_cast<std::int8_t>(inner(values[k], element + k, channel + k));
        }
      } else {
        for (int k = 0; k < present; ++k) {
          to[k] = static_cast<std::int8_t>((*this)(values[k], element + k, channel + k));
        }
      }
    }

   private:
    template <int Count>
    XENOS_NOINLINE static void scale(std::int32_t* XENOS_RESTRICT values,
                                     const std::int32_t* XENOS_RESTRICT by,
                                     const std::int32_t* XENOS_RESTRICT shifts, int zero_point) {
      for (int k = 0; k < Count; ++k) {
        values[k] = clamp_int8(scaled<Round>(values[k], {by[k], shifts[k]}) + zero_point);
      }
    }
  };
  [[nodiscard]] row_epilogue row(int index) const {
    return {factors.multiplier, factors.shift, zero_point, inner.row(index)};
  }
};

/// The layer `Op` (a `requantised`) with `Channels` outputs by `Sums`, a kernel that adds products
/// of int8 in 32 bits. The input's zero point times the sum of each filter is part of the packed
/// bias; rows and columns outside the image hold the zero point, so that they add nothing.
template <auto Op, class Sums, int Channels>
struct requantised_sums {
  static constexpr bool folds = false;
  static constexpr int block_rows = Sums::block_rows;
  static constexpr int block_columns = Sums::block_columns;
  static constexpr bytes_t temporary_bytes = Sums::temporary_bytes;
  static constexpr int channel_block = Sums::channel_block;
  static constexpr bool column_cuts = Sums::column_cuts;

  struct packed {
    typename Sums::packed sums;
    channel_factors<Channels> factors;
  };

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    Sums::pack(linear_views<Views>{views}, to.sums);
    for (int c = 0; c < Channels; ++c) {
      const fixed_factor factor = Op.factor(views, c);
      to.factors.multiplier[c] = factor.multiplier;
      to.factors.shift[c] = factor.shift;
    }
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, const packed& parameters,
                  const Views& views, const Epilogue& epilogue) {
    const scaling_epilogue<Op.in.round, Channels, Epilogue> scaling{parameters.factors,
                                                                    Op.op.to.zero_point, epilogue};
    Sums::run(t, parameters.sums, views, scaling);
  }

 private:
  /// The views that `Sums` packs: weights, and the bias less what the zero point adds.
  template <class Views>
  struct linear_views {
    const Views& of;

    struct bias_view {
      const Views& of;
      constexpr std::int32_t operator()(int c) const {
        const auto filter = of.template get<0>();
        constexpr auto extents = decltype(filter)::extents;
        auto bias = static_cast<std::int64_t>(of.template get<2>()(c));
        for (int h = 0; h < extents.height; ++h) {
          for (int w = 0; w < extents.width; ++w) {
            for (int i = 0; i < extents.in; ++i) bias -= Op.in.zero_point * filter(c, h, w, i);
          }
        }
        return static_cast<std::int32_t>(bias);
      }
    };
    template <int K>
    [[nodiscard]] constexpr auto get() const {
      if constexpr (K == 0) {
        return of.template get<0>();
      } else {
        return bias_view{of};
      }
    }
  };
};

}  // namespace xenos::inline XENOS_ABI::generic
