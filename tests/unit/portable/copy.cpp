#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

// The second stage, one-to-one, runs in the epilogue of the copy under test.
template <xn::shape In, class Stage>
void check_copy(Stage stage) {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels);
  CHECK(check_model(xn::input<float, In> | stage | xn::relu) == "");
}

template <int Channels>
constexpr auto branch = xn::conv{.out = Channels};

}  // namespace

TEST_CASE("concat of one to four streams", "[concat]") {
  constexpr xn::shape in{4, 5, 3};
  check_copy<in>(xn::fork(xn::tanh) | xn::concat);
  check_copy<in>(xn::fork(xn::tanh, xn::identity) | xn::concat);
  check_copy<in>(xn::fork(some_conv<branch<1>, 3>(), xn::identity, some_conv<branch<17>, 3>(2)) |
                 xn::concat);
  check_copy<in>(
      xn::fork(xn::identity, some_conv<branch<8>, 3>(), some_conv<branch<2>, 3>(4), xn::sigmoid) |
      xn::concat | some_batch_norm<16>());
}

TEST_CASE("pad on every side", "[pad]") {
  check_copy<xn::shape{3, 4, 3}>(xn::pad<xn::zero_pad{1, 2, 3, 4}>);
  check_copy<xn::shape{3, 1, 8}>(xn::pad<xn::zero_pad{0, 0, 0, 2}>);
  check_copy<xn::shape{2, 5, 1}>(xn::pad<xn::zero_pad{4, 0, 1, 0}> | xn::pad<xn::zero_pad{0, 3}>);
  // The epilogue reaches the zeros as well: sigmoid(0) = 1/2.
  check_copy<xn::shape{2, 2, 2}>(xn::pad<xn::zero_pad{1, 1, 1, 1}> | xn::sigmoid |
                                 some_batch_norm<2>());
}

TEST_CASE("reshape", "[reshape]") {
  check_copy<xn::shape{4, 6, 5}>(xn::reshape<xn::hwc{4, 3, 10}>);   // rows kept
  check_copy<xn::shape{4, 6, 5}>(xn::reshape<xn::hwc{8, 3, 5}>);    // two rows from one
  check_copy<xn::shape{8, 3, 5}>(xn::reshape<xn::hwc{2, 6, 10}>);   // four rows to one
  check_copy<xn::shape{6, 5, 2}>(xn::reshape<xn::hwc{4, 3, 5}>);    // rational: 10 to 15
  check_copy<xn::shape{9, 7, 1}>(xn::reshape<xn::hwc{7, 3, 3}>);    // 7 to 9
  check_copy<xn::shape{4, 15, 1}>(xn::reshape<xn::hwc{15, 2, 2}>);  // 15 to 4
  check_copy<xn::shape{5, 4, 3}>(xn::reshape<xn::hwc{1, 20, 3}>);   // one row
  check_copy<xn::shape{1, 20, 3}>(xn::reshape<xn::hwc{20, 1, 3}>);  // from one row
  check_copy<xn::shape{5, 4, 3}>(xn::flatten);
  check_copy<xn::shape{1, 4, 3}>(xn::flatten | xn::sigmoid | some_batch_norm<12>());
  check_copy<xn::shape{5, 4, 3}>(xn::flatten | some_batch_norm<60>());
}

TEST_CASE("inputs are copied only where a halo or a cut asks for it", "[input]") {
  const auto with_halo =
      xn::input<float, xn::hwc{5, 4, 3}> | some_conv<xn::conv{.out = 4, .kernel = {3, 3}}, 3>();
  const auto without = xn::input<float, xn::hwc{5, 4, 3}> | some_conv<branch<4>, 3>();
  using copied = decltype(xn::link<xn::targets::host>(with_halo));
  using in_place = decltype(xn::link<xn::targets::host>(without));
  STATIC_REQUIRE(!copied::plan.units[0].in_place);
  STATIC_REQUIRE(in_place::plan.units[0].in_place);
  CHECK(check_model(xn::input<float, xn::hwc{5, 4, 3}> | xn::outputs(xn::identity, xn::identity)) ==
        "");
  CHECK(check_model(xn::input<float, xn::hwc{5, 4, 3}> | xn::unlink | some_conv<branch<4>, 3>()) ==
        "");
}
