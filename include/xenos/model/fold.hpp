// Batch normalisation folded into the weights of the linear stage before it.
#pragma once

#include <xenos/config/abi.hpp>

namespace xenos::inline XENOS_ABI {

/// Views of a linear stage as they are after folding: weights times a factor, bias times the factor
/// plus a term, both one a channel. Read like a weight_list.
template <class Views, int Channels>
struct folded_views {
  const Views& views;
  double factor[Channels] = {};
  double term[Channels] = {};

  template <class Op, class OpViews>
  constexpr folded_views(const Views& linear, const Op& op, const OpViews& coefficients)
      : views(linear) {
    for (int c = 0; c < Channels; ++c) {
      factor[c] = op.coefficient(coefficients, 0, c);
      term[c] = op.coefficient(coefficients, 1, c);
    }
  }

  struct filter_view {
    const folded_views& of;
    constexpr double operator()(int o, int h = 0, int w = 0, int i = 0) const {
      return of.views.template get<0>()(o, h, w, i) * of.factor[o];
    }
  };
  struct bias_view {
    const folded_views& of;
    constexpr double operator()(int o) const {
      return of.views.template get<1>()(o) * of.factor[o] + of.term[o];
    }
  };
  template <int K>
  [[nodiscard]] constexpr auto get() const {
    if constexpr (K == 0) {
      return filter_view{*this};
    } else {
      return bias_view{*this};
    }
  }
};

}  // namespace xenos::inline XENOS_ABI
