// Convolution of int8 where sums run along input channels: the elements that a pixel reads are laid
// side by side, and meet the filters of some output channels at a time.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/range.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/int8/packed_layer.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstddef>
#include <cstdint>

namespace xenos::inline XENOS_ABI::int8 {

// clang-format off
// What differs between instruction sets, `Products`:
//   staged               the type in which elements lie in a patch
//   pixels, channels     register block: patches and filters that meet at a time
//   step                 terms of a patch are a multiple of this, filled up with weights of 0
//   run_step             and so are those of each run of neighbouring elements
//   alignment            of patches and weights, in bytes
//   scales               what scales the sums of a block of channels, such as `block_scales`
//   direct               whether a patch may be a run of the input itself
//   adds, add_rows<Join> an addition of streams of its own, see `follow`; absent: none
//   patch(patches, k, terms) -> staged*
//                        where patch k of a block begins
//   stage(to, k, terms, from, count) -> staged*
//                        lays `count` elements of a run out as a part of patch k, `to` being where
//                        that part of patch 0 begins; gives where the next run's begins
//   stage_rows(to, rows, row_step, column, run, height)
//                        all rows of a patch that are a run each; absent: row by row
//   multiply<P, Round>(patches, terms, weights, scales, zero_point, out, count)
//                        P (1 or `pixels`) patches with the filters of `count` channels, which begin
//                        a block: scaled to int8, stored from out[p] on
// clang-format on

/// What the sums of a block of N channels begin with, and what scales them: the multiplier and how
/// far to the right (to the left where negative) of a `fixed_factor`.
template <int N>
struct block_scales {
  static constexpr int count = N;
  std::int32_t bias[N];
  std::int32_t multiplier[N];
  std::int32_t right[N];

