// Stages that work element by element or pixel by pixel, when they are not fused; portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/math.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/generic/row_reductions.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/tabulated.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// A one-to-one operation on `Inputs` rows of `Width` pixels x `Channels`.
template <auto Op, int Inputs, int Width, int Channels, int Lanes, class T>
struct map_rows {
  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;
  static constexpr int coefficients = coefficients_of<std::remove_cvref_t<decltype(Op)>>();

  struct coefficient_rows {
    T at[coefficients > 0 ? coefficients : 1][Channels];
  };
  using packed = std::conditional_t<(coefficients > 0), coefficient_rows, no_parameters>;

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    if constexpr (coefficients > 0) {
      for (int k = 0; k < coefficients; ++k) {
        for (int c = 0; c < Channels; ++c) to.at[k][c] = T(Op.coefficient(views, k, c));
      }
    }
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Width);
    const range channels = t.channels(Channels);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      applied of{parameters, {}, 0};
      for (int k = 0; k < Inputs; ++k) of.in[k] = t.in[k][r];
      if constexpr (coefficients == 0 && !Cuts.channels && !decltype(finish)::by_channel) {
        of.move_to(columns.first * Channels, 0);
        make_channels<lanes_used>(t.out[r], columns.first * Channels, 0, columns.size() * Channels,
                                  finish, of);
      } else {
        for (int x = columns.first; x < columns.end; ++x) {
          const int at = x * Channels + channels.first;
          applied pixel = of;
          pixel.move_to(at, channels.first);
          make_channels<lanes_used>(t.out[r], at, channels.first, channels.size(), finish, pixel);
        }
      }
    }
  }

 private:
  static constexpr int lanes_used = takes_vectors<std::remove_cvref_t<decltype(Op)>>() ? Lanes : 1;

  /// The operation applied to elements from `in` on, of channel `channel` and on.
  struct applied {
    const packed& parameters;
    const T* in[Inputs];
    int channel;

    void move_to(int element, int first_channel) {
      for (int k = 0; k < Inputs; ++k) in[k] += element;
      channel = first_channel;
    }
    template <class Operand>
    XENOS_ALWAYS_INLINE auto operator()(const Operand& operand, int k) const {
      auto value = operand(in[0] + k);
      if constexpr (coefficients == 1) {
        value = Op.apply(value, operand(parameters.at[0] + channel + k));
      } else if constexpr (coefficients == 2) {
        value = Op.apply(value, operand(parameters.at[0] + channel + k),
                         operand(parameters.at[1] + channel + k));
      } else if constexpr (Inputs == 1) {
        value = apply_one<Op>(value);
      } else if constexpr (arity_of<std::remove_cvref_t<decltype(Op)>>() == 3) {
        value = Op.apply(value, operand(in[1] + k), operand(in[2] + k));
      } else {
        for (int i = 1; i < Inputs; ++i) value = Op.apply(value, operand(in[i] + k));
      }
      return value;
    }
  };
};

/// Soft-max over the channels of each pixel, sums by lanes first.
template <auto Op, int Width, int Channels, int Lanes, class T>
struct softmax_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        const int at = x * Channels;
        const T* in = t.in[0][r] + at;
        T* out = t.out[r];
        // Without NaN, which makes NaN of the sum.
        const T largest = extreme_of<reduction::max, Channels, Lanes>(in);
        const T sum = exponentials(in, largest, out + at);
        make_channels<Lanes>(out, at, 0, Channels, finish, normalised{out + at, sum});
      }
    }
  }

 private:
  using run_type = channels_of<T, Lanes>;
  using value = typename run_type::value;

  /// What is left is a division.
  struct normalised {
    const T* of;
    T sum;
    template <class Operand>
    XENOS_ALWAYS_INLINE auto operator()(const Operand& operand, int k) const {
      return operand(of + k) / value(sum);
    }
  };

  /// exp(beta * (in - largest)), and its sum.
  static T exponentials(const T* in, T largest, T* out) {
    using std::exp;
    value sum(0);
    for (int c = 0; c < Channels; c += Lanes) {
      const int present = min_of(Lanes, Channels - c);
      const value power = exp(value(Op.beta) * (run_type::load(in + c, present) - value(largest)));
      run_type::store(power, out + c, present);
      sum = sum + run_type::load(out + c, present);  // only what is present
    }
    T sums[Lanes];
    run_type::store(sum, sums);
    for (int k = 1; k < Lanes; ++k) sums[0] += sums[k];
    return sums[0];
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
