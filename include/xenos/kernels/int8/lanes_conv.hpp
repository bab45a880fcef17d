// Convolution of int8 where the lanes of vectors are output channels: each group of neighbouring
// inputs meets the weights of all channels of a block.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/generic/sum_terms.hpp>
#include <xenos/kernels/int8/lanes.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace xenos::inline XENOS_ABI::int8 {

/// How the inputs of a convolution lie once they are copied, and the terms that meet weights.
/// Offsets and sizes are in elements.
struct lane_layout {
  int columns;  // of the input, all that a row of output reads
  int pitch;    // from row to row
  int run;      // neighbouring terms, filled up with weights of 0
  int runs;     // in a kernel row
  int run_step;
  int kernel_rows;
  int row_step;  // from kernel row to kernel row
  int terms;
  int rows;  // output rows whose inputs are copied at a time

  /// Input rows that `count` output rows read, from the first to the last.
  static constexpr int input_rows(const generic::conv_geometry& g, int count) {
    return (count - 1) * g.stride_height + (g.kernel_height - 1) * g.dilation_height + 1;
  }
};

/// Of chunks of `rows` rows.
template <class Lanes>
constexpr lane_layout layout_of(const generic::conv_geometry& g, int rows) {
  const bool one_run = g.dilation_width == 1 && g.in_channels == g.in_pixel;
  lane_layout to{};
  to.columns = (g.width - 1) * g.stride_width + (g.kernel_width - 1) * g.dilation_width + 1;
  to.pitch = static_cast<int>(align_up(to.columns * g.in_pixel + Lanes::step, 64));
  to.run = static_cast<int>(align_up(g.in_channels * (one_run ? g.kernel_width : 1), Lanes::step));
  to.runs = one_run ? 1 : g.kernel_width;
  to.run_step = g.dilation_width * g.in_pixel;
  to.kernel_rows = g.kernel_height;
  to.row_step = g.dilation_height * to.pitch;
  to.terms = to.run * to.runs * to.kernel_rows;
  to.rows = rows;
  return to;
}
template <class Lanes>
constexpr bytes_t staged_bytes(const generic::conv_geometry& g, const lane_layout& layout) {
  const bytes_t inputs = lane_layout::input_rows(g, layout.rows) * bytes_t{layout.pitch};
  return (inputs + Lanes::stage_bytes) * bytes_t{sizeof(typename Lanes::staged)};
}

/// The most rows, of `height`, that are copied at a time: as many as make good use of weights that
/// are read, which some dozens of pixels do, in at most `room` bytes if these hold one.
template <class Lanes>
constexpr int rows_within(const generic::conv_geometry& g, int height, bytes_t room) {
  constexpr int pixels = 48;
  int rows = 1;
  while (rows < height && rows * g.width < pixels &&
         staged_bytes<Lanes>(g, layout_of<Lanes>(g, rows + 1)) <= room) {
    ++rows;
  }
  return rows;
}

template <class Lanes>
struct lane_job {
  const std::int8_t* const* in;
  std::int8_t* const* out;
  int rows;
  range columns;
  range channels;       // of all groups
  lane_part<Lanes> of;  // from the first of them on
  std::byte* temporaries;
  int zero_point;
};

template <class Terms>
inline constexpr bool all_of = std::is_same_v<Terms, generic::all_terms<std::int32_t>>;

