// Direct convolution on rows, portable: no patch matrix, no packing of activations.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/extents.hpp>
#include <xenos/core/window.hpp>
#include <xenos/kernels/block.hpp>
#include <xenos/kernels/generic/packed_filter.hpp>
#include <xenos/kernels/generic/sum_terms.hpp>
#include <xenos/kernels/generic/sums.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstddef>
#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// Geometry of a convolution, all that a kernel is keyed on. Channels are a group's.
struct conv_geometry {
  int width;         // output pixels a row
  int in_channels;   // of one group
  int out_channels;  // of one group
  int groups;
  int kernel_height;
  int kernel_width;
  int stride_height;
  int stride_width;
  int dilation_height;
  int dilation_width;
  int left;       // zeroed columns that the first pixel reads
  int in_pixel;   // elements from pixel to pixel of the input
  int out_pixel;  // and of the output
};

/// Register block: `rows` x `pixels` x `vectors` accumulators of `lanes` output channels each
/// (BLIS's mr x nr, where mr pixels may lie in several rows of a narrow map).
struct register_block {
  int pixels;
  int vectors;
  int lanes;
  int rows = 1;
  [[nodiscard]] constexpr int channels() const { return vectors * lanes; }
};

/// Convolution with an output-channel block outside, pixels inside. Packed weights: for each group
/// and block of output channels [kernel_height][kernel_width][in_channels][block], the last block
/// of a group narrower and filled up with zeros to whole vectors. Accumulators start from the bias
/// and sum in the order kernel row, kernel column, input channel whatever the block, so that
/// results do not depend on tiles; nor on the pieces in which rounds add the terms, which follow
/// each other in that order.
template <conv_geometry Geometry, register_block Block, class T>
struct direct_conv {
  using shape_type = extents<Geometry>;
  using sum_type = accumulator_of<T>;
  static constexpr bool folds = true;
  static constexpr int block_rows = Block.rows;
  static constexpr int block_columns = Block.pixels;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr bool column_cuts = true;
  static constexpr int padded_channels =
      static_cast<int>(align_up(Geometry.out_channels, Block.lanes));
  static constexpr int all_padded = Geometry.groups * padded_channels;
  static constexpr int taps = Geometry.kernel_height * Geometry.kernel_width * Geometry.in_channels;
  /// Blocks of a group, if it has whole ones; else groups.
  static constexpr int channel_block =
      Geometry.groups == 1 || Geometry.out_channels % Block.channels() == 0 ? Block.channels()
                                                                            : Geometry.out_channels;

  using packed = packed_filter<filter_layout{taps, Geometry.out_channels, Geometry.groups,
                                             Block.channels(), Block.lanes},
                               T>;

  /// Packed channels of a block, with the zeros that fill its vectors.
  static constexpr int padded_block = static_cast<int>(align_up(channel_block, Block.lanes));
  static constexpr bytes_t channel_bytes = ceil_div(
      padded_block * (taps * bytes_t{sizeof(T)} + bytes_t{sizeof(sum_type)}), channel_block);
  static constexpr int terms = taps;
  static constexpr bytes_t term_bytes = padded_block * bytes_t{sizeof(T)};
  static constexpr bytes_t sum_bytes = padded_block * bytes_t{sizeof(sum_type)};