  /// Sets those of channel c of the block.
  constexpr void set(int c, std::int32_t begin, fixed_factor factor) {
    bias[c] = begin;
    multiplier[c] = factor.multiplier;
    right[c] = -factor.shift;
  }
  [[nodiscard]] constexpr std::int32_t begin(int c) const { return bias[c]; }
  [[nodiscard]] constexpr fixed_factor factor(int c) const {
    return {multiplier[c], -static_cast<int>(right[c])};
  }
};

/// A sum of channel c of a block, as int8.
template <rounding Round, class Scales>
XENOS_ALWAYS_INLINE std::int8_t scaled_sum(std::int32_t sum, const Scales& scales, int c,
                                           int zero_point) {
  return static_cast<std::int8_t>(clamp_int8(scaled<Round>(sum, scales.factor(c)) + zero_point));
}

/// What a tile hands to the loops below, which are shared by all layers. Weights lie as
/// [block of channels][terms / step][channels][step].
template <class Products>
struct patch_job {
  const std::int8_t* const* in;
  std::int8_t* const* out;
  int rows;
  range columns;
  range channels;  // of all groups
  // From channel 0 on, whether its are there or not.
  const std::int8_t* weights;
  const typename Products::scales* scales;
  std::byte* temporaries;
  int zero_point;
};

/// Terms of a patch, filled up.
template <class Products>
constexpr int padded_terms(const generic::conv_geometry& g) {
  const bool one_run = g.dilation_width == 1 && g.in_channels == g.in_pixel;
  const int run = g.in_channels * (one_run ? g.kernel_width : 1);
  const int runs = g.kernel_height * (one_run ? 1 : g.kernel_width);
  return static_cast<int>(align_up(runs * align_up(run, Products::run_step), Products::step));
}

/// Whether a patch is a run of the input as it is.
template <class Products>
constexpr bool reads_directly(const generic::conv_geometry& g) {
  return Products::direct && g.kernel_height == 1 && g.kernel_width == 1 &&
         g.in_channels % Products::step == 0;
}

/// Lays out patch k of a block: what a pixel reads from `column` elements behind the beginning of
/// each of `rows` on. Its own function, so that its loops have registers to themselves.
template <class Products>
XENOS_NOINLINE inline void stage_patch(const generic::conv_geometry& g,
                                       const std::int8_t* const* rows, std::ptrdiff_t column,
                                       typename Products::staged* to, int k, int terms) {
  const bool one_run = g.dilation_width == 1 && g.in_channels == g.in_pixel;
  const int run = g.in_channels * (one_run ? g.kernel_width : 1);
  const int runs = one_run ? 1 : g.kernel_width;
  if constexpr (requires { Products::stage_rows; }) {
    if (one_run) {
      Products::stage_rows(to + k * terms, rows, g.dilation_height, column, run, g.kernel_height);
      return;
    }
  }
  const int next = g.dilation_width * g.in_pixel;
  const int row_step = g.dilation_height;
  for (int h = g.kernel_height; h > 0; --h, rows += row_step) {
    const std::int8_t* from = *rows + column;
    for (int w = runs; w > 0; --w, from += next) to = Products::stage(to, k, terms, from, run);
  }
}

/// The tile of a job, a block of pixels after the other, through all filters of each group.
template <class Products, rounding Round>
XENOS_ALWAYS_INLINE void run_patches(const generic::conv_geometry& g,
                                     const patch_job<Products>& job) {
  using staged = typename Products::staged;
  constexpr int block = Products::pixels;
  const int terms = padded_terms<Products>(g);
  const bool direct = reads_directly<Products>(g);
  auto* const patches = reinterpret_cast<staged*>(job.temporaries);
  const int padded = static_cast<int>(align_up(g.out_channels, Products::channels));
  const int pixels = job.rows * job.columns.size();

  for (int group = job.channels.first / g.out_channels; group * g.out_channels < job.channels.end;
       ++group) {
    const int first = max_of(job.channels.first - group * g.out_channels, 0);
    const int end = min_of(job.channels.end - group * g.out_channels, g.out_channels);
    const std::ptrdiff_t left =
        std::ptrdiff_t{job.columns.first * g.stride_width - g.left} * g.in_pixel +
        std::ptrdiff_t{group} * g.in_channels;
    const std::ptrdiff_t next = std::ptrdiff_t{g.stride_width} * g.in_pixel;
    const std::ptrdiff_t to = std::ptrdiff_t{job.columns.first} * g.out_pixel +
                              std::ptrdiff_t{group} * g.out_channels + first;
    const std::int8_t* const* rows = job.in;
    std::int8_t* const* out_row = job.out;
    int x = job.columns.size();
    std::ptrdiff_t column = left;
    std::int8_t* at_out = *out_row + to;
    for (int pixel = 0; pixel < pixels; pixel += block) {
      const int present = min_of(block, pixels - pixel);
      const staged* patch[block];
      std::int8_t* out[block];
      for (int k = 0; k < present; ++k) {
        if (direct) {
          patch[k] = reinterpret_cast<const staged*>(rows[0] + column);
        } else {
          patch[k] = Products::patch(patches, k, terms);
          stage_patch<Products>(g, rows, column, patches, k, terms);
        }
        out[k] = at_out;
        column += next;
        at_out += g.out_pixel;
        if (--x == 0 && pixel + k + 1 < pixels) {
          x = job.columns.size();
          rows += g.stride_height;
          column = left;
          at_out = *++out_row + to;
        }
      }
      const int at = group * padded + first;
      const std::int8_t* weights = job.weights + std::ptrdiff_t{at} * terms;
      const auto* scales = job.scales + at / Products::channels;
      if (present == block) {
        Products::template multiply<block, Round>(patch, terms, weights, scales, job.zero_point,
                                                  out, end - first);
      } else {
        for (int k = 0; k < present; ++k) {
          Products::template multiply<1, Round>(patch + k, terms, weights, scales, job.zero_point,
                                                out + k, end - first);
        }
      }
    }
  }
}

/// The same, one copy for all layers of a program.
template <class Products, rounding Round>
XENOS_NOINLINE inline void run_any_patches(const generic::conv_geometry& g,
                                           const patch_job<Products>& job) {
  run_patches<Products, Round>(g, job);
}

/// Convolution of int8 by `Products`. Where `Shared`, all layers run through one function that
/// reads its extents from a constant; otherwise each has its own.
template <generic::conv_geometry Geometry, class Products, bool Shared = true>
struct patch_conv {
  using specialised = patch_conv<Geometry, Products, false>;
  static constexpr int offset = 0;
  static constexpr bool adds = requires { requires Products::adds; };
  static constexpr int block_rows = 1;
  static constexpr int block_columns = Products::pixels;
  static constexpr int terms = padded_terms<Products>(Geometry);
  static constexpr bytes_t temporary_bytes =
      reads_directly<Products>(Geometry)
          ? 0
          : bytes_t{sizeof(typename Products::staged)} * Products::pixels * terms;
  static constexpr int channel_block =
      Geometry.groups == 1 ? Products::channels : Geometry.out_channels;
  static constexpr int padded_channels =
      static_cast<int>(align_up(Geometry.out_channels, Products::channels));
  static constexpr int all_padded = Geometry.groups * padded_channels;

