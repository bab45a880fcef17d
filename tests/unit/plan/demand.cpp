#include <xenos/plan/demand.hpp>

#include <catch2/catch.hpp>
#include <support/graph_builder.hpp>
#include <support/user_operations.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/reorganise.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

using xenos::concat_channels;
using xenos_test::crop_rows;
using xenos_test::decayed_sum;
using xenos_test::upsample_rows;

using builder = xenos_test::graph_builder<12>;

constexpr xenos::conv column(int rows) { return {.out = 2, .kernel = {rows, 1}}; }

/// `source` of 24 rows, of which a crop behind the join reads the last four.
struct cropped {
  builder b{};
  int source = b.add(column(1), b.input({24, 5, 2}));

  xenos::plan<12> plan(int joined, int tile) {
    b.output(b.add(crop_rows{20, 4}, joined));
    const xenos::planning policy{.fuse = true, .link = true, .tile = tile};
    return make_plan(b.records, xenos::targets::generic, policy);
  }
};

int bound_of(const xenos::plan<12>& p, int unit, int tile) {
  xenos::join_point joins[12] = {};
  join_points(p, joins);
  return ring_bound(p, unit, joins[unit], tile);
}

}  // namespace

TEST_CASE("a join begins with the first row that is needed of it", "[demand]") {
  cropped g;
  const int late = g.b.add(decayed_sum{}, g.source);
  const auto p = g.plan(g.b.add(concat_channels{}, g.source, late), 1);
  REQUIRE(p.unit_count == 5);
  xenos::join_point joins[12] = {};
  join_points(p, joins);
  CHECK(joins[1].unit == 3);
  CHECK(joins[1].latest == 20);
  CHECK(joins[2].unit == 3);
  CHECK(joins[3].unit == 4);
  CHECK(joins[3].latest == 0);
  CHECK(joins[4].unit == -1);
}

TEST_CASE("a ring waits for a sequential stage, which begins with row 0", "[demand]") {
  // Both orders of pulling ask the source for its row 20 or later before the stage that carries
  // something from row to row has done its first.
  for (const int tile : {1, 2, 3, 5}) {
    INFO("tile " << tile);
    cropped g;
    const int before = g.b.add(column(1), g.source);
    const int carried = g.b.add(decayed_sum{}, g.source);
    const int after = g.b.add(column(1), g.source);
    const auto p = g.plan(g.b.add(concat_channels{}, before, carried, after), tile);
    REQUIRE(p.segment_count == 1);
    CHECK(p.units[1].rows >= 21);
    CHECK(bound_of(p, 1, tile) >= p.units[1].rows);
    if (tile == 1) CHECK(bound_of(p, 1, tile) == 21);
  }
}

TEST_CASE("so does the ring of a tensor that the join reads itself", "[demand]") {
  cropped g;
  const int shared = g.b.add(column(3), g.source);
  const int carried = g.b.add(decayed_sum{}, g.b.add(column(1), shared));
  const auto p = g.plan(g.b.add(concat_channels{}, shared, carried, shared), 1);
  REQUIRE(p.segment_count == 1);
  CHECK(p.units[2].rows == 21);
  CHECK(bound_of(p, 2, 1) == 21);
}

TEST_CASE("a ring of several readers that begins within the image", "[demand]") {
  // When the readers begin, the five rows for the body are held besides the four for the others;
  // later, and at the top of the image, where windows begin with padding, there are four at once.
  cropped g;
  const int first = g.b.add(column(4), g.source);
  const int body = g.b.add(column(5), g.b.add(column(1), g.source));
  const int last = g.b.add(column(4), g.source);
  const auto p = g.plan(g.b.add(concat_channels{}, first, body, last), 1);
  REQUIRE(p.segment_count == 1);
  CHECK(p.units[1].rows == 5);
  CHECK(bound_of(p, 1, 1) == 5);
}

TEST_CASE("a sequential stage costs no rows where the join begins with row 0", "[demand]") {
  builder b;
  const int source = b.add(column(1), b.input({24, 5, 2}));
  const int carried = b.add(decayed_sum{}, b.add(column(3), source));
  b.output(b.add(concat_channels{}, source, carried, source));
  const auto p =
      make_plan(b.records, xenos::targets::generic, {.fuse = true, .link = true, .tile = 1});
  REQUIRE(p.segment_count == 1);
  CHECK(p.units[1].rows == 3);
  CHECK(bound_of(p, 1, 1) == 3);
}

TEST_CASE("the bound of a ring is exact before up-sampled branches", "[demand]") {
  for (const int factor : {2, 3}) {
    builder b;
    const int source = b.add(column(1), b.input({12, 5, 2}));
    const int wide = b.add(upsample_rows{factor, false}, b.add(column(1), source));
    b.output(b.add(concat_channels{}, wide, b.add(upsample_rows{factor, false}, source)));
    const auto p =
        make_plan(b.records, xenos::targets::generic, {.fuse = true, .link = true, .tile = 1});
    REQUIRE(p.segment_count == 1);
    CHECK(p.units[1].rows == 1);
    CHECK(bound_of(p, 1, 1) == 1);
  }
}
