#include <xenos/interop/eigen.hpp>

#include <array>
#include <catch2/catch.hpp>

#include <xenos/xenos.hpp>

namespace xn = xenos;

TEST_CASE("eigen: tensors and weights are seen without copies") {
  std::array<float, 2 * 3 * 4> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i);
  const auto pixels = xn::eigen::map<xn::hwc{2, 3, 4}, float>(values);
  CHECK(pixels.rows() == 6);
  CHECK(pixels(4, 1) == values[4 * 4 + 1]);

  const xn::weights<float, xn::oi{4, 6}> out_in(values);
  const xn::weights<float, xn::io{6, 4}> in_out(values);
  const xn::channel_weights<float, 24> vector(values);
  for (int o = 0; o < 4; ++o) {
    for (int i = 0; i < 6; ++i) {
      CHECK(xn::eigen::map(out_in)(o, i) == out_in(o, 0, 0, i));
      CHECK(xn::eigen::map(in_out)(o, i) == in_out(o, 0, 0, i));
    }
  }
  CHECK(xn::eigen::map(vector)(7) == 7);
}

TEST_CASE("eigen: a dense layer runs on Eigen's buffers and equals Eigen's product") {
  using Eigen::VectorXf;
  Eigen::Matrix<float, 5, 9, Eigen::RowMajor> matrix;
  VectorXf bias(5);
  VectorXf in(9);
  for (int o = 0; o < 5; ++o) {
    bias(o) = 0.5F - float(o);
    for (int i = 0; i < 9; ++i) matrix(o, i) = float((o * 7 + i * 3) % 11) - 5;
  }
  for (int i = 0; i < 9; ++i) in(i) = float(i % 4) - 1.5F;

  const auto weights = xn::eigen::buffer<45>(matrix);
  const auto offsets = xn::eigen::buffer<5>(bias);
  REQUIRE(weights);
  REQUIRE(offsets);
  const auto net = xn::link<xn::targets::host>(
      xn::input<float, xn::vector(9)> |
      xn::dense<xn::fc{.out = 5}>(xn::weights<float, xn::oi{5, 9}>(weights->data()),
                                  xn::channel_weights<float, 5>(offsets->data())));
  const auto packed = net.pack();
  decltype(net)::arena arena;
  VectorXf out(5);
  net.run(packed, arena, *xn::eigen::buffer<9>(in), *xn::eigen::buffer<5>(out));
  CHECK(((matrix * in + bias) - out).cwiseAbs().maxCoeff() <= 1e-5F);
}

TEST_CASE("eigen: an object of another size is an error") {
  Eigen::VectorXf vector(7);
  const auto wrong = xn::eigen::buffer<8>(vector);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error() == xn::errc::size_mismatch);
}
