#include <support/run.hpp>

#include <catch2/catch.hpp>
#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;

template <xn::axes Over>
constexpr auto all_kinds() {
  return xn::outputs(xn::reduce_sum<Over>, xn::reduce_mean<Over> | xn::tanh, xn::reduce_max<Over>,
                     xn::reduce_min<Over> | xn::relu, xn::reduce_prod<Over>);
}
template <xn::shape In, xn::axes Over>
void check_reduce() {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels << ", over " << Over.rows
                << Over.columns << Over.channels);
  CHECK(check_fused(xn::input<float, In> | all_kinds<Over>()) == "");
}

}  // namespace

TEST_CASE("reductions over each set of axes", "[reduce]") {
  check_reduce<xn::shape{5, 4, 3}, xn::axes{}>();
  check_reduce<xn::shape{5, 4, 33}, xn::axes{.rows = true}>();
  check_reduce<xn::shape{3, 9, 17}, xn::axes{.columns = true}>();
  check_reduce<xn::shape{4, 5, 16}, xn::axes{.channels = true}>();
  check_reduce<xn::shape{5, 7, 32}, xn::axes{.rows = true, .columns = true}>();
  check_reduce<xn::shape{6, 3, 5}, xn::axes{.rows = true, .channels = true}>();
  check_reduce<xn::shape{4, 6, 7}, xn::axes{.columns = true, .channels = true}>();
  check_reduce<xn::shape{2, 3, 7}, xn::axes{.rows = true, .columns = true, .channels = true}>();
  check_reduce<xn::shape{1, 6, 9}, xn::axes{.rows = true}>();
  check_reduce<xn::shape{1, 1, 1}, xn::axes{.rows = true, .columns = true, .channels = true}>();
}

TEST_CASE("reductions between other stages, in steps of a row", "[reduce]") {
  constexpr xn::conv op{.out = 8, .kernel = {3, 3}};
  CHECK(check_model(xn::input<float, xn::hwc{7, 5, 3}> | some_conv<op, 3>() |
                    xn::reduce_mean<xn::axes{.channels = true}> | some_conv<op, 1>(3) |
                    xn::reduce_max<xn::axes{.rows = true}> | some_batch_norm<8>()) == "");
}

TEST_CASE("NaN and infinity propagate through reductions", "[reduce]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  std::vector<float> in(4 * 3 * 2, 2.0F);
  in[1] = std::numeric_limits<float>::quiet_NaN();
  in[8] = in[11] = inf;
  in[15] = -inf;
  constexpr auto start = xn::input<float, xn::hwc{4, 3, 2}>;
  CHECK(check_model(start | all_kinds<xn::axes{.rows = true}>(), {in}) == "");
  CHECK(check_model(start | all_kinds<xn::axes{.columns = true, .channels = true}>(), {in}) == "");
}
