// Transposed convolution on rows, portable: every output element gathers its taps.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/generic/sums.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/transposed_conv.hpp>

namespace xenos::inline XENOS_ABI::generic {

/// Geometry of a transposed convolution. Channels are a group's.
struct transposed_geometry {
  spread_axis rows;
  spread_axis columns;
  int in_channels;
  int out_channels;
  int groups;

  /// As far as weights are concerned, it is a convolution.
  [[nodiscard]] constexpr conv_geometry as_conv() const {
    return {.width = columns.out,
            .in_channels = in_channels,
            .out_channels = out_channels,
            .groups = groups,
            .kernel_height = rows.kernel,
            .kernel_width = columns.kernel,
            .stride_height = 1,
            .stride_width = 1,
            .dilation_height = 1,
            .dilation_width = 1,
            .left = 0,
            .in_pixel = in_channels * groups,
            .out_pixel = out_channels * groups};
  }
};

/// The taps that meet the output elements of one phase (output element modulo stride), in order.
/// Element phase + n * stride reads input element n + `input` with kernel element `tap`.
template <spread_axis Axis>
struct phase_taps {
  struct list {
    int count = 0;
    int tap[Axis.kernel] = {};
    int input[Axis.kernel] = {};
  };
  list at[Axis.stride] = {};

  constexpr phase_taps() {
    for (int phase = 0; phase < Axis.stride; ++phase) {
      for (int k = 0; k < Axis.kernel; ++k) {
        if (!Axis.meets(phase, k)) continue;
        list& to = at[phase];
        to.tap[to.count] = k;
        to.input[to.count++] = Axis.input(phase, k);
      }
    }
  }
};

/// Transposed convolution, vectors over output channels, pixels of one phase together because they
/// meet the same taps. Weights are packed as `direct_conv` does. Sums start from the bias and run
/// in the order kernel row, kernel column, input channel, whatever the block and the piece.
template <transposed_geometry Geometry, register_block Block, class T>
struct direct_transposed {
  using packing = direct_conv<Geometry.as_conv(), Block, T>;
  using packed = typename packing::packed;
  using sum_type = accumulator_of<T>;
  static constexpr bool folds = true;
  static constexpr int block_rows = 1;
  static constexpr bytes_t temporary_bytes = 0;
  static constexpr int channel_block = packing::channel_block;
  static constexpr bool column_cuts = true;

  static constexpr bytes_t channel_bytes = packing::channel_bytes;
  static constexpr int terms = packing::terms;
  static constexpr bytes_t term_bytes = packing::term_bytes;
  static constexpr bytes_t sum_bytes = packing::sum_bytes;
  using resident = typename packing::resident;
  template <class Transport, class... Ranges>
  static bool fetch(Transport& by, std::byte* to, const packed& from, Ranges... ranges) {
    return packing::fetch(by, to, from, ranges...);
  }
  template <class... Ranges>
  static resident brought(const std::byte* at, Ranges... ranges) {
    return packing::brought(at, ranges...);
  }

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    packing::pack(views, to);
  }