  using packed =
      packed_layer<std::int8_t, terms, typename Products::scales, all_padded, Products::alignment>;
  static constexpr std::ptrdiff_t place(int channel) {
    return std::ptrdiff_t{channel / Geometry.out_channels} * padded_channels +
           static_cast<std::ptrdiff_t>(
               align_up(channel % Geometry.out_channels, Products::channels));
  }

  template <class Parameters>
  static constexpr void pack(const Parameters& layer, packed& to) {
    for (std::int8_t& weight : to.weights) weight = 0;
    for (int g = 0; g < Geometry.groups; ++g) {
      for (int c = 0; c < padded_channels; ++c) {
        const int at = g * padded_channels + c;
        const bool exists = c < Geometry.out_channels;
        const int channel = g * Geometry.out_channels + c;
        to.scales[at / Products::channels].set(at % Products::channels,
                                               exists ? layer.bias(channel) : 0,
                                               exists ? layer.factor(channel) : fixed_factor{});
        if (exists) pack_filter(layer, channel, to.weights, at);
      }
    }
  }

  template <rounding Round, cuts Cuts>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, typename packed::part of,
                  int zero_point) {
    if constexpr (Cuts.channels) of.advance(-place(t.some_channels.first), terms);
    const patch_job<Products> job{t.in[0],
                                  t.out,
                                  t.rows,
                                  t.columns(Geometry.width),
                                  t.channels(Geometry.out_channels * Geometry.groups),
                                  of.weights,
                                  of.scales,
                                  t.temporaries,
                                  zero_point};
    if constexpr (Shared) {
      run_any_patches<Products, Round>(geometry, job);
    } else {
      run_patches<Products, Round>(geometry, job);
    }
  }

  template <auto Join>
  static void add(const std::int8_t* a, const std::int8_t* b, std::int8_t* out, int count) {
    Products::template add_rows<Join>(a, b, out, count);
  }

 private:
  static constexpr generic::conv_geometry geometry = Geometry;

  template <class Parameters>
  static constexpr void pack_filter(const Parameters& layer, int channel, std::int8_t* weights,
                                    int at) {
    constexpr bool one_run =
        Geometry.dilation_width == 1 && Geometry.in_channels == Geometry.in_pixel;
    std::int8_t* const block = weights + std::ptrdiff_t{at - at % Products::channels} * terms +
                               at % Products::channels * Products::step;
    int term = 0;
    for (int h = 0; h < Geometry.kernel_height; ++h) {
      for (int w = 0; w < Geometry.kernel_width; ++w) {
        for (int i = 0; i < Geometry.in_channels; ++i, ++term) {
          block[std::ptrdiff_t{term / Products::step} * Products::step * Products::channels +
                term % Products::step] = layer.weight(channel, h, w, i);
        }
        if (!one_run) term = static_cast<int>(align_up(term, Products::run_step));
      }
      term = static_cast<int>(align_up(term, Products::run_step));
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::int8
