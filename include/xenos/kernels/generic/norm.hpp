// Normalisation over channels, pixel by pixel; portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/generic/row_reductions.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/norm.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

struct term_itself {
  template <class V>
  XENOS_ALWAYS_INLINE V operator()(V x) const {
    return x;
  }
};
/// The square of the distance from `mean`.
template <class T>
struct term_squared {
  T mean;
  template <class V>
  XENOS_ALWAYS_INLINE V operator()(V x) const {
    const V away = x - V(mean);
    return away * away;
  }
};

/// One factor and, with `Beta`, one term a channel.
template <int Channels, bool Beta, class T>
struct norm_parameters {
  T gamma[Channels];
  T beta[Beta ? Channels : 1];

  template <class Views>
  constexpr void pack(const Views& views) {
    for (int c = 0; c < Channels; ++c) gamma[c] = channel_value<0>(views, c, T(1));
    for (T& term : beta) term = T(0);
    if constexpr (Beta) {
      for (int c = 0; c < Channels; ++c) beta[c] = channel_value<1>(views, c, T(0));
    }
  }
};

/// What kernels that normalise row by row have in common.
template <int Channels, bool Beta, class T>
struct norm_kernel : kernel_defaults {
  static constexpr bool column_cuts = true;

  using packed = norm_parameters<Channels, Beta, T>;
  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    to.pack(views);
  }
};

/// Layer or RMS normalisation. A pixel is read three times (mean, variance, result), or twice,
/// while it is in the first-level cache.
template <auto Op, int Width, int Channels, int Lanes, class T>
struct norm_rows : norm_kernel<Channels, Op.centred, T> {
  using packed = norm_parameters<Channels, Op.centred, T>;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    using std::sqrt;
    const range columns = t.columns(Width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        const int at = x * Channels;
        const T* in = t.in[0][r] + at;
        T mean(0);
        if constexpr (Op.centred)
          mean = sum_of_terms<Channels, Lanes>(in, term_itself{}) / Channels;
        const T squares = sum_of_terms<Channels, Lanes>(in, term_squared<T>{mean});
        const T factor = T(1) / sqrt(squares / Channels + T(Op.epsilon));
        make_channels<Lanes>(t.out[r], at, 0, Channels, finish,
                             normalised{parameters, in, mean, factor});
      }
    }
  }

 private:
  struct normalised {
    const packed& parameters;
    const T* of;
    T mean;
    T factor;
    template <class Operand>
    XENOS_ALWAYS_INLINE auto operator()(const Operand& operand, int k) const {
      const auto x = operand(of + k);
      using V = std::remove_cvref_t<decltype(x)>;
      if constexpr (Op.centred) {
        return (x - V(mean)) * V(factor) * operand(parameters.gamma + k) +
               operand(parameters.beta + k);
      } else {
        return x * V(factor) * operand(parameters.gamma + k);
      }
    }
  };
};

}  // namespace xenos::inline XENOS_ABI::generic
