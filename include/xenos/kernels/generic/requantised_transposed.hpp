// Transposed convolution of int8 on rows, portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/range.hpp>
#include <xenos/core/window.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/requantised.hpp>
#include <xenos/ops/transposed_conv.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// `Op` on rows of shape In: each output element gathers its taps, some output channels at once in
/// loops that become vectors. Which taps an element meets depends on its place, so that the zero
/// point is taken from the input and not from the bias; elements outside the image hold it.
template <requantised<transposed_conv> Op, shape In>
struct requantised_transposed {
  static constexpr int lanes = 16;  // output channels at once
  static constexpr int group_in = In.channels / Op.op.groups;
  static constexpr int group_out = Op.op.out / Op.op.groups;
  static constexpr int blocks = ceil_div(group_out, lanes);
  static constexpr int taps = Op.op.kernel.height * Op.op.kernel.width;

  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr bool column_cuts = true;

  /// The block of a channel that begins or ends a range.
  static constexpr int block_of(int channel) {
    return channel / group_out * blocks + ceil_div(channel % group_out, lanes);
  }
  /// A block of channels: its weights by tap and input channel, zeros behind the last channel.
  struct block {
    std::int8_t weights[taps][group_in][lanes];
    std::int32_t bias[lanes];
    std::int32_t multiplier[lanes];
    std::int32_t shift[lanes];
  };
  struct packed {
    block at[Op.op.groups * blocks];
  };

  /// Blocks of a group, if it has whole ones; else groups.
  static constexpr int channel_block =
      Op.op.groups == 1 || group_out % lanes == 0 ? lanes : group_out;
  static constexpr bytes_t channel_bytes =
      ceil_div(block_of(min_of(channel_block, Op.op.out)) * bytes_t{sizeof(block)}, channel_block);

  /// Parameters of a range of channels, from the first on.
  using resident = const block*;
  template <class Transport>
  static bool fetch(Transport& by, std::byte* to, const packed& from, range channels) {
    const int first = block_of(channels.first);
    return by.start(to, from.at + first,
                    static_cast<std::size_t>(block_of(channels.end) - first) * sizeof(block));
  }
  static resident brought(const std::byte* at, range) { return reinterpret_cast<const block*>(at); }

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    for (int c = 0; c < Op.op.out; ++c) {
      block& b = to.at[c / group_out * blocks + c % group_out / lanes];
      const int lane = c % group_out % lanes;
      const fixed_factor factor = Op.factor(views, c);
      b.bias[lane] = views.template get<2>()(c);
      b.multiplier[lane] = factor.multiplier;
      b.shift[lane] = factor.shift;
      for (int k = 0; k < taps; ++k) {
        for (int i = 0; i < group_in; ++i) {
          b.weights[k][i][lane] =
              views.template get<0>()(c, k / Op.op.kernel.width, k % Op.op.kernel.width, i);
        }
      }
    }
  }

  template <cuts Cuts, class Parameters, class Views, class Epilogue>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, const Parameters& parameters,
                  const Views&, const Epilogue& epilogue) {
    const range columns = t.columns(across.out);
    const range channels = t.channels(Op.op.out);
    const int first = block_of(channels.first);
    resident of;
    if constexpr (std::is_same_v<Parameters, packed>) {
      of = parameters.at + first;
    } else {
      of = parameters;
    }
    for (int b = first; b < block_of(channels.end); ++b, ++of) {
      for (int r = 0; r < t.rows; ++r) {
        const auto finish = epilogue.row(r);
        for (int x = columns.first; x < columns.end; ++x) {
          run_pixel(t, {b / blocks, b % blocks, t.first + r, x}, *of, finish, t.out[r]);
        }
      }
    }
  }

 private:
  static constexpr spread_axis down = Op.op.rows(In);
  static constexpr spread_axis across = Op.op.columns(In);

  struct place {
    int group, block, y, x;
  };

  template <class Tile, class Finish>
  static void run_pixel(const Tile& t, const place& at, const block& of, const Finish& finish,
                        std::int8_t* out) {
    std::int32_t sums[lanes];
    for (int k = 0; k < lanes; ++k) sums[k] = of.bias[k];
    const int origin = down.reads().first(t.first);
    for (int h = 0; h < down.kernel; ++h) {
      if (!down.meets(at.y, h)) continue;
      const std::int8_t* row = t.in[0][down.input(at.y, h) - origin] + at.group * group_in;
      for (int w = 0; w < across.kernel; ++w) {
        if (!across.meets(at.x, w)) continue;
        add(row + across.input(at.x, w) * In.channels, of.weights[h * across.kernel + w], sums);
      }
    }
    const int present = min_of(lanes, group_out - at.block * lanes);
    const int channel = at.group * group_out + at.block * lanes;
    for (int k = 0; k < lanes; ++k) {
      const std::int32_t made = scaled<Op.in.round>(sums[k], {of.multiplier[k], of.shift[k]});
      sums[k] = clamp_int8(made + Op.op.to.zero_point);
    }
    for (int k = 0; k < present; ++k) {
      const int element = at.x * Op.op.out + channel + k;
      out[element] = static_cast<std::int8_t>(finish(sums[k], element, channel + k));
    }
  }

  static void add(const std::int8_t* XENOS_RESTRICT pixel, const std::int8_t (*weights)[lanes],
                  std::int32_t* XENOS_RESTRICT sums) {
    for (int i = 0; i < group_in; ++i) {
      const std::int32_t value = std::int32_t(pixel[i]) - Op.in.zero_point;
      for (int k = 0; k < lanes; ++k) sums[k] += value * weights[i][k];
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
