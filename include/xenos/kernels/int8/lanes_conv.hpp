// Convolution of int8 where the lanes of vectors are output channels: each group of neighbouring
// inputs meets the weights of all channels of a block.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/int8/lanes.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstddef>
#include <cstdint>

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

/// Of maps with `height` rows: as many rows at a time as make good use of weights that are read,
/// which some dozens of pixels do, and stay in the first-level cache.
template <class Lanes>
constexpr lane_layout layout_of(const generic::conv_geometry& g, int height) {
  constexpr bytes_t cache = 24 * 1024;
  constexpr int pixels = 48;
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
  to.rows = 1;
  const auto bytes = [&](int rows) {
    return bytes_t{lane_layout::input_rows(g, rows)} * to.pitch *
           bytes_t{sizeof(typename Lanes::staged)};
  };
  while (to.rows < height && to.rows * g.width < pixels && bytes(to.rows + 1) <= cache) ++to.rows;
  return to;
}

struct lane_job {
  const std::int8_t* const* in;
  std::int8_t* const* out;
  int rows;
  range columns;
  range channels;  // of all groups
  lane_parameters of;
  std::byte* temporaries;
  int zero_point;
};

/// P pixels meet a block of V vectors of channels.
template <class Lanes, rounding Round, int P, int V>
XENOS_NOINLINE inline void multiply(const lane_layout& layout,
                                    const typename Lanes::staged* const* pixels,
                                    const lane_parameters& of, int zero_point,
                                    std::int8_t* const* out, int present) {
  constexpr int count = Lanes::count;
  typename Lanes::sums sums[P][V];
  XENOS_UNROLL(4)
  for (int v = 0; v < V; ++v) {
    const auto bias = load_lanes<std::int32_t, count>(of.bias + std::ptrdiff_t{v} * count);
    XENOS_UNROLL(8)
    for (int p = 0; p < P; ++p) sums[p][v] = bias;
  }
  const std::int8_t* weights = of.weights;
  const typename Lanes::staged* from[P];
  XENOS_UNROLL(8)
  for (int p = 0; p < P; ++p) from[p] = pixels[p];
  for (int h = 0; h < layout.kernel_rows; ++h) {
    for (int w = 0; w < layout.runs; ++w) {
      const std::ptrdiff_t first = h * layout.row_step + w * layout.run_step;
      for (std::ptrdiff_t i = first; i < first + layout.run; i += Lanes::step) {
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
  scale_sums<Lanes, Round, P, V>(sums, of, zero_point);
  store_sums<Lanes, P, V>(sums, out, present);
}

/// Pixels of a chunk, in the order of rows.
struct pixel_walk {
  const generic::conv_geometry& g;
  const lane_layout& layout;
  const lane_job& job;
  int first_row;
  int in_group;  // first input channel
  int out_channel;
  int row = 0;
  int x = 0;

  /// The next `count` pixels, P in all: the last one again if there are fewer.
  template <int P, class Staged>
  XENOS_ALWAYS_INLINE void take(int count, const Staged* inputs, const Staged** pixels,
                                std::int8_t** out) {
    XENOS_UNROLL(8)
    for (int p = 0; p < P; ++p) {
      pixels[p] = inputs + row * g.stride_height * layout.pitch + x * g.stride_width * g.in_pixel +
                  in_group;
      out[p] = job.out[first_row + row] + std::ptrdiff_t{job.columns.first + x} * g.out_pixel +
               out_channel;
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
template <class Lanes, rounding Round, int V, int P>
XENOS_ALWAYS_INLINE void multiply_pixels(pixel_walk& walk, int pixels,
                                         const typename Lanes::staged* inputs,
                                         const lane_parameters& of, int present) {
  while (pixels > 0) {
    const typename Lanes::staged* from[P];
    std::int8_t* out[P];
    if (P == 1 || pixels > P / 2) {
      const int count = min_of(P, pixels);
      walk.template take<P>(count, inputs, from, out);
      multiply<Lanes, Round, P, V>(walk.layout, from, of, walk.job.zero_point, out, present);
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
                                    const lane_job& job, int first, int rows,
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

template <class Lanes, rounding Round, int V>
XENOS_ALWAYS_INLINE void multiply_block(pixel_walk walk, int pixels,
                                        const typename Lanes::staged* inputs,
                                        const lane_parameters& of, int present) {
  multiply_pixels<Lanes, Round, V, pixels_of<Lanes>(V)>(walk, pixels, inputs, of, present);
}

/// The tile of a job: chunks of rows, groups, blocks of channels, blocks of pixels. One copy for
/// all layers of a program.
template <class Lanes, rounding Round>
XENOS_NOINLINE inline void run_lanes(const generic::conv_geometry& g, const lane_layout& layout,
                                     const lane_job& job) {
  auto* const inputs = reinterpret_cast<typename Lanes::staged*>(job.temporaries);
  const int padded = static_cast<int>(align_up(g.out_channels, Lanes::count));
  for (int r = 0; r < job.rows; r += layout.rows) {
    const int rows = min_of(layout.rows, job.rows - r);
    stage_rows<Lanes>(g, layout, job, r, rows, inputs);
    const int pixels = rows * job.columns.size();
    for (int group = job.channels.first / g.out_channels; group * g.out_channels < job.channels.end;
         ++group) {
      int c = max_of(job.channels.first - group * g.out_channels, 0);
      const int end = min_of(job.channels.end - group * g.out_channels, g.out_channels);
      lane_parameters of = job.of;
      of.template advance<Lanes>(std::ptrdiff_t{group} * padded + c, layout.terms);
      while (c < end) {
        const int vectors = next_vectors<Lanes>(ceil_div(end - c, Lanes::count));
        const int channels = vectors * Lanes::count;
        const int present = min_of(channels, end - c);
        const pixel_walk walk{g, layout, job, r, group * g.in_channels, group * g.out_channels + c};
        if (vectors == 4) {
          if constexpr (most_vectors<Lanes> == 4) {
            multiply_block<Lanes, Round, 4>(walk, pixels, inputs, of, present);
          }
        } else if (vectors == 2) {
          multiply_block<Lanes, Round, 2>(walk, pixels, inputs, of, present);
        } else {
          multiply_block<Lanes, Round, 1>(walk, pixels, inputs, of, present);
        }
        of.template advance<Lanes>(channels, layout.terms);
        c += channels;
      }
    }
  }
}

/// Convolution of int8 by `Lanes`, of maps with `Height` rows.
template <generic::conv_geometry Geometry, int Height, class Lanes>
struct lanes_conv {
  static constexpr lane_layout layout = layout_of<Lanes>(Geometry, Height);
  static constexpr int offset = Lanes::offset;
  static constexpr int block_rows = 1;
  static constexpr int block_columns = 1;
  static constexpr bytes_t temporary_bytes =
      (lane_layout::input_rows(Geometry, layout.rows) * bytes_t{layout.pitch} +
       Lanes::stage_bytes) *
      bytes_t{sizeof(typename Lanes::staged)};
  static constexpr int terms = layout.terms;
  static constexpr int padded_channels =
      static_cast<int>(align_up(Geometry.out_channels, Lanes::count));
  static constexpr int all_padded = Geometry.groups * padded_channels;
  static constexpr int channel_block =
      Geometry.groups == 1 ? next_vectors<Lanes>(padded_channels / Lanes::count) * Lanes::count
                           : Geometry.out_channels;

  /// Weights lie as [group][block][terms / step][vector][lane][step].
  struct packed {
    alignas(64) std::int8_t weights[std::size_t{all_padded} * terms];
    std::int32_t bias[all_padded];
    std::int32_t multiplier[all_padded];
    std::int32_t shift[all_padded];
    bool plain[all_padded / Lanes::count];
  };

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
          pack_factor<Lanes>(layer, channel, exists, sizes, to, at + lane);
        }
        first += vectors * Lanes::count;
      }
    }
  }

  template <rounding Round, cuts Cuts>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, const packed& p, int zero_point) {
    run_lanes<Lanes, Round>(geometry, layout,
                            {t.in[0],
                             t.out,
                             t.rows,
                             t.columns(Geometry.width),
                             t.channels(Geometry.out_channels * Geometry.groups),
                             {p.weights, p.bias, p.multiplier, p.shift, p.plain},
                             t.temporaries,
                             zero_point});
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
