// The whole run path of two models, as firmware would compile it: constant weights packed at
// compile time, static arenas, a probe.
#include <xenos/xenos.hpp>

namespace {

namespace xn = xenos;

/// Some constant weights.
template <std::size_t Count>
constexpr std::array<float, Count> constants(int start) {
  std::array<float, Count> values{};
  int at = start;
  for (float& value : values) value = static_cast<float>((at += 37) % 101 - 50) * 0.004F;
  return values;
}

template <int Out, int Height, int Width, int In>
struct layer {
  static constexpr auto data = constants<std::size_t(Out* Height* Width* In)>(Out);
  static constexpr auto biases = constants<std::size_t(Out)>(In);
  static constexpr xn::weights<float, xn::ohwi{Out, Height, Width, In}> weights{data};
  static constexpr xn::channel_weights<float, Out> bias{biases};
};

template <int Out, int Kernel, int In, int Stride = 1>
constexpr auto conv_layer() {
  constexpr xn::conv op{.out = Out, .kernel = {Kernel, Kernel}, .stride = {Stride, Stride}};
  using data = layer<Out, Kernel, Kernel, In>;
  return xn::conv2d<op>(data::weights, data::bias);
}

template <int Channels>
constexpr auto depthwise_layer() {
  using data = layer<Channels, 3, 3, 1>;
  return xn::depthwise2d<xn::depthwise{.kernel = {3, 3}}>(
      xn::weights<float, xn::hwo{3, 3, Channels}>(data::data), data::bias);
}

template <int Out, int In>
constexpr auto dense_layer() {
  using data = layer<Out, 1, 1, In>;
  return xn::dense<xn::fc{.out = Out}>(xn::weights<float, xn::oi{Out, In}>(data::data), data::bias);
}

constexpr auto ds_cnn = xn::input<float, xn::hwc{49, 10, 1}> | conv_layer<16, 3, 1, 2>() |
                        xn::relu | depthwise_layer<16>() | xn::relu | conv_layer<16, 1, 16>() |
                        xn::relu | xn::tap<"map"> |
                        xn::max_pool2d<xn::max_pool{.kernel = {2, 2}, .padding = xn::same}> |
                        xn::fork(xn::identity, xn::from<"map">) | xn::concat |
                        xn::global_average_pool | dense_layer<12, 32>() | xn::softmax;

constexpr auto resnet =
    xn::input<float, xn::hwc{16, 16, 3}> | conv_layer<8, 3, 3>() | xn::relu6 |
    xn::residual(conv_layer<8, 3, 8>() | xn::hard_swish | conv_layer<8, 3, 8>()) | xn::relu |
    xn::unlink | xn::residual(conv_layer<16, 3, 8, 2>() | xn::sigmoid, conv_layer<16, 1, 8, 2>()) |
    xn::gelu | xn::pad<xn::zero_pad{1, 0, 0, 1}> |
    xn::outputs(xn::flatten | dense_layer<10, 9 * 9 * 16>(), xn::global_max_pool | xn::tanh);

constexpr auto keywords = xn::link<xn::targets::host>(ds_cnn);
constexpr auto images = xn::link<xn::targets::cortex_m4>(resnet);
using keywords_type = std::remove_cvref_t<decltype(keywords)>;
using images_type = std::remove_cvref_t<decltype(images)>;

constexpr auto keywords_weights = keywords.pack();
constexpr auto images_weights = images.pack();
keywords_type::arena keywords_arena;
images_type::arena images_arena;

/// The largest magnitude of each record, for scaling.
struct range_probe {
  float largest[images_type::size];
  void operator()(int record, int, std::span<const float> row) {
    for (const float value : row) {
      const float magnitude = value < 0 ? -value : value;
      if (magnitude > largest[record]) largest[record] = magnitude;
    }
  }
};

}  // namespace

void find_keyword(const float (&features)[49 * 10], float (&scores)[12]);
void see(const float (&image)[16 * 16 * 3], float (&scores)[10], float (&features)[16],
         float* largest);

void find_keyword(const float (&features)[49 * 10], float (&scores)[12]) {
  keywords.run(keywords_weights, keywords_arena, features, scores);
}

void see(const float (&image)[16 * 16 * 3], float (&scores)[10], float (&features)[16],
         float* largest) {
  images.run(images_weights, images_arena, image, scores, features);
  range_probe probe{};
  images.run_probed(probe, images_weights, images_type::tiers(images_arena), image, scores,
                    features);
  *largest = probe.largest[0];
}
