// Kernels of int8 layers alone, of all vector widths, against sums of products as they are defined:
// odd shapes, cuts, shifts in both directions and sums of all sizes, in rows that end where they
// must.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <support/dice.hpp>
#include <support/seed.hpp>
#include <vector>
#include <xenos/exec/transport.hpp>
#include <xenos/kernels/int8/select.hpp>

namespace xn = xenos;

namespace {

using xenos_test::dice;
using xn::rounding;
using xn::generic::conv_geometry;
using xn::generic::depthwise_geometry;

/// A layer with weights [channel][h][w][i].
struct random_parameters {
  int taps;
  int in;
  int width;
  int offset;
  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> given;
  std::vector<xn::fixed_factor> factors;

  random_parameters(dice& d, int channels, int height, int width_, int in_, int offset_)
      : taps(height * width_ * in_), in(in_), width(width_), offset(offset_) {
    for (int k = 0; k < channels * taps; ++k) {
      weights.push_back(static_cast<std::int8_t>(d.chance(5) ? -128 : d.between(-128, 127)));
    }
    const bool plain = d.chance(50);  // all, as a kernel may treat layers as a whole
    for (int c = 0; c < channels; ++c) {
      const int shift = plain ? -d.between(1, 22) : d.between(-31, 30);
      const int size = d.between(1, plain ? 28 : 31);
      const auto bias = static_cast<std::int32_t>(d.bits() >> (64 - size));
      given.push_back(d.chance(50) ? bias : -bias);
      const auto multiplier = static_cast<std::int32_t>((d.bits() >> 34) | (1U << 30));
      factors.push_back(d.chance(10) ? xn::fixed_factor{} : xn::fixed_factor{multiplier, shift});
    }
  }
  [[nodiscard]] std::int8_t weight(int c, int h, int w, int i) const {
    return weights[std::size_t(c * taps + (h * width + w) * in + i)];
  }
  [[nodiscard]] std::int32_t bias(int c) const {
    std::int64_t sum = 0;
    for (int k = 0; k < taps; ++k) sum += weights[std::size_t(c * taps + k)];
    return static_cast<std::int32_t>(given[std::size_t(c)] - offset * sum);
  }
  [[nodiscard]] xn::fixed_factor factor(int c) const { return factors[std::size_t(c)]; }
};

/// Rows of their exact lengths, so that sanitizers see what is read beyond them.
struct rows_of_bytes {
  std::vector<std::unique_ptr<std::int8_t[]>> rows;
  std::vector<const std::int8_t*> in;
  std::vector<std::int8_t*> out;

  rows_of_bytes(dice& d, int count, int length, int before) {
    for (int r = 0; r < count; ++r) {
      rows.push_back(std::make_unique<std::int8_t[]>(std::size_t(length)));
      for (int k = 0; k < length; ++k) {
        rows.back()[std::size_t(k)] = static_cast<std::int8_t>(d.between(-128, 127));
      }
      in.push_back(rows.back().get() + before);
      out.push_back(rows.back().get() + before);
    }
  }
};

constexpr xn::cuts some_cuts{.columns = true, .channels = true};

/// What both kinds of layers look like to the definition.
struct shape_of_layer {
  conv_geometry g;
  int multiplier;  // of channels, where it is depthwise; else 0
};

template <rounding Round>
std::int8_t defined(const shape_of_layer& of, const random_parameters& p, const rows_of_bytes& in,
                    int r, int x, int c, int zero_point) {
  const conv_geometry& g = of.g;
  const int first = of.multiplier > 0 ? c / of.multiplier : c / g.out_channels * g.in_channels;
  std::uint32_t sum = static_cast<std::uint32_t>(p.given[std::size_t(c)]);
  for (int h = 0; h < g.kernel_height; ++h) {
    for (int w = 0; w < g.kernel_width; ++w) {
      for (int i = 0; i < p.in; ++i) {
        const std::int8_t* row = in.in[std::size_t(r * g.stride_height + h * g.dilation_height)];
        const int column = x * g.stride_width + w * g.dilation_width - g.left;
        sum +=
            static_cast<std::uint32_t>(row[column * g.in_pixel + first + i] * p.weight(c, h, w, i));
      }
    }
  }
  const auto value = xn::scaled<Round>(static_cast<std::int32_t>(sum), p.factor(c));
  return static_cast<std::int8_t>(xn::clamp_int8(
      static_cast<std::int32_t>(static_cast<std::uint32_t>(value) + std::uint32_t(zero_point))));
}

/// A buffer of rubbish that begins at a multiple of 64, with as many bytes as it is told.
class aligned_bytes {
 public:
  explicit aligned_bytes(xn::bytes_t bytes)
      : all_(static_cast<std::size_t>(bytes) + alignment, std::byte{0x5a}) {}
  std::byte* data() {
    const auto address = reinterpret_cast<std::uintptr_t>(all_.data());
    return all_.data() + (alignment - address % alignment);
  }

