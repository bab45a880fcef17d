// Kernels with extents that are known at run time only compute what the fixed ones do, up to the
// multiply-adds that a compiler contracts in one instantiation and not in the other.
#include <support/run.hpp>

#include <catch2/catch.hpp>
#include <xenos/kernels/generic/conv.hpp>
#include <xenos/kernels/generic/depthwise.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using xn::dynamic;
using xn::generic::conv_geometry;
using xn::generic::depthwise_geometry;

/// Rows of `columns` pixels x `channels`, filled with noise; a pointer to column `left` of each.
struct some_rows {
  std::vector<std::vector<float>> storage;
  std::vector<const float*> at;

  some_rows(int rows, int columns, int channels, int left) {
    noise next{seed() + 5};
    for (int r = 0; r < rows; ++r) {
      storage.emplace_back(std::size_t(columns) * channels);
      for (float& value : storage.back()) value = next();
      at.push_back(storage.back().data() + left * channels);
    }
  }
};

tensor as_tensor(const std::vector<float>& row) { return tensor(row.begin(), row.end()); }

/// Two output rows of the tile that the rows hold.
template <class Kernel, class Packed>
buffers tile_of(const typename Kernel::shape_type& extents, const some_rows& rows,
                const Packed& packed, std::size_t elements) {
  buffers out(2, std::vector<float>(elements));
  float* const out_rows[] = {out[0].data(), out[1].data()};
  const float* const* const in[] = {rows.at.data()};
  constexpr xn::epilogue<float> none(nullptr, nullptr);
  const xn::tile<float, float> two{in, out_rows, 0, 2, nullptr};
  Kernel::run_tile(extents, two, packed.weights, packed.bias, none);
  return out;
}

template <conv_geometry Fixed, xn::generic::register_block Block, conv_geometry Open>
void check_conv() {
  using fixed = xn::generic::direct_conv<Fixed, Block, float>;
  using open = xn::generic::direct_conv<Open, Block, float>;
  constexpr xn::ohwi order{Fixed.out_channels * Fixed.groups, Fixed.kernel_height,
                           Fixed.kernel_width, Fixed.in_channels};
  const auto filter = some_weights<order>();
  const auto bias = some_weights<xn::per_channel{order.out}>();
  const auto packed = std::make_unique<typename fixed::packed>();
  fixed::pack(xn::weight_list<decltype(filter), decltype(bias)>(filter, bias), *packed);

  const int reach = (Fixed.kernel_width - 1) * Fixed.dilation_width + 1;
  const some_rows rows((Fixed.kernel_height - 1) * Fixed.dilation_height + 1 + Fixed.stride_height,
                       (Fixed.width - 1) * Fixed.stride_width + reach, Fixed.in_pixel, Fixed.left);
  const auto elements = std::size_t(Fixed.width) * Fixed.out_pixel;
  const buffers fixed_tile = tile_of<fixed>({Fixed}, rows, *packed, elements);
  const std::vector<tensor> want = {as_tensor(fixed_tile[0]), as_tensor(fixed_tile[1])};
  CHECK(difference(tile_of<open>({Fixed}, rows, *packed, elements), want, 1e-6) == "");
}

template <depthwise_geometry Fixed, xn::generic::depthwise_block Block, depthwise_geometry Open>
void check_depthwise() {
  using fixed = xn::generic::direct_depthwise<Fixed, Block, float>;
  using open = xn::generic::direct_depthwise<Open, Block, float>;
  const auto filter =
      some_weights<xn::hwo{Fixed.kernel_height, Fixed.kernel_width, Fixed.channels}>();
  const auto bias = some_weights<xn::per_channel{Fixed.channels}>();
  const auto packed = std::make_unique<typename fixed::packed>();
  fixed::pack(xn::weight_list<decltype(filter), decltype(bias)>(filter, bias), *packed);

  const int reach = (Fixed.kernel_width - 1) * Fixed.dilation_width + 1;
  const some_rows rows((Fixed.kernel_height - 1) * Fixed.dilation_height + 1 + Fixed.stride_height,
                       (Fixed.width - 1) * Fixed.stride_width + reach,
                       Fixed.channels / Fixed.multiplier, Fixed.left);
  const auto elements = std::size_t(Fixed.width) * Fixed.channels;
  const buffers fixed_tile = tile_of<fixed>({Fixed}, rows, *packed, elements);
  const std::vector<tensor> want = {as_tensor(fixed_tile[0]), as_tensor(fixed_tile[1])};
  CHECK(difference(tile_of<open>({Fixed}, rows, *packed, elements), want, 1e-6) == "");
}

