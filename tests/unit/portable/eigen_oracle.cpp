// Operations against Eigen: written from the frameworks' formulas and without the library's scalar
// definitions, so that a mistake in those is found.
#include <support/run.hpp>

#include <catch2/catch.hpp>

#if __has_include(<Eigen/Dense>)
// Plain loops: they compile faster, and g++ 12 warns in its own AVX-512 header otherwise.
#define EIGEN_DONT_VECTORIZE
#include <Eigen/Dense>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// An image as a matrix of pixels x channels.
struct image {
  int height;
  int width;
  matrix pixels;
};

image as_image(xn::shape s, const std::vector<float>& values) {
  const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> all(
      values.data(), s.height * s.width, s.channels);
  return {s.height, s.width, all.cast<double>()};
}

std::vector<tensor> as_tensors(const matrix& m) { return {tensor(m.data(), m.data() + m.size())}; }

/// TensorFlow's "SAME": out = ceil(in / stride), the smaller half of the padding first.
struct same_axis {
  int out;
  int before;
  same_axis(int in, int kernel, int stride, int dilation) {
    out = (in + stride - 1) / stride;
    const int reach = (kernel - 1) * dilation + 1;
    const int total = std::max((out - 1) * stride + reach - in, 0);
    before = total / 2;
  }
};

/// im2col: one row an output pixel, columns ordered kernel row, kernel column, channel.
matrix patches(const image& in, xn::extent2 kernel, xn::extent2 stride, xn::extent2 dilation) {
  const same_axis rows(in.height, kernel.height, stride.height, dilation.height);
  const same_axis columns(in.width, kernel.width, stride.width, dilation.width);
  const int channels = int(in.pixels.cols());
  matrix all = matrix::Zero(rows.out * columns.out, kernel.height * kernel.width * channels);
  for (int y = 0; y < rows.out; ++y) {
    for (int x = 0; x < columns.out; ++x) {
      for (int h = 0; h < kernel.height; ++h) {
        for (int w = 0; w < kernel.width; ++w) {
          const int row = y * stride.height - rows.before + h * dilation.height;
          const int column = x * stride.width - columns.before + w * dilation.width;
          if (row < 0 || row >= in.height || column < 0 || column >= in.width) continue;
          all.block(y * columns.out + x, (h * kernel.width + w) * channels, 1, channels) =
              in.pixels.row(row * in.width + column);
        }
      }
    }
  }
  return all;
}

/// Data of a view as a matrix of `rows` rows.
template <class View>
matrix as_matrix(const View& view, int rows) {
  const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> all(
      view.data, rows, Eigen::Index(View::size) / rows);
  return all.cast<double>();
}

template <class Model>
buffers run(const Model& model, const buffers& in) {
  return run_model<xn::targets::host>(model, in);
}

template <xn::shape In>
buffers noise_of() {
  noise next{seed() + 3};
  buffers in{std::vector<float>(std::size_t(In.elements()))};
  for (float& value : in[0]) value = 3 * next();
  return in;
}

template <xn::shape In, xn::conv Op>
void check_conv() {
  const auto filter =
      some_weights<xn::ohwi{Op.out, Op.kernel.height, Op.kernel.width, In.channels}>();
  const auto bias = some_weights<xn::per_channel{Op.out}>(1);
  const buffers in = noise_of<In>();
  matrix want = patches(as_image(In, in[0]), Op.kernel, Op.stride, Op.dilation) *
                as_matrix(filter, Op.out).transpose();
  want.rowwise() += as_matrix(bias, 1).row(0);
  CHECK(difference(run(xn::input<float, In> | xn::conv2d<Op>(filter, bias), in),
                   as_tensors(want)) == "");
}

template <class Stage, class Function>
void check_array(Stage stage, Function f) {
  constexpr xn::shape extent{4, 3, 5};
  const buffers in = noise_of<extent>();
  const matrix want = f(as_image(extent, in[0]).pixels.array()).matrix();
  CHECK(difference(run(xn::input<float, extent> | stage, in), as_tensors(want)) == "");
}

}  // namespace

TEST_CASE("dense layers are matrix products", "[eigen]") {
  const auto filter = some_weights<xn::oi{19, 37}>();
  const auto bias = some_weights<xn::per_channel{19}>(1);
  constexpr xn::shape rows = xn::sequence(6, 37);
  const buffers in = noise_of<rows>();
  matrix want = as_image(rows, in[0]).pixels * as_matrix(filter, 19).transpose();
  want.rowwise() += as_matrix(bias, 1).row(0);
  CHECK(difference(run(xn::input<float, rows> | xn::dense<xn::fc{.out = 19}>(filter, bias), in),
                   as_tensors(want)) == "");
}

TEST_CASE("convolutions are products with patch matrices", "[eigen]") {
  check_conv<xn::shape{8, 9, 5}, xn::conv{.out = 12, .kernel = {3, 3}}>();
  check_conv<xn::shape{7, 10, 3}, xn::conv{.out = 7, .kernel = {5, 2}, .stride = {2, 3}}>();
  check_conv<xn::shape{9, 8, 4},
             xn::conv{.out = 17, .kernel = {3, 3}, .stride = {2, 2}, .dilation = {2, 3}}>();
}