 private:
  static constexpr std::size_t alignment = 64;
  std::vector<std::byte> all_;
};

/// The tile `t` with parameters that were brought, in some pieces of its sums where `Kernel` takes
/// these. Buffers have no byte more than the planner is told.
template <class Kernel, rounding Round, int Channels>
void run_brought(dice& d, const xn::tile<std::int8_t, std::int8_t, some_cuts>& t,
                 const typename Kernel::packed& packed, int zero_point) {
  using rounds = xn::int8::layer_rounds<Kernel, Channels>;
  xn::copy_transport by;
  const int blocks = xn::ceil_div(t.some_channels.size(), Kernel::channel_block);
  if constexpr (xn::int8::takes_pieces<Kernel>) {
    constexpr xn::cuts cut{.columns = true, .channels = true, .terms = true};
    const xn::bytes_t pixel = blocks * rounds::sum_bytes;
    const xn::bytes_t row = pixel * t.some_columns.size();
    aligned_bytes sums(row * t.rows);
    for (int first = 0; first < rounds::terms;) {
      const xn::range terms{first, d.between(first + 1, rounds::terms)};
      aligned_bytes buffer(blocks * (terms.size() * rounds::term_bytes + rounds::end_bytes));
      CHECK(rounds::fetch(by, buffer.data(), packed, t.some_channels, terms));
      const xn::tile<std::int8_t, std::int8_t, cut> piece{t.in,
                                                          t.out,
                                                          t.first,
                                                          t.rows,
                                                          t.temporaries,
                                                          t.some_columns,
                                                          t.some_channels,
                                                          t.state,
                                                          {terms, sums.data(), row, pixel}};
      Kernel::template run<Round>(piece, rounds::brought(buffer.data(), t.some_channels, terms),
                                  zero_point);
      first = terms.end;
    }
  } else {
    aligned_bytes buffer(std::min(blocks * Kernel::channel_block * rounds::channel_bytes,
                                  xn::bytes_t{sizeof packed}));
    CHECK(rounds::fetch(by, buffer.data(), packed, t.some_channels));
    Kernel::template run<Round>(t, rounds::brought(buffer.data(), t.some_channels), zero_point);
  }
}

/// A random tile of some rows, columns and channels by `Kernel`; no other element may change.
template <class Kernel, rounding Round, int Channels>
void check_tile(dice& d, const shape_of_layer& of, const random_parameters& p, int height) {
  const conv_geometry& g = of.g;
  constexpr int channels = Channels;
  const auto packed = std::make_unique<typename Kernel::packed>();
  Kernel::pack(p, *packed);

  const int in_rows =
      (height - 1) * g.stride_height + (g.kernel_height - 1) * g.dilation_height + 1;
  const int columns = (g.width - 1) * g.stride_width + (g.kernel_width - 1) * g.dilation_width + 1;
  const rows_of_bytes in(d, in_rows, columns * g.in_pixel, g.left * g.in_pixel);
  const rows_of_bytes out(d, height, g.width * g.out_pixel, 0);
  std::vector<std::vector<std::int8_t>> before;
  for (const auto& row : out.rows)
    before.emplace_back(row.get(), row.get() + g.width * g.out_pixel);

  aligned_bytes temporaries(Kernel::temporary_bytes);
  const int first_block = d.between(0, (channels - 1) / Kernel::channel_block);
  const int blocks = d.between(1, xn::ceil_div(channels, Kernel::channel_block) - first_block);
  const int first_column = d.chance(50) ? 0 : d.between(0, g.width - 1);
  const xn::range some_columns{first_column,
                               d.chance(50) ? g.width : d.between(first_column + 1, g.width)};
  const xn::range some_channels{
      first_block * Kernel::channel_block,
      xn::min_of(channels, (first_block + blocks) * Kernel::channel_block)};
  const std::int8_t* const* inputs = in.in.data();
  const int zero_point = d.between(-128, 127);
  const xn::tile<std::int8_t, std::int8_t, some_cuts> t{
      &inputs, out.out.data(), 0, height, temporaries.data(), some_columns, some_channels};
  if (d.chance(50)) {
    Kernel::template run<Round>(t, packed->from(Kernel::place(some_channels.first)), zero_point);
  } else {
    run_brought<Kernel, Round, Channels>(d, t, *packed, zero_point);
  }

  int different = 0;
  for (int r = 0; r < height; ++r) {
    for (int x = 0; x < g.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const std::size_t at = std::size_t(x * g.out_pixel + c);
        const bool wanted = x >= some_columns.first && x < some_columns.end &&
                            c >= some_channels.first && c < some_channels.end;
        const std::int8_t want =
            wanted ? defined<Round>(of, p, in, r, x, c, zero_point) : before[std::size_t(r)][at];
        different += out.rows[std::size_t(r)][at] != want;
      }
    }
  }
  CHECK(different == 0);
}

