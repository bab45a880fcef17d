#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

// The second stage, one-to-one, runs in the epilogue of the copy under test.
template <xn::shape In, class Stage>
void check_copy(Stage stage) {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels);
  CHECK(check_model(xn::input<float, In> | stage | xn::tanh) == "");
}

}  // namespace

TEST_CASE("slices of rows, columns and channels", "[slice]") {
  check_copy<xn::shape{7, 5, 3}>(xn::crop<xn::slice{.begin = {2, 0, 0}, .size = {3, -1, -1}}>);
  check_copy<xn::shape{4, 9, 8}>(xn::crop<xn::slice{.begin = {0, 3, 0}, .size = {-1, 4, -1}}>);
  check_copy<xn::shape{4, 5, 17}>(xn::crop<xn::slice{.begin = {0, 0, 1}, .size = {-1, -1, 15}}>);
  check_copy<xn::shape{6, 7, 33}>(xn::crop<xn::slice{.begin = {1, 2, 16}, .size = {4, 5, 17}}>);
  check_copy<xn::shape{3, 1, 4}>(xn::crop<xn::slice{.begin = {2, 0, 3}}>);
  check_copy<xn::shape{3, 4, 2}>(xn::crop<xn::slice{}>);
}

TEST_CASE("slices between stages with windows", "[slice]") {
  constexpr xn::conv op{.out = 8, .kernel = {3, 3}};
  constexpr xn::slice middle{.begin = {1, 1, 2}, .size = {5, 4, 4}};
  CHECK(check_model(xn::input<float, xn::hwc{9, 7, 3}> | some_conv<op, 3>() | xn::crop<middle> |
                    some_conv<op, 4>(2) | xn::relu) == "");
}

TEST_CASE("split_into gives each branch its part of the channels", "[slice]") {
  check_copy<xn::shape{4, 5, 6}>(xn::split_into(xn::tanh, xn::identity) | xn::add);
  check_copy<xn::shape{4, 1, 51}>(xn::split_into(xn::relu, xn::sigmoid, xn::identity) | xn::concat);
  check_copy<xn::shape{3, 3, 16}>(xn::split_into(some_conv<xn::conv{.out = 5}, 8>(),
                                                 xn::relu | xn::max_pool2d<xn::max_pool{}>) |
                                  xn::concat);
  check_copy<xn::shape{3, 2, 8}>(xn::split_into(xn::tanh) | xn::concat);
}
