// Typed views of weights: element type, storage order and extents are part of the type.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/fault.hpp>
#include <xenos/core/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// Extents of weights in logical order. Absent axes are 1.
struct filter {
  int out = 1;
  int height = 1;
  int width = 1;
  int in = 1;

  [[nodiscard]] constexpr std::int64_t elements() const {
    return std::int64_t{out} * height * width * in;
  }
  friend constexpr bool operator==(const filter&, const filter&) = default;
};

constexpr fault extents_fault(filter f) {
  return f.out < 1 || f.height < 1 || f.width < 1 || f.in < 1 ? fault::empty_shape : fault::none;
}

// Storage orders, outermost axis first, named by their axes: o(ut), h(eight), w(idth), i(n), and
// k(ernel) of sequences, whose logical height it is. Each has the logical extents and the offset of
// an element.

/// TFLite's CONV_2D, the default.
struct ohwi {
  int out, height, width, in;
  [[nodiscard]] constexpr filter logical() const { return {out, height, width, in}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int w, int i) const {
    return ((std::size_t(o) * height + h) * width + w) * in + i;
  }
  friend constexpr bool operator==(const ohwi&, const ohwi&) = default;
};
/// PyTorch's and ONNX's Conv.
struct oihw {
  int out, in, height, width;
  [[nodiscard]] constexpr filter logical() const { return {out, height, width, in}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int w, int i) const {
    return ((std::size_t(o) * in + i) * height + h) * width + w;
  }
  friend constexpr bool operator==(const oihw&, const oihw&) = default;
};
/// Keras's Conv2D.
struct hwio {
  int height, width, in, out;
  [[nodiscard]] constexpr filter logical() const { return {out, height, width, in}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int w, int i) const {
    return ((std::size_t(h) * width + w) * in + i) * out + o;
  }
  friend constexpr bool operator==(const hwio&, const hwio&) = default;
};
/// TFLite's DEPTHWISE_CONV_2D (its leading 1 left out). out = channels * multiplier.
struct hwo {
  int height, width, out;
  [[nodiscard]] constexpr filter logical() const { return {out, height, width, 1}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int w, int) const {
    return (std::size_t(h) * width + w) * out + o;
  }
  friend constexpr bool operator==(const hwo&, const hwo&) = default;
};
/// PyTorch's depthwise Conv (its 1 left out). out = channels * multiplier.
struct ohw {
  int out, height, width;
  [[nodiscard]] constexpr filter logical() const { return {out, height, width, 1}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int w, int) const {
    return (std::size_t(o) * height + h) * width + w;
  }
  friend constexpr bool operator==(const ohw&, const ohw&) = default;
};
/// Convolution over a sequence: TFLite's CONV_2D with its width of 1 left out.
struct oki {
  int out, kernel, in;
  [[nodiscard]] constexpr filter logical() const { return {out, kernel, 1, in}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int, int i) const {
    return (std::size_t(o) * kernel + h) * in + i;
  }
  friend constexpr bool operator==(const oki&, const oki&) = default;
};
/// PyTorch's and ONNX's Conv1d.
struct oik {
  int out, in, kernel;
  [[nodiscard]] constexpr filter logical() const { return {out, kernel, 1, in}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int, int i) const {
    return (std::size_t(o) * in + i) * kernel + h;
  }
  friend constexpr bool operator==(const oik&, const oik&) = default;
};
/// Keras's Conv1D.
struct kio {
  int kernel, in, out;
  [[nodiscard]] constexpr filter logical() const { return {out, kernel, 1, in}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int, int i) const {
    return (std::size_t(h) * in + i) * out + o;
  }
  friend constexpr bool operator==(const kio&, const kio&) = default;
};
/// Depthwise convolution over a sequence: Keras. out = features * multiplier.
struct ko {
  int kernel, out;
  [[nodiscard]] constexpr filter logical() const { return {out, kernel, 1, 1}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int, int) const {
    return std::size_t(h) * out + o;
  }
  friend constexpr bool operator==(const ko&, const ko&) = default;
};
/// The same, PyTorch.
struct ok {
  int out, kernel;
  [[nodiscard]] constexpr filter logical() const { return {out, kernel, 1, 1}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int h, int, int) const {
    return std::size_t(o) * kernel + h;
  }
  friend constexpr bool operator==(const ok&, const ok&) = default;
};
/// Fully connected, [out][in]: TFLite, PyTorch.
struct oi {
  int out, in;
  [[nodiscard]] constexpr filter logical() const { return {out, 1, 1, in}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int, int, int i) const {
    return std::size_t(o) * in + i;
  }
  friend constexpr bool operator==(const oi&, const oi&) = default;
};
/// Fully connected, [in][out]: Keras.
struct io {
  int in, out;
  [[nodiscard]] constexpr filter logical() const { return {out, 1, 1, in}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int, int, int i) const {
    return std::size_t(i) * out + o;
  }
  friend constexpr bool operator==(const io&, const io&) = default;
};
/// One value an output channel: bias, scale, mean.
struct per_channel {
  int out;
  [[nodiscard]] constexpr filter logical() const { return {out, 1, 1, 1}; }
  [[nodiscard]] constexpr std::size_t offset(int o, int, int, int) const { return std::size_t(o); }
  friend constexpr bool operator==(const per_channel&, const per_channel&) = default;
};

