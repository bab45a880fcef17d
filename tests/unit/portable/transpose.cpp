#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

template <xn::shape In, int A, int B, int C>
void check_transpose() {
  INFO("order " << A << B << C);
  constexpr xn::transpose op{{A, B, C}};
  constexpr int channels = op.output(In).channels;
  CHECK(check_model(xn::input<float, In> | xn::tanh | xn::permute<op> |
                    some_batch_norm<channels>()) == "");
}

}  // namespace

TEST_CASE("transposes of every order", "[transpose]") {
  check_transpose<xn::shape{4, 5, 3}, 0, 1, 2>();
  check_transpose<xn::shape{4, 5, 3}, 0, 2, 1>();
  check_transpose<xn::shape{5, 4, 8}, 1, 0, 2>();
  check_transpose<xn::shape{3, 17, 2}, 1, 2, 0>();
  check_transpose<xn::shape{9, 3, 16}, 2, 0, 1>();
  check_transpose<xn::shape{7, 1, 15}, 2, 1, 0>();
  check_transpose<xn::shape{1, 6, 5}, 2, 0, 1>();
}

TEST_CASE("a transpose between stages with windows", "[transpose]") {
  constexpr xn::conv op{.out = 8, .kernel = {3, 3}};
  CHECK(check_model(xn::input<float, xn::hwc{5, 6, 3}> | some_conv<op, 3>() |
                    xn::permute<xn::transpose{{1, 0, 2}}> | some_conv<op, 8>(3) | xn::relu) == "");
}