/// P pixels meet a block of V vectors of channels. `Terms` (`generic::all_terms` or `some_terms`):
/// those that are added. If not all, sums lie in `unfinished` before and after, and have no bias.
template <class Lanes, rounding Round, int P, int V, class Terms>
XENOS_NOINLINE inline void multiply(const lane_layout& layout,
                                    const typename Lanes::staged* const* pixels,
                                    const lane_part<Lanes>& of, int zero_point,
                                    std::int8_t* const* out, int present, const Terms& terms,
                                    std::int32_t* const* unfinished) {
  constexpr int count = Lanes::count;
  typename Lanes::sums sums[P][V];
  if constexpr (all_of<Terms>) {
    XENOS_UNROLL(4)
    for (int v = 0; v < V; ++v) {
      const auto bias = load_lanes<std::int32_t, count>(of.scales[v].bias);
      XENOS_UNROLL(8)
      for (int p = 0; p < P; ++p) sums[p][v] = bias;
    }
  } else {
    XENOS_UNROLL(8)
    for (int p = 0; p < P; ++p) {
      XENOS_UNROLL(4)
      for (int v = 0; v < V; ++v) {
        sums[p][v] =
            terms.begins
                ? typename Lanes::sums{}
                : load_lanes<std::int32_t, count>(unfinished[p] + std::ptrdiff_t{v} * count);
      }
    }
  }
  const std::int8_t* weights = of.weights;
  const typename Lanes::staged* from[P];
  XENOS_UNROLL(8)
  for (int p = 0; p < P; ++p) from[p] = pixels[p];
  for (int h = 0; h < layout.kernel_rows; ++h) {
    for (int w = 0; w < layout.runs; ++w) {
      const std::ptrdiff_t run = h * layout.row_step + w * layout.run_step;
      const range steps = terms.of_run(h * layout.runs + w, layout.run / Lanes::step);
      const std::ptrdiff_t end = run + steps.end * Lanes::step;
      for (std::ptrdiff_t i = run + steps.first * Lanes::step; i < end; i += Lanes::step) {
        decltype(Lanes::weights(weights)) by[V];
        XENOS_UNROLL(4)
        for (int v = 0; v < V; ++v) by[v] = Lanes::weights(weights + v * count * Lanes::step);
        weights += V * count * Lanes::step;
        XENOS_UNROLL(8)
        for (int p = 0; p < P; ++p) {
          const auto inputs = Lanes::broadcast(from[p] + i);
          XENOS_UNROLL(4)
          for (int v = 0; v < V; ++v) sums[p][v] = Lanes::add(sums[p][v], inputs, by[v]);
        }
      }
    }
  }
  if constexpr (!all_of<Terms>) {
    XENOS_UNROLL(8)
    for (int p = 0; p < P; ++p) {
      XENOS_UNROLL(4)
      for (int v = 0; v < V; ++v) {
        if (terms.ends) {
          sums[p][v] += load_lanes<std::int32_t, count>(of.scales[v].bias);
        } else {
          store_lanes<std::int32_t, count>(unfinished[p] + std::ptrdiff_t{v} * count, sums[p][v]);
        }
      }
    }
    if (!terms.ends) return;
  }
  scale_sums<Lanes, Round, P, V>(sums, of.scales, zero_point);
  store_sums<Lanes, P, V>(sums, out, present);
}

/// Pixels of a chunk, in the order of rows.
template <class Lanes, class Terms>
struct pixel_walk {
  const generic::conv_geometry& g;
  const lane_layout& layout;
  const lane_job<Lanes>& job;
  const Terms& terms;
  int first_row;
  int in_group;  // first input channel
  int out_channel;
  std::ptrdiff_t place;  // packed, of the tile's
  int row = 0;
  int x = 0;

  /// The next `count` pixels, P in all: the last one again if there are fewer.
  template <int P>
  XENOS_ALWAYS_INLINE void take(int count, const typename Lanes::staged* inputs,
                                const typename Lanes::staged** pixels, std::int8_t** out,
                                std::int32_t** unfinished) {
    XENOS_UNROLL(8)
    for (int p = 0; p < P; ++p) {
      pixels[p] = inputs + row * g.stride_height * layout.pitch + x * g.stride_width * g.in_pixel +
                  in_group;
      out[p] = job.out[first_row + row] + std::ptrdiff_t{job.columns.first + x} * g.out_pixel +
               out_channel;
      if constexpr (!all_of<Terms>) {
        unfinished[p] =
            reinterpret_cast<std::int32_t*>(terms.sums + (first_row + row) * terms.row_bytes +
                                            (job.columns.first + x) * terms.pixel_bytes) +
            place;
      }
      if (p + 1 < count && ++x == job.columns.size()) {
        x = 0;
        ++row;
      }
    }
    if (++x == job.columns.size()) {
      x = 0;
      ++row;
    }
  }
};

/// `pixels` pixels in one block of V vectors of channels: in blocks of P, then of half as many.
template <class Lanes, rounding Round, int V, int P, class Terms>
XENOS_ALWAYS_INLINE void multiply_pixels(pixel_walk<Lanes, Terms>& walk, int pixels,
                                         const typename Lanes::staged* inputs,
                                         const lane_part<Lanes>& of, int present) {
  while (pixels > 0) {
    const typename Lanes::staged* from[P];
    std::int8_t* out[P];
    std::int32_t* unfinished[P];
    if (P == 1 || pixels > P / 2) {
      const int count = min_of(P, pixels);
      walk.template take<P>(count, inputs, from, out, unfinished);
      multiply<Lanes, Round, P, V>(walk.layout, from, of, walk.job.zero_point, out, present,
                                   walk.terms, all_of<Terms> ? nullptr : unfinished);
      pixels -= count;
    } else {
      return multiply_pixels<Lanes, Round, V, (P > 4 ? P / 2 : 1)>(walk, pixels, inputs, of,
                                                                   present);
    }
  }
}