namespace detail {

/// Numbers of elements, for messages.
template <std::size_t Elements>
struct needs_elements {};
template <std::size_t Elements>
struct has_elements {};

}  // namespace detail

/// A view of constant weights. `Order` is a storage order with its extents, e.g. `ohwi{64, 3, 3,
/// 16}`. The data must outlive every packing from it; nothing else reads it.
template <class T, auto Order>
struct weights {
  static_assert(model_error<extents_fault(Order.logical()), weights>::none);
  using value_type = T;
  static constexpr auto order = Order;
  static constexpr filter extents = Order.logical();
  static constexpr std::size_t size = static_cast<std::size_t>(extents.elements());

  const T* data = nullptr;

  constexpr weights() = default;
  /// From a pointer to the first of `size` elements. Not from an array: its length is known.
  template <class U>
    requires std::is_same_v<const U, const T>
  constexpr explicit weights(U* const& first) : data(first) {}
  // From an array of exactly the right number of elements.
  template <std::size_t Length>
  constexpr weights(const T (&array)[Length]) : data(array) {
    static_assert(sizeof(length_check<Length>) > 0);
  }
  template <std::size_t Length>
  constexpr weights(const std::array<T, Length>& array) : data(array.data()) {
    static_assert(sizeof(length_check<Length>) > 0);
  }
  template <class U, std::size_t Length>
    requires std::is_same_v<const U, const T>
  constexpr weights(std::span<U, Length> span) : data(span.data()) {
    static_assert(sizeof(length_check<Length>) > 0);
  }

  /// The element of logical position (out, height, width, in).
  [[nodiscard]] constexpr T operator()(int o, int h = 0, int w = 0, int i = 0) const {
    return data[order.offset(o, h, w, i)];
  }

 private:
  template <std::size_t Length>
  using length_check =
      model_error<Length == size ? fault::none : fault::array_length_differs, weights,
                  detail::needs_elements<size>, detail::has_elements<Length>>;
};

/// A bias, or any other vector with one value a channel.
template <class T, int Channels>
using channel_weights = weights<T, per_channel{Channels}>;

/// The weights and the bias of one layer, for operations that take both: `layer<ohwi{64, 3, 3,
/// 16}>`.
template <auto Order, class T = float, class Bias = T>
struct layer {
  xenos::weights<T, Order> weights;
  channel_weights<Bias, Order.logical().out> bias;
};

/// The same of a layer of int8: `quantised_layer<ohwi{64, 3, 3, 16}>`. One scale a channel, or with
/// `Scales` = 1 one for all; real weight = scale * integer, and the bias counts in units of the
/// input's scale times the weights'. Of int16 `Bias` is std::int64_t; and a layer of fractions is
/// `layer<order, std::int16_t, std::int64_t>`.
template <auto Order, int Scales = Order.logical().out, class Bias = std::int32_t>
struct quantised_layer {
  xenos::weights<std::int8_t, Order> weights;
  channel_weights<float, Scales> scales;
  channel_weights<Bias, Order.logical().out> bias;
};

/// A weight view of run-time data, its length checked: `size_mismatch` when it is not the order's.
template <auto Order, class T>
constexpr result<weights<T, Order>> checked_weights(std::span<const T> data) {
  using view = weights<T, Order>;
  if (data.size() != view::size) {
    return error{errc::size_mismatch, "the data's length differs from the weights' extents"};
  }
  return view(data.data());
}

/// Stands for an optional view that was not given: every element is zero.
struct no_weights {
  constexpr float operator()(int, int = 0, int = 0, int = 0) const { return 0; }
};

/// The views of one stage, in order.
template <class... Views>
struct weight_list;

template <>
struct weight_list<> {
  static constexpr int count = 0;
  constexpr weight_list() = default;
  template <int>
  [[nodiscard]] constexpr no_weights get() const {
    return {};
  }
};

// The last view has no empty list behind it: objects of one empty type cannot share an address.
template <class Last>
struct weight_list<Last> {
  static constexpr int count = 1;
  Last first{};

  constexpr weight_list() = default;
  constexpr explicit weight_list(Last only) : first(only) {}

  template <int K>
  [[nodiscard]] constexpr auto get() const {
    if constexpr (K == 0) {
      return first;
    } else {
      return no_weights{};
    }
  }
};

template <class First, class... Rest>
struct weight_list<First, Rest...> {
  static constexpr int count = 1 + sizeof...(Rest);
  First first{};
  weight_list<Rest...> rest{};

  constexpr weight_list() = default;
  constexpr explicit weight_list(First head, Rest... tail) : first(head), rest(tail...) {}

  template <int K>
  [[nodiscard]] constexpr auto get() const {
    if constexpr (K == 0) {
      return first;
    } else {
      return rest.template get<K - 1>();
    }
  }
};

}  // namespace xenos::inline XENOS_ABI