TEST_CASE("depthwise convolution is a convolution of each channel", "[eigen]") {
  constexpr xn::shape extent{7, 8, 5};
  constexpr xn::depthwise op{.kernel = {3, 4}, .stride = {2, 1}, .multiplier = 2};
  const auto filter = some_weights<xn::hwo{3, 4, 10}>();
  const buffers in = noise_of<extent>();
  const image all = as_image(extent, in[0]);
  const matrix weights = as_matrix(filter, 12);  // kernel positions x output channels
  matrix want(4 * 8, 10);
  for (int o = 0; o < 10; ++o) {
    const image one{7, 8, all.pixels.col(o / 2)};
    want.col(o) = patches(one, op.kernel, op.stride, {1, 1}) * weights.col(o);
  }
  CHECK(difference(run(xn::input<float, extent> | xn::depthwise2d<op>(filter), in),
                   as_tensors(want)) == "");
}

TEST_CASE("grouped convolution is a convolution of each group", "[eigen]") {
  constexpr xn::shape extent{5, 6, 6};
  constexpr xn::conv op{.out = 8, .kernel = {3, 3}, .groups = 2};
  const auto filter = some_weights<xn::ohwi{8, 3, 3, 3}>();
  const buffers in = noise_of<extent>();
  const image all = as_image(extent, in[0]);
  const matrix weights = as_matrix(filter, 8);
  matrix want(30, 8);
  for (int g = 0; g < 2; ++g) {
    const image part{5, 6, all.pixels.middleCols(3 * g, 3)};
    want.middleCols(4 * g, 4) =
        patches(part, op.kernel, {1, 1}, {1, 1}) * weights.middleRows(4 * g, 4).transpose();
  }
  CHECK(difference(run(xn::input<float, extent> | xn::conv2d<op>(filter), in), as_tensors(want)) ==
        "");
}

TEST_CASE("pools over windows that tile the image", "[eigen]") {
  constexpr xn::shape extent{6, 9, 4};
  const buffers in = noise_of<extent>();
  const image all = as_image(extent, in[0]);
  matrix mean(9, 4);
  matrix largest(9, 4);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 3; ++x) {
      matrix window(6, 4);
      for (int k = 0; k < 6; ++k) {
        window.row(k) = all.pixels.row((2 * y + k / 3) * 9 + 3 * x + k % 3);
      }
      mean.row(3 * y + x) = window.colwise().mean();
      largest.row(3 * y + x) = window.colwise().maxCoeff();
    }
  }
  constexpr auto start = xn::input<float, extent>;
  constexpr xn::average_pool average{.kernel = {2, 3}, .stride = {2, 3}};
  constexpr xn::max_pool maximum{.kernel = {2, 3}, .stride = {2, 3}};
  CHECK(difference(run(start | xn::average_pool2d<average>, in), as_tensors(mean)) == "");
  CHECK(difference(run(start | xn::max_pool2d<maximum>, in), as_tensors(largest)) == "");
  const matrix global = all.pixels.colwise().mean();
  CHECK(difference(run(start | xn::global_average_pool, in), as_tensors(global)) == "");
}

TEST_CASE("softmax, batch normalisation and activations of arrays", "[eigen]") {
  using array = Eigen::ArrayXX<double>;
  check_array(xn::softmax, [](const auto& x) {
    const array e = (x.colwise() - x.rowwise().maxCoeff()).exp();
    const Eigen::ArrayXd sum = e.rowwise().sum();
    return array(e.colwise() / sum);
  });
  check_array(xn::relu, [](const auto& x) { return array(x.max(0)); });
  check_array(xn::relu6, [](const auto& x) { return array(x.max(0).min(6)); });
  check_array(xn::leaky_relu<xn::slope{0.25F}>,
              [](const auto& x) { return array((x < 0).select(x * 0.25, x)); });
  check_array(xn::sigmoid, [](const auto& x) { return array((1 + (-x).exp()).inverse()); });
  check_array(xn::tanh, [](const auto& x) {
    const array e = (2 * x).exp();
    return array((e - 1) / (e + 1));
  });
  check_array(xn::hard_swish, [](const auto& x) { return array(x * (x + 3).max(0).min(6) / 6); });
  check_array(xn::gelu, [](const auto& x) {
    return array(x * x.unaryExpr([](double v) { return std::erfc(-v / std::sqrt(2.0)); }) / 2);
  });
  check_array(xn::gelu_tanh, [](const auto& x) {
    const array inner = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x.cube());
    return array(x * (1 + (1 - 2 / ((2 * inner).exp() + 1))) / 2);
  });
  const auto gamma = some_scales<5>(0);
  const auto beta = some_weights<xn::per_channel{5}>(1);
  const auto mean = some_weights<xn::per_channel{5}>(2);
  const auto variance = some_scales<5>(3);
  check_array(xn::batch_norm(gamma, beta, mean, variance), [&](const auto& x) {
    array y = x;
    for (int c = 0; c < 5; ++c) {
      y.col(c) = (y.col(c) - mean(c)) / std::sqrt(variance(c) + 1e-3) * gamma(c) + beta(c);
    }
    return y;
  });
}
#else
TEST_CASE("the oracle needs Eigen", "[eigen]") { SUCCEED(); }
#endif
