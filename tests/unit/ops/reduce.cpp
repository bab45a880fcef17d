#include <support/reference.hpp>
#include <xenos/ops/reduce.hpp>

#include <catch2/catch.hpp>
#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using xn::reduction;

constexpr xn::shape extent{4, 5, 6};
static_assert(xn::reduce<reduction::sum>{.rows = true}.output(extent) == xn::shape{1, 5, 6});
static_assert(xn::reduce<reduction::sum>{.columns = true, .channels = true}.output(extent) ==
              xn::shape{4, 1, 1});
static_assert(xn::reduce<reduction::mean>{.columns = true}.reads(extent, 0) ==
              xn::access{xn::window{}, 0, 0, false, xn::window{5, 1, 1, 0}});
static_assert(xn::reduce<reduction::mean>{.channels = true}.reads(extent, 0) ==
              xn::identity_access);
static_assert(xn::reduce<reduction::max>{.rows = true}.accumulates(extent));
static_assert(!xn::reduce<reduction::max>{.rows = true}.accumulates(xn::shape{1, 5, 6}));
static_assert(!xn::reduce<reduction::max>{.columns = true}.accumulates(extent));
static_assert(xn::reduce<reduction::mean>{.rows = true, .channels = true}.elements(extent) == 24);
static_assert(xn::start_of<reduction::min, float>() == std::numeric_limits<float>::infinity());
static_assert(xn::start_of<reduction::prod, int>() == 1);
static_assert(xn::start_of<reduction::min, int>() == std::numeric_limits<int>::max());

}  // namespace

TEST_CASE("a reduction row by row is the definition", "[reduce]") {
  tensor values(std::size_t(extent.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = double((i * 37) % 11) - 5.5;
  const tensor_reader in{{&values}, extent};
  const xn::no_weights none;
  const auto check = [&](const auto& op) {
    auto sum = op.template start<double>();
    for (int row = 0; row < extent.height; ++row) sum = op.accumulate(sum, in, none, row, 0, 2);
    CHECK(op.finish(sum, extent, 0, 0) == op.at(in, none, 0, 0, 2));
  };
  check(xn::reduce<reduction::sum>{.rows = true});
  check(xn::reduce<reduction::mean>{.rows = true, .channels = true});
  check(xn::reduce<reduction::max>{.rows = true, .columns = true});
  check(xn::reduce<reduction::min>{.rows = true});
  check(xn::reduce<reduction::prod>{.rows = true, .columns = true, .channels = true});
}

TEST_CASE("each reduction by hand", "[reduce]") {
  const tensor values{3, -1, 2, 4};
  const tensor_reader in{{&values}, xn::shape{1, 2, 2}};
  const auto value = [&](const auto& op) { return op.at(in, xn::no_weights{}, 0, 0, 0); };
  CHECK(value(xn::reduce<reduction::sum>{.columns = true}) == 5);
  CHECK(value(xn::reduce<reduction::mean>{.columns = true}) == 2.5);
  CHECK(value(xn::reduce<reduction::max>{.columns = true, .channels = true}) == 4);
  CHECK(value(xn::reduce<reduction::min>{.columns = true, .channels = true}) == -1);
  CHECK(value(xn::reduce<reduction::prod>{.channels = true}) == -3);
}