  /// Blocks of output channels are the outer loop, so that each block of weights is read once a
  /// tile.
  template <cuts Cuts, class Parameters, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const Parameters& parameters, const Views&,
                  const Epilogue& epilogue) {
    const range wanted = t.channels(Geometry.out_channels * Geometry.groups);
    auto [weights, bias] = packing::first_of(t, parameters);
    const range columns = t.columns(Geometry.columns.out);
    const terms_for<sum_type, decltype(t.piece)> terms_now(t.piece, bias, columns.first, terms);
    const std::ptrdiff_t block_terms = terms_now.count(terms);
    const int first_group = Cuts.channels ? wanted.first / Geometry.out_channels : 0;
    const int end_group =
        Cuts.channels ? ceil_div(wanted.end, Geometry.out_channels) : Geometry.groups;
    int done = wanted.first;
    for (int g = first_group; g < end_group; ++g) {
      const int first_in = g * Geometry.in_channels;
      const int end = min_of(wanted.end, (g + 1) * Geometry.out_channels);
      for (; done + Block.channels() <= end; done += Block.channels()) {
        run_block<Block.vectors, Block.channels()>(t, {weights, bias, first_in, done}, terms_now,
                                                   epilogue);
        weights += block_terms * Block.channels();
        bias += Block.channels();
      }
      if constexpr (Geometry.out_channels % Block.channels() != 0) {
        if (done >= end) continue;  // another core's
        constexpr int tail = Geometry.out_channels % Block.channels();
        constexpr int vectors = ceil_div(tail, Block.lanes);
        run_block<vectors, tail>(t, {weights, bias, first_in, done}, terms_now, epilogue);
        weights += block_terms * vectors * Block.lanes;
        bias += vectors * Block.lanes;
        done += tail;
      }
    }
  }

 private:
  static constexpr int in_pixel = Geometry.in_channels * Geometry.groups;
  static constexpr int out_pixel = Geometry.out_channels * Geometry.groups;
  static constexpr phase_taps<Geometry.rows> row_taps{};
  static constexpr phase_taps<Geometry.columns> column_taps{};

  /// A block of output channels: its weights, and where it stands.
  struct output_block {
    const T* weights;
    const sum_type* bias;
    int first_in;
    int first_out;
  };
  /// The input rows that an output row reads, and the kernel rows that meet them.
  struct row_list {
    int count = 0;
    const T* row[Geometry.rows.kernel] = {};
    int tap[Geometry.rows.kernel] = {};
  };

  template <int Vectors, int Channels, cuts Cuts, class Terms, class Epilogue>
  static void run_block(const tile<T, T, Cuts>& t, const output_block& block,
                        const Terms& terms_now, const Epilogue& epilogue) {
    constexpr window reads = Geometry.rows.reads();
    constexpr int stride = Geometry.columns.stride;
    for (int r = 0; r < t.rows; ++r) {
      const int y = t.first + r;
      const auto& met = row_taps.at[y % Geometry.rows.stride];
      const int origin = reads.first(t.first) - y / Geometry.rows.stride;
      row_list rows;
      for (; rows.count < met.count; ++rows.count) {
        rows.row[rows.count] = t.in[0][met.input[rows.count] - origin] + block.first_in;
        rows.tap[rows.count] = met.tap[rows.count];
      }
      const auto finish = epilogue.row(r);
      const Terms piece = terms_now.row(r, block.bias);
      const range columns = t.columns(Geometry.columns.out);
      for (int phase = 0; phase < min_of(stride, Geometry.columns.out); ++phase) {
        const int first = ceil_div(columns.first - phase, stride);
        const int end = ceil_div(columns.end - phase, stride);
        run_phase<Block.pixels, Vectors, Channels, Cuts.columns>(rows, block, phase, first, end,
                                                                 t.out[r], piece, finish);
      }
    }
  }

  /// Whether a phase, of as many pixels as most have or one less, leaves `pixels` to a block of
  /// that size, a power of two.
  static constexpr bool occurs(int pixels) {
    const int least = Geometry.columns.out / Geometry.columns.stride;
    const int most = ceil_div(Geometry.columns.out, Geometry.columns.stride);
    if (pixels == Block.pixels) return most >= pixels;
    return most % (2 * pixels) >= pixels || least % (2 * pixels) >= pixels;
  }
  /// Output pixels phase + n * stride for n in [n, end), in blocks as large as there are; `Some` of
  /// the row's only, so that any number may be left.
  template <int Pixels, int Vectors, int Channels, bool Some, class Terms, class Epilogue>
  static void run_phase(const row_list& rows, const output_block& block, int phase, int n, int end,
                        T* out, const Terms& piece, const Epilogue& epilogue) {
    if constexpr (Some || occurs(Pixels)) {
      for (; n + Pixels <= end; n += Pixels) {
        run_pixels<Pixels, Vectors, Channels>(rows, block, phase, n, out, piece, epilogue);
      }
    }
    if constexpr (Pixels > 1) {
      run_phase<Pixels / 2, Vectors, Channels, Some>(rows, block, phase, n, end, out, piece,
                                                     epilogue);
    }
  }

  /// Output pixels phase + (n + p) * stride.
  template <int Pixels, int Vectors, int Channels, class Terms, class Epilogue>
  static void run_pixels(const row_list& rows, const output_block& block, int phase, int n, T* out,
                         const Terms& piece, const Epilogue& epilogue) {
    constexpr int stride = Geometry.columns.stride;
    const auto& met = column_taps.at[phase];
    block_sums<sum_type, 1, Pixels, Vectors, Block.lanes> sums;
    piece.start(sums, block.bias, phase + n * stride, stride);
    for (int h = 0; h < rows.count; ++h) {
      for (int w = 0; w < met.count; ++w) {
        const int tap = rows.tap[h] * Geometry.columns.kernel + met.tap[w];
        const range channels = piece.of_run(tap, Geometry.in_channels);
        const T* pixel = rows.row[h] + (n + met.input[w]) * in_pixel + channels.first;
        const std::ptrdiff_t first = piece.place(tap * Geometry.in_channels + channels.first);
        const T* XENOS_RESTRICT weights = block.weights + first * sums.channels;
        for (int i = channels.first; i < channels.end; ++i) {
          sums.add(&pixel, in_pixel, weights);
          weights += sums.channels;
          ++pixel;
        }
      }
    }
    if (piece.leave(sums, phase + n * stride, stride)) return;
    XENOS_UNROLL(16)
    for (int p = 0; p < Pixels; ++p) {
      const int at = (phase + (n + p) * stride) * out_pixel + block.first_out;
      sums.template finish<Channels>(p, Channels, block.first_out, out, at, epilogue);
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