template <conv_geometry G, int VectorBytes>
void check_conv(dice& d) {
  using kernel = typename xn::int8::conv_kernel<G, 9, VectorBytes>::type;
  constexpr int channels = G.out_channels * G.groups;
  const random_parameters p(d, channels, G.kernel_height, G.kernel_width, G.in_channels,
                            kernel::offset);
  check_tile<kernel, rounding::twice, channels>(d, {G, 0}, p, d.between(1, 9));
  check_tile<kernel, rounding::once, channels>(d, {G, 0}, p, d.between(1, 9));
  check_tile<kernel, rounding::half_even, channels>(d, {G, 0}, p, d.between(1, 9));
}
template <depthwise_geometry G, int VectorBytes>
void check_depthwise(dice& d) {
  using kernel = typename xn::int8::depthwise_kernel<G, 9, VectorBytes>::type;
  const random_parameters p(d, G.channels, G.kernel_height, G.kernel_width, 1, kernel::offset);
  const conv_geometry as_conv{.width = G.width,
                              .in_channels = 1,
                              .out_channels = G.channels,
                              .groups = 1,
                              .kernel_height = G.kernel_height,
                              .kernel_width = G.kernel_width,
                              .stride_height = G.stride_height,
                              .stride_width = G.stride_width,
                              .dilation_height = G.dilation_height,
                              .dilation_width = G.dilation_width,
                              .left = G.left,
                              .in_pixel = G.channels / G.multiplier,
                              .out_pixel = G.channels};
  check_tile<kernel, rounding::twice, G.channels>(d, {as_conv, G.multiplier}, p, d.between(1, 5));
  check_tile<kernel, rounding::once, G.channels>(d, {as_conv, G.multiplier}, p, d.between(1, 5));
  check_tile<kernel, rounding::half_even, G.channels>(d, {as_conv, G.multiplier}, p,
                                                      d.between(1, 5));
}

/// A dense convolution or one in groups, by {width, in, out, groups, kernel, stride, dilation}.
constexpr conv_geometry layer(int width, int in, int out, int groups, int kernel, int stride = 1,
                              int dilation = 1) {
  return {.width = width,
          .in_channels = in,
          .out_channels = out,
          .groups = groups,
          .kernel_height = kernel,
          .kernel_width = kernel > 1 ? kernel - 1 : 1,
          .stride_height = stride,
          .stride_width = stride,
          .dilation_height = dilation,
          .dilation_width = dilation,
          .left = kernel / 2,
          .in_pixel = in * groups,
          .out_pixel = out * groups};
}
constexpr depthwise_geometry taps(int width, int channels, int multiplier, int kernel_height,
                                  int kernel_width, int stride = 1, int dilation = 1) {
  return {.width = width,
          .channels = channels,
          .multiplier = multiplier,
          .kernel_height = kernel_height,
          .kernel_width = kernel_width,
          .stride_height = stride,
          .stride_width = stride,
          .dilation_height = dilation,
          .dilation_width = dilation,
          .left = kernel_width / 2};
}

/// Calls `check` with every vector width.
template <class Check>
void for_widths(const Check& check) {
  check(std::integral_constant<int, 8>{});
  check(std::integral_constant<int, 16>{});
  check(std::integral_constant<int, 32>{});
  check(std::integral_constant<int, 64>{});
}

int repetitions() { return xenos_test::number_from("XENOS_REPETITIONS", 40); }

}  // namespace

TEST_CASE("kernels of int8 convolutions are exact for all vector widths, shapes and cuts") {
  INFO("XENOS_SEED=" << std::hex << xenos_test::seed());
  dice d(xenos_test::seed());
  for (int i = 0; i < repetitions(); ++i) {
    for_widths([&](auto bytes) {
      check_conv<layer(40, 3, 16, 1, 3, 2), bytes>(d);
      check_conv<layer(7, 16, 70, 1, 1), bytes>(d);
      check_conv<layer(13, 5, 33, 1, 3), bytes>(d);
      check_conv<layer(9, 4, 48, 1, 2, 2, 2), bytes>(d);
      check_conv<layer(5, 3, 5, 3, 3), bytes>(d);
      check_conv<layer(6, 8, 24, 2, 1, 2), bytes>(d);
      check_conv<layer(1, 67, 64, 1, 1), bytes>(d);
      check_conv<layer(1, 1, 1, 1, 1), bytes>(d);
      check_conv<layer(17, 2, 8, 1, 4), bytes>(d);
    });
  }
}

TEST_CASE("kernels of int8 depthwise convolutions are exact for all vector widths") {
  INFO("XENOS_SEED=" << std::hex << xenos_test::seed());
  dice d(xenos_test::seed());
  for (int i = 0; i < repetitions(); ++i) {
    for_widths([&](auto bytes) {
      check_depthwise<taps(11, 64, 1, 3, 3), bytes>(d);
      check_depthwise<taps(6, 21, 1, 3, 3, 2), bytes>(d);
      check_depthwise<taps(4, 24, 2, 5, 3), bytes>(d);
      check_depthwise<taps(9, 40, 1, 3, 3, 1, 2), bytes>(d);
      check_depthwise<taps(3, 1, 1, 2, 5), bytes>(d);
      check_depthwise<taps(1, 7, 7, 1, 1), bytes>(d);
    });
  }
}