/// Vectors of channels of the widest block of sums, and pixels of one of `vectors`: with weights
/// and inputs they fit the registers.
template <class Lanes>
constexpr int most_vectors = Lanes::registers >= 32 ? 4 : 2;
template <class Lanes>
constexpr int pixels_of(int vectors) {
  return Lanes::registers >= 32 ? (vectors == 4 ? 6 : 8) : (vectors == 2 ? 4 : 8);
}

/// The vectors of the next block where `left` are left.
template <class Lanes>
constexpr int next_vectors(int left) {
  return left >= most_vectors<Lanes> ? most_vectors<Lanes> : left >= 2 ? 2 : 1;
}

/// Copies the inputs of `rows` output rows from row `first` on.
template <class Lanes>
XENOS_ALWAYS_INLINE void stage_rows(const generic::conv_geometry& g, const lane_layout& layout,
                                    const lane_job<Lanes>& job, int first, int rows,
                                    typename Lanes::staged* to) {
  const std::ptrdiff_t column = std::ptrdiff_t{job.columns.first * g.stride_width - g.left};
  const int columns =
      (job.columns.size() - 1) * g.stride_width + (g.kernel_width - 1) * g.dilation_width + 1;
  const int all = lane_layout::input_rows(g, rows);
  for (int i = 0; i < all; ++i) {
    if (g.dilation_height == 1 && i % g.stride_height >= g.kernel_height) continue;
    stage_row<Lanes>(to + i * layout.pitch,
                     job.in[first * g.stride_height + i] + column * g.in_pixel,
                     columns * g.in_pixel);
  }
}

template <class Lanes, rounding Round, int V, class Terms>
XENOS_ALWAYS_INLINE void multiply_block(pixel_walk<Lanes, Terms> walk, int pixels,
                                        const typename Lanes::staged* inputs,
                                        const lane_part<Lanes>& of, int present) {
  multiply_pixels<Lanes, Round, V, pixels_of<Lanes>(V)>(walk, pixels, inputs, of, present);
}

/// The tile of a job: chunks of rows, groups, blocks of channels, blocks of pixels. One copy for
/// all layers of a program.
template <class Lanes, rounding Round, class Terms>
XENOS_NOINLINE inline void run_lanes(const generic::conv_geometry& g, const lane_layout& layout,
                                     const lane_job<Lanes>& job, const Terms& terms) {
  auto* const inputs = reinterpret_cast<typename Lanes::staged*>(job.temporaries);
  const int each = terms.count(layout.terms / Lanes::step) * Lanes::step;
  for (int r = 0; r < job.rows; r += layout.rows) {
    const int rows = min_of(layout.rows, job.rows - r);
    stage_rows<Lanes>(g, layout, job, r, rows, inputs);
    const int pixels = rows * job.columns.size();
    auto of = job.of;
    std::ptrdiff_t place = 0;
    for (int group = job.channels.first / g.out_channels; group * g.out_channels < job.channels.end;
         ++group) {
      int c = max_of(job.channels.first - group * g.out_channels, 0);
      const int end = min_of(job.channels.end - group * g.out_channels, g.out_channels);
      while (c < end) {
        const int vectors = next_vectors<Lanes>(ceil_div(end - c, Lanes::count));
        const int channels = vectors * Lanes::count;
        const int present = min_of(channels, end - c);
        const pixel_walk<Lanes, Terms> walk{
            g, layout, job, terms, r, group * g.in_channels, group * g.out_channels + c, place};
        if (vectors == 4) {
          if constexpr (most_vectors<Lanes> == 4) {
            multiply_block<Lanes, Round, 4>(walk, pixels, inputs, of, present);
          }
        } else if (vectors == 2) {
          multiply_block<Lanes, Round, 2>(walk, pixels, inputs, of, present);
        } else {
          multiply_block<Lanes, Round, 1>(walk, pixels, inputs, of, present);
        }
        of.advance(channels, each);
        place += channels;
        c += channels;
      }
    }
  }
}