constexpr conv_geometry image{.width = 11,
                              .in_channels = 5,
                              .out_channels = 21,
                              .groups = 1,
                              .kernel_height = 3,
                              .kernel_width = 3,
                              .stride_height = 1,
                              .stride_width = 2,
                              .dilation_height = 2,
                              .dilation_width = 1,
                              .left = 1,
                              .in_pixel = 5,
                              .out_pixel = 21};

template <class Geometry, class... Members>
constexpr Geometry open(Geometry fixed, Members... members) {
  ((fixed.*members = dynamic), ...);
  return fixed;
}

}  // namespace

TEST_CASE("convolution with dynamic extents", "[conv][dynamic]") {
  using g = conv_geometry;
  constexpr xn::generic::register_block wide{4, 2, 4};
  constexpr xn::generic::register_block scalar{2, 4, 1};
  check_conv<image, wide, open(image, &g::width)>();
  check_conv<image, wide, open(image, &g::in_channels, &g::in_pixel)>();
  check_conv<image, wide, open(image, &g::out_channels, &g::out_pixel)>();
  check_conv<image, wide,
             open(image, &g::kernel_height, &g::kernel_width, &g::stride_width, &g::left)>();
  constexpr g all =
      open(image, &g::width, &g::in_channels, &g::out_channels, &g::groups, &g::kernel_height,
           &g::kernel_width, &g::stride_height, &g::stride_width, &g::dilation_height,
           &g::dilation_width, &g::left, &g::in_pixel, &g::out_pixel);
  check_conv<image, wide, all>();
  check_conv<image, scalar, all>();
  constexpr g groups{.width = 4,
                     .in_channels = 2,
                     .out_channels = 9,
                     .groups = 3,
                     .kernel_height = 1,
                     .kernel_width = 2,
                     .stride_height = 1,
                     .stride_width = 1,
                     .dilation_height = 1,
                     .dilation_width = 3,
                     .left = 0,
                     .in_pixel = 6,
                     .out_pixel = 27};
  check_conv<groups, wide, all>();
}

TEST_CASE("depthwise convolution with dynamic extents", "[depthwise][dynamic]") {
  using g = depthwise_geometry;
  constexpr xn::generic::depthwise_block wide{2, 4, 4};
  constexpr xn::generic::depthwise_block scalar{1, 4, 1};
  constexpr g plain{.width = 7,
                    .channels = 21,
                    .multiplier = 1,
                    .kernel_height = 3,
                    .kernel_width = 3,
                    .stride_height = 1,
                    .stride_width = 2,
                    .dilation_height = 1,
                    .dilation_width = 2,
                    .left = 2};
  constexpr g all =
      open(plain, &g::width, &g::channels, &g::multiplier, &g::kernel_height, &g::kernel_width,
           &g::stride_height, &g::stride_width, &g::dilation_height, &g::dilation_width, &g::left);
  check_depthwise<plain, wide, open(plain, &g::width)>();
  check_depthwise<plain, wide, open(plain, &g::channels)>();
  check_depthwise<plain, wide, all>();
  check_depthwise<plain, scalar, all>();
  constexpr g twice{.width = 5,
                    .channels = 12,
                    .multiplier = 2,
                    .kernel_height = 2,
                    .kernel_width = 3,
                    .stride_height = 1,
                    .stride_width = 1,
                    .dilation_height = 1,
                    .dilation_width = 1,
                    .left = 1};
  check_depthwise<twice, wide, all>();
}
