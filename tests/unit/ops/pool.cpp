#include <support/reference.hpp>
#include <xenos/ops/pool.hpp>

#include <catch2/catch.hpp>
#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using xn::fault;

constexpr xn::average_pool three{.kernel = {3, 3}, .padding = xn::same};
static_assert(three.window_elements(xn::shape{5, 5, 1}, 0, 0) == 4);
static_assert(three.window_elements(xn::shape{5, 5, 1}, 2, 4) == 6);
static_assert(three.window_elements(xn::shape{5, 5, 1}, 2, 2) == 9);
static_assert(!three.reads(xn::shape{5, 5, 1}, 0).zeros);

// Windows without an element of the image have no maximum.
constexpr auto padded = [](int top, int bottom) {
  const xn::max_pool op{.kernel = {2, 2}, .stride = {2, 2}, .padding = xn::pads(top, bottom, 0, 0)};
  return op.check(xn::shape{3, 4, 1});
};
static_assert(padded(1, 1) == fault::none);
static_assert(padded(2, 0) == fault::padding_exceeds_kernel);
static_assert(padded(0, 3) == fault::padding_exceeds_kernel);

// One output row that sees all rows accumulates.
static_assert(xn::average_pool{.kernel = {5, 2}}.accumulates(xn::shape{5, 5, 1}));
static_assert(!xn::average_pool{.kernel = {4, 2}}.accumulates(xn::shape{5, 5, 1}));
static_assert(!xn::average_pool{.kernel = {1, 2}}.accumulates(xn::shape{1, 5, 1}));
static_assert(xn::average_pool{.kernel = {7, 1}, .padding = xn::pads(1, 1, 0, 0)}.accumulates(
    xn::shape{5, 1, 1}));
static_assert(xn::global_pool<xn::pooling::maximum>{}.accumulates(xn::shape{2, 1, 1}));

static_assert(xn::max_pool::start<float>() == -std::numeric_limits<float>::infinity());
static_assert(xn::max_pool::start<int>() == std::numeric_limits<int>::min());

}  // namespace

TEST_CASE("accumulating row by row is the definition", "[pool]") {
  const xn::shape extent{6, 5, 3};
  tensor values(std::size_t(extent.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = double((i * 37) % 101) - 50;
  const tensor_reader in{{&values}, extent};
  const xn::no_weights none;
  const auto check = [&](const auto& op) {
    REQUIRE(op.accumulates(extent));
    const xn::shape out = op.output(extent);
    for (int x = 0; x < out.width; ++x) {
      for (int c = 0; c < out.channels; ++c) {
        auto sum = op.template start<double>();
        for (int row = 0; row < extent.height; ++row) {
          sum = op.accumulate(sum, in, none, row, x, c);
        }
        CHECK(op.finish(sum, extent, 0, x) == op.at(in, none, 0, x, c));
      }
    }
  };
  check(xn::average_pool{.kernel = {6, 2}, .stride = {1, 2}});
  check(xn::max_pool{.kernel = {8, 3}, .padding = xn::pads(1, 1, 1, 0)});
  check(xn::global_pool<xn::pooling::average>{});
  check(xn::global_pool<xn::pooling::maximum>{});
}
