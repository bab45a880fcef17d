// Layers over sequences {steps, 1, features}: their attributes, and the node that refuses images.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/window.hpp>
#include <xenos/expr/diagnose.hpp>
#include <xenos/expr/node.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/pool.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// Attributes of a convolution over steps; each means what it means in `conv`, along rows.
struct conv_1d {
  int out = 0;
  int kernel = 1;
  int stride = 1;
  int dilation = 1;
  int groups = 1;
  margins padding = same;
  quantisation to{};

  [[nodiscard]] constexpr conv over_rows() const {
    return {.out = out,
            .kernel = {kernel, 1},
            .stride = {stride, 1},
            .dilation = {dilation, 1},
            .groups = groups,
            .padding = padding,
            .to = to};
  }
};

/// Attributes of a depthwise convolution over steps, as in `depthwise`.
struct depthwise_1d {
  int kernel = 1;
  int stride = 1;
  int dilation = 1;
  int multiplier = 1;
  margins padding = same;
  quantisation to{};

  [[nodiscard]] constexpr depthwise over_rows() const {
    return {.kernel = {kernel, 1},
            .stride = {stride, 1},
            .dilation = {dilation, 1},
            .multiplier = multiplier,
            .padding = padding,
            .to = to};
  }
};

/// Attributes of a pool over steps, as in `average_pool` and `max_pool`.
struct pool_1d {
  int kernel = 1;
  int stride = 1;
  margins padding = valid;

  template <pooling Kind>
  [[nodiscard]] constexpr pool<Kind> over_rows() const {
    return {.kernel = {kernel, 1}, .stride = {stride, 1}, .padding = padding};
  }
};

/// Passes on sequences only. `Layer` are the attributes of the layer behind it, for messages.
template <auto Layer>
struct sequence_node : mark_node<sequence_node<Layer>> {
  template <class Context>
  struct binder {
    using type = Context;
  };
  template <stream_type... In, class... Taps>
    requires((In.extent.width != 1) || ...)
  struct binder<context<streams<In...>, Taps...>> {
    using type = model_error<fault::needs_sequence, std::remove_cvref_t<decltype(Layer)>,
                             detail::told<In>..., detail::attributes<Layer>>;
  };
  template <class Context>
  using bind = typename binder<Context>::type;
};

}  // namespace xenos::inline XENOS_ABI