/// Convolution of int8 by `Lanes`, which copies the inputs of `Rows` rows at a time.
template <generic::conv_geometry Geometry, int Rows, class Lanes>
struct lanes_conv {
  template <bytes_t Bytes>
  using within = lanes_conv<Geometry, rows_within<Lanes>(Geometry, Rows, Bytes), Lanes>;

  static constexpr lane_layout layout = layout_of<Lanes>(Geometry, Rows);
  static constexpr int offset = Lanes::offset;
  static constexpr int block_rows = 1;
  static constexpr int block_columns = 1;
  static constexpr bytes_t temporary_bytes = staged_bytes<Lanes>(Geometry, layout);
  static constexpr int terms = layout.terms;
  static constexpr int padded_channels =
      static_cast<int>(align_up(Geometry.out_channels, Lanes::count));
  static constexpr int all_padded = Geometry.groups * padded_channels;
  static constexpr int channel_block =
      Geometry.groups == 1 ? next_vectors<Lanes>(padded_channels / Lanes::count) * Lanes::count
                           : Geometry.out_channels;

  /// Weights lie as [group][block][terms / step][vector][lane][step].
  using packed = packed_layer<std::int8_t, terms, lane_scales<Lanes::count>, all_padded, 64>;
  static constexpr std::ptrdiff_t place(int channel) {
    return std::ptrdiff_t{channel / Geometry.out_channels} * padded_channels +
           static_cast<std::ptrdiff_t>(align_up(channel % Geometry.out_channels, Lanes::count));
  }
  static constexpr int steps = terms / Lanes::step;
  static constexpr int step_weights = Lanes::step;
  static constexpr int block_at(std::ptrdiff_t place) {
    const int left = padded_channels - static_cast<int>(place % padded_channels);
    return next_vectors<Lanes>(left / Lanes::count) * Lanes::count;
  }

  template <class Parameters>
  static constexpr void pack(const Parameters& layer, packed& to) {
    for (std::int8_t& weight : to.weights) weight = 0;
    for (int g = 0; g < Geometry.groups; ++g) {
      for (int first = 0; first < padded_channels;) {
        const int vectors = next_vectors<Lanes>((padded_channels - first) / Lanes::count);
        const int at = g * padded_channels + first;
        for (int lane = 0; lane < vectors * Lanes::count; ++lane) {
          const int c = first + channel_in_block(vectors, lane / Lanes::count, lane % Lanes::count);
          const bool exists = c < Geometry.out_channels;
          const int channel = g * Geometry.out_channels + c;
          std::int64_t sizes = 0;
          if (exists) {
            sizes = pack_filter(layer, channel, vectors * Lanes::count,
                                to.weights + std::ptrdiff_t{at} * terms + lane * Lanes::step);
          }
          pack_factor<Lanes>(layer, channel, exists, sizes, to.scales, at + lane);
        }
        first += vectors * Lanes::count;
      }
    }
  }

  template <rounding Round, cuts Cuts>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, lane_part<Lanes> of,
                  int zero_point) {
    const range columns = t.columns(Geometry.width);
    const range channels = t.channels(Geometry.out_channels * Geometry.groups);
    const generic::terms_for<std::int32_t, decltype(t.piece)> terms_now(t.piece, nullptr,
                                                                        columns.first, steps);
    run_lanes<Lanes, Round>(
        geometry, layout,
        lane_job<Lanes>{t.in[0], t.out, t.rows, columns, channels, of, t.temporaries, zero_point},
        terms_now);
  }

 private:
  static constexpr generic::conv_geometry geometry = Geometry;

  /// The weights of a channel, the first of which lies at `to`, in a block of `channels`. Gives the
  /// sum of their absolute values.
  template <class Parameters>
  static constexpr std::int64_t pack_filter(const Parameters& layer, int channel, int channels,
                                            std::int8_t* to) {
    std::int64_t sizes = 0;
    int term = 0;
    for (int h = 0; h < Geometry.kernel_height; ++h) {
      for (int w = 0; w < Geometry.kernel_width; ++w) {
        for (int i = 0; i < Geometry.in_channels; ++i, ++term) {
          const std::int8_t weight = layer.weight(channel, h, w, i);
          to[std::ptrdiff_t{term / Lanes::step} * channels * Lanes::step + term % Lanes::step] =
              weight;
          sizes += weight < 0 ? -weight : weight;
        }
        if (layout.runs > 1 || w + 1 == Geometry.kernel_width) {
          term = static_cast<int>(align_up(term, Lanes::step));
        }
      }
    }
    return sizes;
  }
};

}  // namespace xenos::inline XENOS_ABI::int8
