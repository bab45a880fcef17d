// Layers of int8 by kernels that sum, scale and store in one go.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/config/vector.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/int8/packed_layer.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/quantised_join.hpp>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

namespace int8 {

/// Weights, bias and factors of a layer as its kernel packs them. `Offset` is what the kernel adds
/// to each input before it multiplies; with the input's zero point, which it does not subtract, it
/// is taken out of the bias.
template <auto Op, int Offset, class Views>
struct layer_parameters {
  const Views& of;

  /// The weight of output channel c at kernel row h, column w, input channel i of the group.
  constexpr auto weight(int c, int h, int w, int i) const {
    return of.template get<0>()(c, h, w, i);
  }
  /// What the sum of channel c begins with.
  constexpr std::int32_t bias(int c) const {
    constexpr auto extents = decltype(of.template get<0>())::extents;
    std::int64_t weights = 0;
    for (int h = 0; h < extents.height; ++h) {
      for (int w = 0; w < extents.width; ++w) {
        for (int i = 0; i < extents.in; ++i) weights += weight(c, h, w, i);
      }
    }
    // Modulo 2^32, as are the kernel's sums: only the result need fit.
    const auto given = static_cast<std::int64_t>(of.template get<2>()(c));
    return static_cast<std::int32_t>(given - (Op.in.zero_point + Offset) * weights);
  }
  constexpr fixed_factor factor(int c) const { return Op.factor(of, c); }
};

/// Whether followers leave all of int8 as it is, as a ReLU does where the zero point is -128.
template <class Epilogue>
constexpr bool leaves_int8() {
  if constexpr (requires { requires Epilogue::only_limits; }) {
    const auto row = Epilogue(nullptr, nullptr).row(0);
    return row(std::int32_t{-128}, 0, 0) == -128 && row(std::int32_t{127}, 0, 0) == 127;
  } else {
    return false;
  }
}

/// Whether followers are an addition of two streams and no more.
template <class Epilogue>
constexpr bool only_adds() {
  if constexpr (requires { typename Epilogue::first; }) {
    return is_int8_add<std::remove_cvref_t<decltype(Epilogue::first::op)>> &&
           leaves_int8<typename Epilogue::others>();
  } else {
    return false;
  }
}

/// Elements [first, first + count) of a finished row, the first of which is of channel `channel` of
/// `channels`, through the followers. Its own function, for loops that compilers make vectors of. A
/// kernel may bring additions of its own:
///   add<Join>(a, b, out, count)   Join (a `quantised_join`) of elements of a and b; out may be
///   either
template <class Kernel, class Epilogue>
XENOS_NOINLINE void follow(std::int8_t* row, int first, int count, int channel, int channels,
                           const Epilogue& epilogue, int index) {
  const auto followers = epilogue.row(index);
  if constexpr (only_adds<Epilogue>() && requires { requires Kernel::adds; }) {
    using join = typename Epilogue::first;
    const std::int8_t* other = followers.operands[0] + first;
    row += first;
    Kernel::template add<join::op>(join::chain == 0 ? row : other, join::chain == 0 ? other : row,
                                   row, count);
  } else if constexpr (followers.by_channel) {
    for (int i = first; i < first + count; ++i) {
      row[i] = static_cast<std::int8_t>(followers(std::int32_t{row[i]}, i, channel));
      if (++channel == channels) channel = 0;
    }
  } else {
    // Of a constant length first, by way of memory that nothing else points to: vectors at -O2 too.
    constexpr int block = XENOS_VECTOR_BYTES > 0 ? 64 : 1;
    const int end = first + count;
    int i = first;
    for (; block > 1 && i + block <= end; i += block) {
      std::int8_t values[block];
      for (int k = 0; k < block; ++k) {
        values[k] = static_cast<std::int8_t>(followers(std::int32_t{row[i + k]}, i + k, 0));
      }
      std::memcpy(row + i, values, block);
    }
    for (; i < end; ++i) row[i] = static_cast<std::int8_t>(followers(std::int32_t{row[i]}, i, 0));
  }
}

}  // namespace int8

// clang-format off
/// The layer `Op` (a `requantised`) with rows of `Width` pixels and `Channels` channels by
/// `Kernel`, which stores finished int8:
///   offset                      what it adds to inputs before it multiplies
///   packed, pack(parameters, packed&)
///                               a `packed_layer`; parameters: a `layer_parameters`
///   place(channel)              the packed channel that a channel is which begins or ends a range
///   run<rounding>(tile, part, zero_point)
///                               `part` of the packed parameters, from the tile's first channel on;
///                               `zero_point` is the output's
///   steps, step_weights, block_at(place)
///                               if it takes tiles with a `sum_piece`, the terms of which are steps
///                               of so many weights of a channel: the packed channels of the block
///                               that begins at `place`, whose weights lie step by step
///   within<Bytes>               the same kernel with temporaries of at most Bytes, if it can do
///                               with less
/// and the constants of the kernel concept. Followers run over rows once they are stored; they see
/// the same integers, as what a layer of int8 passes on is int8.
// clang-format on
template <auto Op, int Width, int Channels, class Kernel>
struct int8_layer : int8::layer_rounds<Kernel, Channels> {
  using rounds = int8::layer_rounds<Kernel, Channels>;
  static constexpr bool folds = false;
  static constexpr int block_rows = Kernel::block_rows;
  static constexpr int block_columns = Kernel::block_columns;
  static constexpr bytes_t temporary_bytes = Kernel::temporary_bytes;
  static constexpr int channel_block = Kernel::channel_block;
  static constexpr bool column_cuts = true;

  using typename rounds::packed;
  using typename rounds::resident;

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    Kernel::pack(int8::layer_parameters<Op, Kernel::offset, Views>{views}, to);
  }

  template <cuts Cuts, class Parameters, class Views, class Epilogue>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, const Parameters& parameters,
                  const Views&, const Epilogue& epilogue) {
    const range channels = t.channels(Channels);
    if constexpr (std::is_same_v<Parameters, resident>) {
      Kernel::template run<Op.in.round>(t, parameters, Op.op.to.zero_point);
    } else {
      const auto first = Cuts.channels ? Kernel::place(channels.first) : 0;
      Kernel::template run<Op.in.round>(t, parameters.from(first), Op.op.to.zero_point);
    }
    if constexpr (Cuts.terms) {
      if (t.piece.terms.end < Kernel::steps) return;
    }
    if constexpr (!int8::leaves_int8<Epilogue>()) {
      const range columns = t.columns(Width);
      for (int r = 0; r < t.rows; ++r) {
        if constexpr (Cuts.channels) {
          for (int x = columns.first; x < columns.end; ++x) {
            int8::follow<Kernel>(t.out[r], x * Channels + channels.first, channels.size(),
                                 channels.first, Channels, epilogue, r);
          }
        } else {
          int8::follow<Kernel>(t.out[r], columns.first * Channels, columns.size() * Channels, 0,
                               Channels, epilogue, r);
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI
