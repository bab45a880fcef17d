// The whole path of a stream, as firmware would compile it: constant weights, static state.
#include <xenos/xenos.hpp>

namespace {

namespace xn = xenos;

template <std::size_t Count>
constexpr std::array<float, Count> constants(int start) {
  std::array<float, Count> values{};
  int at = start;
  for (float& value : values) value = static_cast<float>((at += 37) % 101 - 50) * 0.004F;
  return values;
}
constexpr auto unpacked_filter = constants<std::size_t(8 * 3 * 10)>(1);
constexpr auto unpacked_deep = constants<std::size_t(5 * 8)>(2);

constexpr xn::conv stem{.out = 8, .kernel = {3, 1}, .stride = {2, 1}, .padding = xn::causal};
constexpr auto model =
    xn::fork(xn::input<float, xn::rows_of(1, 10)>, xn::input<float, xn::rows_of(1, 10), 1>) |
    xn::add | xn::conv2d<stem>(xn::weights<float, xn::ohwi{8, 3, 1, 10}>(unpacked_filter)) |
    xn::relu |
    xn::residual(xn::depthwise2d<xn::depthwise{.kernel = {5, 1}}>(
        xn::weights<float, xn::hwo{5, 1, 8}>(unpacked_deep))) |
    xn::outputs(xn::sliding_pool<20> | xn::softmax, xn::sigmoid);

constexpr auto net = xn::stream<xn::targets::cortex_m4>(model);
using net_type = std::remove_cvref_t<decltype(net)>;
constexpr auto weights = net.pack();
net_type::state state;
net_type::scratch scratch;

/// Keeps the last row of each output.
struct last_rows {
  float* scores;
  float* features;
  void operator()(std::integral_constant<int, 0>, std::span<const float, 8> row) const {
    for (std::size_t i = 0; i < row.size(); ++i) scores[i] = row[i];
  }
  void operator()(std::integral_constant<int, 1>, std::span<const float, 8> row) const {
    for (std::size_t i = 0; i < row.size(); ++i) features[i] = row[i];
  }
};

}  // namespace

bool hear(std::span<const float> left, std::span<const float> right, float* scores,
          float* features);
bool end(float* scores, float* features);
void again();

bool hear(std::span<const float> left, std::span<const float> right, float* scores,
          float* features) {
  return net.push(weights, state, scratch, left, right, last_rows{scores, features}).has_value();
}
bool end(float* scores, float* features) {
  return net.finish(weights, state, scratch, last_rows{scores, features}).has_value();
}
void again() { state.reset(); }
