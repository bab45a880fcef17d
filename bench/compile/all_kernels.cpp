// What all kernels cost, each instantiated once: a model with a stage for each.
#include <xenos/xenos.hpp>

namespace xn = xenos;

/// Weights of any order; which values they are does not matter here.
template <auto Order>
constexpr auto of(const float* values) {
  return xn::weights<float, Order>(values);
}
template <int Channels>
constexpr auto each(const float* values) {
  return xn::channel_weights<float, Channels>(values);
}

constexpr auto model(const float* w) {
  return xn::input<float, xn::hwc{16, 16, 5}> |
         xn::conv2d<xn::conv{.out = 24, .kernel = {3, 3}}>(of<xn::ohwi{24, 3, 3, 5}>(w),
                                                           each<24>(w)) |
         xn::relu6 |
         xn::depthwise2d<xn::depthwise{.kernel = {3, 3}}>(of<xn::hwo{3, 3, 24}>(w), each<24>(w)) |
         xn::max_pool2d<xn::max_pool{.kernel = {2, 2}, .stride = {2, 2}}> |
         xn::average_pool2d<xn::average_pool{.kernel = {3, 3}}> |
         xn::transposed_conv2d<xn::transposed_conv{.out = 20, .kernel = {2, 2}, .stride = {2, 2}}>(
             of<xn::ohwi{20, 2, 2, 24}>(w), each<20>(w)) |
         xn::prelu(each<20>(w)) | xn::unlink | xn::tanh | xn::unlink |
         xn::fork(xn::sigmoid, xn::gelu) | xn::add | xn::shuffle_channels<xn::channel_shuffle{4}> |
         xn::crop<xn::slice{.begin = {1, 1, 0}, .size = {10, 10, 20}}> |
         xn::resize_nearest<xn::nearest{{2, 2}}> | xn::resize_bilinear<xn::bilinear{{2, 2}}> |
         xn::pad<xn::zero_pad{.top = 1, .bottom = 1}> | xn::softmax |
         xn::layer_norm<>(each<20>(w), each<20>(w)) | xn::rms_norm<>(each<20>(w)) |
         xn::group_norm<xn::group_norm_attributes{.groups = 4}>(each<20>(w), each<20>(w)) |
         xn::reverse_rows | xn::top_values<20> | xn::reduce_mean<xn::axes{.columns = true}> |
         xn::lstm<xn::lstm_attributes{.hidden = 16}>(of<xn::oi{64, 20}>(w), of<xn::oi{64, 16}>(w),
                                                     each<64>(w)) |
         xn::gru<xn::gru_attributes{.hidden = 12}>(of<xn::oi{36, 16}>(w), of<xn::oi{36, 12}>(w),
                                                   each<36>(w), each<36>(w)) |
         xn::global_average_pool | xn::dense<xn::fc{.out = 10}>(of<xn::oi{10, 12}>(w), each<10>(w));
}

void run(const float* views, std::span<const float, 16 * 16 * 5> in, std::span<float, 10> out) {
  const auto net = xn::link<xn::targets::host>([&] { return model(views); });
  static decltype(net)::weights weights;
  static decltype(net)::arena arena;
  net.pack(weights);
  net.run(weights, arena, in, out);
}