  /// Parameters of a range of channels, from the first on.
  struct resident {
    const T* weights;
    const sum_type* bias;
  };
  /// Where the packed parameters of a channel begin that begins a block or ends a range.
  static constexpr std::ptrdiff_t place(int channel) {
    const int within = channel % Geometry.out_channels;
    return std::ptrdiff_t{channel / Geometry.out_channels} * padded_channels +
           static_cast<std::ptrdiff_t>(align_up(within, Block.lanes));
  }
  template <class Transport>
  static bool fetch(Transport& by, std::byte* to, const packed& from, range channels) {
    const std::ptrdiff_t first = place(channels.first);
    const auto count = static_cast<std::size_t>(place(channels.end) - first);
    const std::size_t bytes = taps * count * sizeof(T);
    return by.start(to, from.weights + taps * first, bytes) &&
           by.start(to + bytes, from.bias + first, count * sizeof(sum_type));
  }
  static resident brought(const std::byte* at, range channels) {
    const auto count = static_cast<std::size_t>(place(channels.end) - place(channels.first));
    return {reinterpret_cast<const T*>(at),
            reinterpret_cast<const sum_type*>(at + taps * count * sizeof(T))};
  }
  /// Of some terms: register block by register block, behind them the bias if they are the first.
  template <class Transport>
  static bool fetch(Transport& by, std::byte* to, const packed& from, range channels,
                    range terms_of) {
    const std::ptrdiff_t end = place(channels.end);
    for (std::ptrdiff_t at = place(channels.first); at < end;) {
      const int left = padded_channels - static_cast<int>(at % padded_channels);
      const auto width = min_of<std::ptrdiff_t>(min_of(left, Block.channels()), end - at);
      const std::size_t bytes = static_cast<std::size_t>(terms_of.size() * width) * sizeof(T);
      if (!by.start(to, from.weights + taps * at + terms_of.first * width, bytes)) return false;
      to += bytes;
      at += width;
    }
    if (terms_of.first > 0) return true;
    const std::ptrdiff_t first = place(channels.first);
    return by.start(to, from.bias + first,
                    static_cast<std::size_t>(end - first) * sizeof(sum_type));
  }
  static resident brought(const std::byte* at, range channels, range terms_of) {
    const auto count = static_cast<std::size_t>(place(channels.end) - place(channels.first));
    const std::size_t bytes = static_cast<std::size_t>(terms_of.size()) * count * sizeof(T);
    return {reinterpret_cast<const T*>(at), reinterpret_cast<const sum_type*>(at + bytes)};
  }

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    const auto filter = views.template get<0>();
    const auto bias = views.template get<1>();
    std::size_t at = 0;
    for (int g = 0; g < Geometry.groups; ++g) {
      for (int block = 0; block < padded_channels; block += Block.channels()) {
        const int width = min_of(Block.channels(), padded_channels - block);
        for (int h = 0; h < Geometry.kernel_height; ++h) {
          for (int w = 0; w < Geometry.kernel_width; ++w) {
            for (int i = 0; i < Geometry.in_channels; ++i) {
              for (int c = 0; c < width; ++c) {
                const int out = block + c;
                to.weights[at++] = out < Geometry.out_channels
                                       ? T(filter(g * Geometry.out_channels + out, h, w, i))
                                       : T(0);
              }
            }
          }
        }
      }
      for (int c = 0; c < padded_channels; ++c) {
        to.bias[g * padded_channels + c] =
            c < Geometry.out_channels ? sum_type(bias(g * Geometry.out_channels + c)) : sum_type(0);
      }
    }
  }

  template <cuts Cuts, class Parameters, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const Parameters& parameters, const Views&,
                  const Epilogue& epilogue) {
    const resident first = first_of(t, parameters);
    run_tile({}, t, first.weights, first.bias, epilogue);
  }

  /// The parameters of the first channel of a tile.
  template <cuts Cuts, class Parameters>
  static resident first_of(const tile<T, T, Cuts>& t, const Parameters& all) {
    if constexpr (Cuts.channels && std::is_same_v<Parameters, packed>) {
      const std::ptrdiff_t first = place(t.channels(Geometry.out_channels * Geometry.groups).first);
      return {all.weights + taps * first, all.bias + first};
    } else {
      return {all.weights, all.bias};
    }
  }

  /// A tile of rows; `weights` and `bias` are those of its first channel. Blocks of output channels
  /// are the outer loop, so that each block of weights is read once a tile.
  template <cuts Cuts, class Epilogue>
  static void run_tile(const shape_type& shape, const tile<T, T, Cuts>& t, const T* weights,
                       const sum_type* bias, const Epilogue& epilogue) {
    const int channels = shape.template get<&conv_geometry::out_channels>();
    const int in = shape.template get<&conv_geometry::in_channels>();
    const int all = shape.template get<&conv_geometry::kernel_height>() *
                    shape.template get<&conv_geometry::kernel_width>() * in;
    const int groups = shape.template get<&conv_geometry::groups>();
    const range wanted = t.channels(channels * groups);
    const range columns = t.columns(shape.template get<&conv_geometry::width>());
    const terms_for<sum_type, decltype(t.piece)> terms_now(t.piece, bias, columns.first, all);
    const int block_terms = terms_now.count(all);
    const std::ptrdiff_t padded =
        Cuts.channels ? place(wanted.end) - place(wanted.first)
                      : static_cast<std::ptrdiff_t>(groups * align_up(channels, Block.lanes));
    output_block block{weights, bias, 0, wanted.first, weights + block_terms * padded};
    const int first_group = Cuts.channels ? wanted.first / channels : 0;
    const int end_group = Cuts.channels ? ceil_div(wanted.end, channels) : groups;
    for (int g = first_group; g < end_group; ++g) {
      block.first_in = g * in;
      int left = channels;
      if constexpr (Cuts.channels) {
        left = min_of(wanted.end, (g + 1) * channels) - max_of(wanted.first, g * channels);
      }
      for (; left >= Block.channels(); left -= Block.channels()) {
        run_block<Block.vectors, Block.channels()>(shape, t, block, Block.channels(), terms_now,
                                                   epilogue);
        block.advance(block_terms, Block.channels(), Block.channels());
      }
      if constexpr (!shape_type::template is_fixed<&conv_geometry::out_channels>) {
        run_tail<Block.vectors>(shape, t, block, left, block_terms, terms_now, epilogue);
      } else if constexpr (Geometry.out_channels % Block.channels() != 0) {
        if (left <= 0) continue;  // another core's
        constexpr int tail = Geometry.out_channels % Block.channels();
        constexpr int vectors = ceil_div(tail, Block.lanes);
        run_block<vectors, tail>(shape, t, block, tail, terms_now, epilogue);
        block.advance(block_terms, vectors * Block.lanes, tail);
      }
    }
  }

 private:
  /// A block of output channels: its weights, and where it stands.
  struct output_block {
    const T* weights;
    const sum_type* bias;
    int first_in;
    int first_out;
    const T* end;  // of all blocks' weights

    /// To the next block, behind this one of `channels`, filled up to `padded`.
    void advance(int terms_of_each, int padded, int channels) {
      weights += static_cast<std::size_t>(terms_of_each) * padded;
      bias += padded;
      first_out += channels;
    }
  };
  /// The weights of the next block of channels, which the passes over this one bring near, `stride`
  /// elements a step, until `end`: cold weights would otherwise hold up the first pass over them.
  /// All passes share that evenly, as lines on their way from memory keep others waiting.
  struct next_weights {
    const T* at;
    const T* end;
    int stride;

    static constexpr int line = 64 / static_cast<int>(sizeof(T));
    static constexpr bool fixed = shape_type::template is_fixed<&conv_geometry::kernel_height> &&
                                  shape_type::template is_fixed<&conv_geometry::kernel_width> &&
                                  shape_type::template is_fixed<&conv_geometry::in_channels> &&
                                  shape_type::template is_fixed<&conv_geometry::out_channels>;
    static constexpr bool worthwhile =  // more than the first-level cache keeps
        Block.lanes > 1 && fixed&& std::int64_t{taps} * Geometry.out_channels >= 16384;
    /// Elements a step of a pass of `steps` terms, 0 when all have been asked for.
    [[nodiscard]] std::ptrdiff_t step(std::ptrdiff_t steps) const {
      return end - at >= steps * stride ? stride : 0;
    }
  };
  // Where a block's number of channels is a template argument, `dynamic` means: as told.

  /// The last `left` channels of a group, fewer than a block and known at run time only: in as few
  /// vectors as hold them.
  template <int Vectors, cuts Cuts, class Terms, class Epilogue>
  static void run_tail(const shape_type& shape, const tile<T, T, Cuts>& t, output_block& block,
                       int left, int block_terms, const Terms& terms_now,
                       const Epilogue& epilogue) {
    if (left <= 0) return;
    if constexpr (Vectors > 1) {
      if (left <= (Vectors - 1) * Block.lanes) {
        return run_tail<Vectors - 1>(shape, t, block, left, block_terms, terms_now, epilogue);
      }
    }
    run_block<Vectors, dynamic>(shape, t, block, left, terms_now, epilogue);
    block.advance(block_terms, Vectors * Block.lanes, left);
  }

  /// All rows of the tile in one block of `channels` output channels.
  template <int Vectors, int Channels, cuts Cuts, class Terms, class Epilogue>
  static void run_block(const shape_type& shape, const tile<T, T, Cuts>& t,
                        const output_block& block, int channels, const Terms& terms_now,
                        const Epilogue& epilogue) {
    next_weights ahead{};
    if constexpr (next_weights::worthwhile) {
      const std::ptrdiff_t each = terms_now.count(taps);
      ahead.at = block.weights + each * Vectors * Block.lanes;
      ahead.end = block.end - ahead.at > each * Block.channels()
                      ? ahead.at + each * Block.channels()
                      : block.end;
      const range columns = t.columns(shape.template get<&conv_geometry::width>());
      const int passes = ceil_div(t.rows, Block.rows) * ceil_div(columns.size(), Block.pixels);
      ahead.stride = min_of(ceil_div(Block.channels(), passes), next_weights::line);
    }
    run_rows<Block.rows, Vectors, Channels>(shape, t, block, channels, 0, terms_now, ahead,
                                            epilogue);
  }

  /// Rows [r, t.rows), in blocks of `Rows` and then of half as many.
  template <int Rows, int Vectors, int Channels, cuts Cuts, class Terms, class Epilogue>
  static void run_rows(const shape_type& shape, const tile<T, T, Cuts>& t,
                       const output_block& block, int channels, int r, const Terms& terms_now,
                       next_weights& ahead, const Epilogue& epilogue) {
    const range columns = t.columns(shape.template get<&conv_geometry::width>());
    for (; r + Rows <= t.rows; r += Rows) {
      const block_rows_of<T, Rows, Epilogue> at(
          t, shape.template get<&conv_geometry::stride_height>(), epilogue, r);
      const Terms piece = terms_now.row(r, block.bias);
      int x = columns.first;
      for (; x + Block.pixels <= columns.end; x += Block.pixels) {
        run_pixels<Block.pixels, Vectors, Channels>(shape, at, block, channels, x, piece, ahead);
      }
      if constexpr (shape_type::template is_fixed<&conv_geometry::width> && !Cuts.columns) {
        constexpr int tail = Geometry.width % Block.pixels;
        if constexpr (tail > 0) {
          run_pixels<tail, Vectors, Channels>(shape, at, block, channels, x, piece, ahead);
        }
      } else {
        run_last_pixels<Block.pixels / 2, Vectors, Channels>(shape, at, block, channels, x,
                                                             columns.end, piece, ahead);
      }
    }
    if constexpr (Rows > 1) {
      run_rows<Rows / 2, Vectors, Channels>(shape, t, block, channels, r, terms_now, ahead,
                                            epilogue);
    }
  }

  /// Pixels [x, end), fewer than twice `Pixels` and one: in halves of blocks.
  template <int Pixels, int Vectors, int Channels, class At, class Terms>
  static void run_last_pixels(const shape_type& shape, const At& at, const output_block& block,
                              int channels, int x, int end, const Terms& piece,
                              next_weights& ahead) {
    if constexpr (Pixels > 0) {
      for (; x + Pixels <= end; x += Pixels) {
        run_pixels<Pixels, Vectors, Channels>(shape, at, block, channels, x, piece, ahead);
      }
      run_last_pixels<Pixels / 2, Vectors, Channels>(shape, at, block, channels, x, end, piece,
                                                     ahead);
    }
  }

  template <int Pixels, int Vectors, int Channels, class At, class Terms>
  static void run_pixels(const shape_type& shape, const At& at, const output_block& block,
                         int channels, int x, const Terms& piece, next_weights& ahead) {
    constexpr int rows = At::rows;
    const int in_pixel = shape.template get<&conv_geometry::in_pixel>();
    const int stride_height = shape.template get<&conv_geometry::stride_height>();
    const int stride = shape.template get<&conv_geometry::stride_width>() * in_pixel;
    // The columns of a kernel row are one run of elements where they lie side by side.
    const bool one_run = shape.template get<&conv_geometry::dilation_width>() == 1 &&
                         shape.template get<&conv_geometry::in_channels>() == in_pixel;
    const int kernel_width = shape.template get<&conv_geometry::kernel_width>();
    const int runs = one_run ? 1 : kernel_width;
    const int count =
        shape.template get<&conv_geometry::in_channels>() * (one_run ? kernel_width : 1);
    const T* XENOS_RESTRICT weights = block.weights;
    const std::ptrdiff_t ahead_step = ahead.step(piece.count(taps));
    block_sums<sum_type, rows, Pixels, Vectors, Block.lanes> sums;
    piece.start(sums, block.bias, x, 1);
    for (int h = 0; h < shape.template get<&conv_geometry::kernel_height>(); ++h) {
      for (int w = 0; w < runs; ++w) {
        const range terms_of_run = piece.of_run(h * runs + w, count);
        const T* row[rows];
        for (int r = 0; r < rows; ++r) {
          row[r] =
              at.in[r * stride_height + h * shape.template get<&conv_geometry::dilation_height>()] +
              block.first_in + terms_of_run.first + x * stride +
              (w * shape.template get<&conv_geometry::dilation_width>() -
               shape.template get<&conv_geometry::left>()) *
                  in_pixel;
        }
        for (int i = terms_of_run.first; i < terms_of_run.end; ++i) {
          for (int r = 0; r < rows; ++r) XENOS_HIDE_ORIGIN(row[r]);
          if constexpr (next_weights::worthwhile) {
            XENOS_PREFETCH(ahead.at);
            ahead.at += ahead_step;
          }
          sums.add(row, stride, weights);
          weights += sums.channels;
          for (int r = 0; r < rows; ++r) ++row[r];
        }
      }
    }
    if (piece.leave(sums, x, 1)) return;
    XENOS_UNROLL(32)
    for (int p = 0; p < rows * Pixels; ++p) {
      const int r = p / Pixels;
      const int to =
          (x + p % Pixels) * shape.template get<&conv_geometry::out_pixel>() + block.first_out;
      sums.template finish<Channels>(p, channels, block.first_out, at.out[r], to, at.finish[r]);
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
