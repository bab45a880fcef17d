#include <support/reference.hpp>
#include <xenos/ops/reorganise.hpp>

#include <catch2/catch.hpp>
#include <numeric>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using xn::fault;

static_assert(xn::reshape_to{xn::hwc{2, 3, 4}}.check(xn::shape{4, 3, 2}) == fault::none);
static_assert(xn::reshape_to{xn::hwc{2, 3, 4}}.check(xn::shape{4, 3, 3}) ==
              fault::reshape_changes_elements);
static_assert(xn::reshape_to{xn::hwc{0, 3, 4}}.check(xn::shape{4, 3, 2}) == fault::empty_shape);
static_assert(xn::reshape_to{xn::hwc{4, 2, 3}}.reads(xn::shape{4, 3, 2}, 0) == xn::access{});
static_assert(xn::reshape_to{xn::hwc{4, 3, 2}}.reads(xn::shape{4, 3, 2}, 0) == xn::identity_access);
static_assert(xn::flatten_all{}.output(xn::shape{4, 3, 2}) == xn::vector(24));
static_assert(xn::zero_pad{1, 2, 3, 4}.output(xn::shape{4, 3, 2}) == xn::shape{7, 10, 2});
static_assert(xn::zero_pad{.left = -1}.check(xn::shape{4, 3, 2}) == fault::negative_padding);

constexpr auto streams = [](xn::shape a, xn::shape b) {
  xn::shapes both(a);
  both.push(b);
  return both;
};
static_assert(xn::concat_channels{}.output(streams({4, 3, 2}, {4, 3, 5})) == xn::shape{4, 3, 7});
static_assert(xn::concat_channels{}.check(streams({4, 3, 2}, {4, 2, 2})) ==
              fault::rows_or_columns_differ);

}  // namespace

TEST_CASE("a reshape's window holds every row that it reads", "[reshape]") {
  for (int from = 1; from <= 24; ++from) {
    for (int to = 1; to <= 24; ++to) {
      const int elements = std::lcm(from, to) * 2;
      const xn::shape in{elements / from, 1, from};
      const xn::reshape_to op{xn::shape{elements / to, 1, to}};
      const xn::window rows = op.reads(in, 0).rows;
      int most = 0;  // rows that one output row touches
      for (int y = 0; y < op.to.height; ++y) {
        const int first = y * to / from;
        const int last = (y * to + to - 1) / from;
        most = std::max(most, last - first + 1);
        CHECK(rows.first(y) == first);
        CHECK(rows.first(y) + rows.reach > last);
      }
      INFO(from << " to " << to);
      CHECK(rows.reach <= most + 1);
    }
  }
}

TEST_CASE("reshaping row by row is the definition", "[reshape]") {
  const xn::shape extent{4, 3, 5};
  tensor values(std::size_t(extent.elements()));
  std::iota(values.begin(), values.end(), 1.0);
  const tensor_reader in{{&values}, extent};
  const xn::no_weights none;
  const xn::reshape_to op{xn::hwc{1, 6, 10}};
  REQUIRE(op.accumulates(extent));
  for (int i = 0; i < 60; ++i) {
    double sum = xn::reshape_to::start<double>();
    for (int row = 0; row < 4; ++row) sum = op.accumulate(sum, in, none, row, i / 10, i % 10);
    CHECK(op.finish(sum, extent, 0, i / 10) == i + 1);
    CHECK(op.at(in, none, 0, i / 10, i % 10) == i + 1);
  }
}
