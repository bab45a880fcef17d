#include <support/run.hpp>

#include <catch2/catch.hpp>
#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;

template <xn::shape In, xn::average_pool Op>
void check_pools() {
  INFO("input " << In.height << "x" << In.width << "x" << In.channels);
  constexpr xn::max_pool largest{Op.kernel, Op.stride, Op.padding};
  const auto in = xn::input<float, In>;
  CHECK(check_fused(in | xn::outputs(xn::average_pool2d<Op>, xn::max_pool2d<largest>)) == "");
}

}  // namespace

TEST_CASE("pools over windows", "[pool]") {
  check_pools<xn::shape{6, 6, 3}, xn::average_pool{.kernel = {2, 2}, .stride = {2, 2}}>();
  check_pools<xn::shape{7, 9, 33}, xn::average_pool{.kernel = {3, 3}, .stride = {2, 2}}>();
  check_pools<xn::shape{5, 8, 32}, xn::average_pool{.kernel = {1, 4}, .stride = {1, 3}}>();
  check_pools<xn::shape{9, 4, 65}, xn::average_pool{.kernel = {5, 1}, .stride = {3, 1}}>();
}

TEST_CASE("padding takes no part in pools", "[pool]") {
  check_pools<xn::shape{5, 5, 8}, xn::average_pool{.kernel = {3, 3}, .padding = xn::same}>();
  check_pools<xn::shape{6, 7, 31},
              xn::average_pool{.kernel = {2, 5}, .stride = {2, 3}, .padding = xn::same}>();
  check_pools<xn::shape{4, 3, 7},
              xn::average_pool{.kernel = {5, 5}, .padding = xn::pads(2, 4, 1, 4)}>();
  check_pools<xn::shape{5, 4, 1}, xn::average_pool{.kernel = {3, 2}, .padding = xn::causal}>();

  // All values negative: a zero from the padding would win.
  constexpr xn::max_pool op{.kernel = {3, 3}, .padding = xn::same};
  const auto model = xn::input<float, xn::hwc{4, 4, 2}> | xn::max_pool2d<op>;
  CHECK(check_model(model, {std::vector<float>(32, -3.0F)}) == "");
}

TEST_CASE("pools that accumulate over all rows", "[pool]") {
  check_pools<xn::shape{6, 9, 17}, xn::average_pool{.kernel = {6, 9}}>();
  check_pools<xn::shape{7, 8, 3}, xn::average_pool{.kernel = {7, 2}, .stride = {1, 2}}>();
  check_pools<xn::shape{5, 6, 34},
              xn::average_pool{
                  .kernel = {7, 3}, .stride = {3, 1}, .padding = xn::pads(1, 1, 1, 0)}>();
  CHECK(check_model(xn::input<float, xn::hwc{7, 5, 33}> |
                    xn::fork(xn::global_average_pool | xn::tanh, xn::global_max_pool) | xn::mul) ==
        "");
  CHECK(check_model(xn::input<float, xn::hwc{1, 1, 5}> | xn::global_average_pool) == "");
}

TEST_CASE("NaN and infinity propagate through pools", "[pool]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
  constexpr xn::max_pool largest{.kernel = {2, 2}, .stride = {2, 2}};
  constexpr xn::average_pool mean{.kernel = {2, 2}, .stride = {2, 2}};
  const auto model = xn::input<float, xn::hwc{4, 6, 1}> |
                     xn::outputs(xn::max_pool2d<largest>, xn::average_pool2d<mean>,
                                 xn::global_max_pool, xn::global_average_pool);
  std::vector<float> in(24, 1.0F);
  in[0] = not_a_number;
  in[3] = in[9] = inf;
  in[4] = in[5] = in[10] = in[11] = -inf;
  in[17] = -inf;
  CHECK(check_model(model, {in}) == "");
  CHECK(check_model(model, {std::vector<float>(24, -inf)}) == "");
  in[0] = -inf;
  CHECK(check_model(model, {in}) == "");
}
