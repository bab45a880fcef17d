// Parameters of a layer of int8 as its kernel packs them, all or those of some channels.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/range.hpp>
#include <xenos/core/window.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace xenos::inline XENOS_ABI::int8 {

/// The parameters of some packed channels, from the first on.
template <class Weight, class Scales>
struct layer_part {
  const Weight* weights;
  const Scales* scales;

  /// Goes on by `channels`, whole blocks of `Scales`, whose weights are `each` a channel.
  constexpr void advance(std::ptrdiff_t channels, std::ptrdiff_t each) {
    weights += channels * each;
    scales += channels / Scales::count;
  }
};

/// `Each` weights for each of `Channels` packed channels, and for each `Scales::count` of them what
/// their sums begin with and what scales these: both in the order of channels, so that those of a
/// range lie side by side. Kernels of one layer that differ in anything else share them.
template <class Weight, int Each, class Scales, int Channels, int Alignment>
struct packed_layer {
  alignas(Alignment) Weight weights[static_cast<std::size_t>(Each) * Channels];
  Scales scales[Channels / Scales::count];

  using part = layer_part<Weight, Scales>;
  /// Those of packed channel `first` and what follows it.
  [[nodiscard]] constexpr part from(std::ptrdiff_t first) const {
    part of{weights, scales};
    of.advance(first, Each);
    return of;
  }

  // What a transport brings: weights, and behind them scales.

  static constexpr bytes_t scale_bytes(std::ptrdiff_t channels) {
    return channels / Scales::count * bytes_t{sizeof(Scales)};
  }
  static constexpr bytes_t weight_bytes(std::ptrdiff_t channels, std::ptrdiff_t each = Each) {
    return align_up(channels * each * bytes_t{sizeof(Weight)}, bytes_t{alignof(Scales)});
  }
  static constexpr bytes_t bytes(std::ptrdiff_t channels) {
    return weight_bytes(channels) + scale_bytes(channels);
  }
  /// Starts to bring packed channels [first, end) to `to`.
  template <class Transport>
  static bool fetch(Transport& by, std::byte* to, const packed_layer& all, std::ptrdiff_t first,
                    std::ptrdiff_t end) {
    const part of = all.from(first);
    const std::ptrdiff_t count = end - first;
    return by.start(to, of.weights, static_cast<std::size_t>(count * Each) * sizeof(Weight)) &&
           by.start(to + weight_bytes(count), of.scales,
                    static_cast<std::size_t>(scale_bytes(count)));
  }
  /// `channels` that have been brought to `at`, with `each` weights a channel.
  static part brought(const std::byte* at, std::ptrdiff_t channels, std::ptrdiff_t each = Each) {
    return {reinterpret_cast<const Weight*>(at),
            reinterpret_cast<const Scales*>(at + weight_bytes(channels, each))};
  }
};

/// Kernels that take tiles with a `sum_piece`.
template <class Kernel>
concept takes_pieces = requires {
  Kernel::steps;
};

/// What a layer of `Channels` channels says of parameters that come in rounds. `Kernel`: as
/// `int8_layer` wants it; where `Terms`, it takes some of the terms of its sums.
template <class Kernel, int Channels, bool Terms = takes_pieces<Kernel>>
struct layer_rounds {
  using packed = typename Kernel::packed;
  using resident = typename packed::part;
  static constexpr std::ptrdiff_t padded_block =
      Kernel::place(min_of(Kernel::channel_block, Channels));
  static constexpr bytes_t channel_bytes =
      ceil_div(packed::bytes(padded_block), Kernel::channel_block);

  template <class Transport>
  static bool fetch(Transport& by, std::byte* to, const packed& from, range channels) {
    return packed::fetch(by, to, from, Kernel::place(channels.first), Kernel::place(channels.end));
  }
  static resident brought(const std::byte* at, range channels) {
    return packed::brought(at, Kernel::place(channels.end) - Kernel::place(channels.first));
  }
};
template <class Kernel, int Channels>
struct layer_rounds<Kernel, Channels, true> : layer_rounds<Kernel, Channels, false> {
  using base = layer_rounds<Kernel, Channels, false>;
  using base::brought;
  using base::fetch;
  using typename base::packed;
  using typename base::resident;
  using weight = std::remove_all_extents_t<decltype(packed::weights)>;
  using scales = std::remove_all_extents_t<decltype(packed::scales)>;
  static constexpr int terms = Kernel::steps;
  static constexpr bytes_t term_bytes =
      base::padded_block * Kernel::step_weights * bytes_t{sizeof(weight)};
  static constexpr bytes_t sum_bytes = base::padded_block * bytes_t{sizeof(std::int32_t)};
  static constexpr bytes_t end_bytes =
      packed::scale_bytes(base::padded_block) +
      (term_bytes % bytes_t{alignof(scales)} == 0 ? 0 : bytes_t{alignof(scales)});

  /// Of some terms: block by block, behind them the scales if they are the last.
  template <class Transport>
  static bool fetch(Transport& by, std::byte* to, const packed& from, range channels,
                    range terms_of) {
    const std::ptrdiff_t first = Kernel::place(channels.first);
    const std::ptrdiff_t end = Kernel::place(channels.end);
    const std::ptrdiff_t each = std::ptrdiff_t{terms_of.size()} * Kernel::step_weights;
    std::byte* next = to;
    for (std::ptrdiff_t at = first; at < end;) {
      const std::ptrdiff_t width = Kernel::block_at(at);
      const weight* weights =
          from.from(at).weights + std::ptrdiff_t{terms_of.first} * Kernel::step_weights * width;
      const std::size_t bytes = static_cast<std::size_t>(each * width) * sizeof(weight);
      if (!by.start(next, weights, bytes)) return false;
      next += bytes;
      at += width;
    }
    if (terms_of.end < terms) return true;
    return by.start(to + packed::weight_bytes(end - first, each), from.from(first).scales,
                    static_cast<std::size_t>(packed::scale_bytes(end - first)));
  }
  static resident brought(const std::byte* at, range channels, range terms_of) {
    return packed::brought(at, Kernel::place(channels.end) - Kernel::place(channels.first),
                           std::ptrdiff_t{terms_of.size()} * Kernel::step_weights);
  }
};

}  // namespace xenos::inline XENOS_ABI::int8
