#include <xenos/plan/schedule.hpp>

#include <catch2/catch.hpp>
#include <support/graph_builder.hpp>
#include <support/user_operations.hpp>
#include <vector>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/reorganise.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

using xenos::conv;
using xenos::step;
using xenos_test::graph_builder;

constexpr xenos::planning rows_a_step(int tile) {
  return {.fuse = true, .link = true, .tile = tile};
}

template <int N>
std::vector<step> steps_of(const xenos::plan<N>& p, int index) {
  xenos::schedule_cursor<N> cursor(p, p.segments[index], 0);
  std::vector<step> steps;
  step now;
  while (cursor.next(p, p.segments[index], now)) steps.push_back(now);
  return steps;
}

/// Two convolutions; the model's input is read where it lies only if it needs no halo columns.
template <int N = 8>
constexpr auto two_convolutions(conv first, conv second, int rows = 8) {
  graph_builder<N> b;
  const int in = b.input({rows, 5, 2});
  b.output(b.add(second, b.add(first, in)));
  return b.records;
}

constexpr conv column(int rows) { return {.out = 2, .kernel = {rows, 1}}; }

}  // namespace

TEST_CASE("a producer runs just ahead of its consumer", "[schedule]") {
  const auto g = two_convolutions(column(1), column(3), 4);
  const auto p = make_plan(g, xenos::targets::generic, rows_a_step(1));
  REQUIRE(p.segment_count == 1);
  REQUIRE(p.unit_count == 3);  // the output is fused
  CHECK(p.units[0].in_place);
  const std::vector<step> expected{{1, 0, 1}, {1, 1, 2}, {2, 0, 1}, {1, 2, 3},
                                   {2, 1, 2}, {1, 3, 4}, {2, 2, 3}, {2, 3, 4}};
  CHECK(steps_of(p, 0) == expected);
  CHECK(p.segments[0].steps == 8);
}

TEST_CASE("steps cover whole tiles, the last one less", "[schedule]") {
  const auto g = two_convolutions(column(1), column(3), 5);
  const auto p = make_plan(g, xenos::targets::generic, rows_a_step(2));
  REQUIRE(p.segment_count == 1);
  const std::vector<step> expected{{1, 0, 2}, {1, 2, 4}, {2, 0, 2},
                                   {1, 4, 5}, {2, 2, 4}, {2, 4, 5}};
  CHECK(steps_of(p, 0) == expected);
}

TEST_CASE("a cursor can be stopped and resumed", "[schedule]") {
  const auto g = two_convolutions(column(3), column(5));
  const auto p = make_plan(g, xenos::targets::generic, rows_a_step(1));
  const auto all = steps_of(p, 0);
  xenos::schedule_cursor<8> cursor(p, p.segments[0], 0);
  step now;
  for (std::size_t k = 0; k < all.size(); ++k) {
    auto copy = cursor;
    REQUIRE(copy.next(p, p.segments[0], now));
    CHECK(now == all[k]);
    cursor = copy;
  }
  CHECK_FALSE(cursor.next(p, p.segments[0], now));
}

TEST_CASE("ring capacities by hand", "[schedule]") {
  const auto ring = [](conv second, int tile, int rows = 32) {
    const auto p = make_plan(two_convolutions(column(1), second, rows), xenos::targets::generic,
                             rows_a_step(tile));
    REQUIRE(p.segment_count == 1);
    return p.units[1].rows;
  };
  CHECK(ring(column(1), 1) == 1);
  CHECK(ring(column(3), 1) == 3);
  CHECK(ring(column(5), 1) == 5);
  CHECK(ring({.out = 2, .kernel = {3, 1}, .dilation = {2, 1}}, 1) == 5);
  CHECK(ring({.out = 2, .kernel = {3, 1}, .stride = {2, 1}}, 1) == 3);
  CHECK(ring({.out = 2, .kernel = {1, 1}, .stride = {3, 1}}, 1) == 1);
  // Two rows a step: rows 1..4 for output rows 2 and 3, and row 5 comes with row 4.
  CHECK(ring(column(3), 2) == 5);
  CHECK(ring(column(3), 4, 3) == 3);  // never more than there are
}

TEST_CASE("a residual holds its input until the long branch is there", "[schedule]") {
  graph_builder<8> b;
  const int source = b.add(column(1), b.input({20, 5, 2}));
  const int body = b.add(column(3), b.add(column(3), source));
  b.output(b.add(xenos::elementwise<xenos::join::add>{}, body, source));
  const auto p = make_plan(b.records, xenos::targets::generic, rows_a_step(1));
  REQUIRE(p.segment_count == 1);
  REQUIRE(p.unit_count == 4);
  CHECK(p.units[3].follower_count == 2);
  CHECK(p.units[1].rows == 3);  // row r for the sum, r + 2 for the body
  CHECK(p.units[2].rows == 3);
}

TEST_CASE("a join pulls its inputs in the order that takes less", "[schedule]") {
  for (int lead = 0; lead < 4; ++lead) {
    graph_builder<12> b;
    const int source = b.add(column(1), b.input({24, 5, 8}));
    const int narrow = b.add(conv{.out = 1, .kernel = {2 + lead, 1}}, source);
    const int wide = b.add(conv{.out = 8, .kernel = {1, 1}}, source);
    b.output(b.add(xenos::concat_channels{}, wide, narrow));
    const auto p = make_plan(b.records, xenos::targets::generic, rows_a_step(3));
    REQUIRE(p.segment_count == 1);
    xenos::ring_simulation<12> forward;
    xenos::ring_simulation<12> backward;
    xenos::segment s = p.segments[0];
    s.reversed = false;
    while (forward.advance(p, s, 0)) {
    }
    s.reversed = true;
    while (backward.advance(p, s, 0)) {
    }
    const auto bytes = [&](const xenos::ring_simulation<12>& ran) {
      xenos::bytes_t sum = 0;
      for (int i = s.first; i < s.last; ++i) {
        sum += xenos::bytes_t{ran.rows[i]} * p.units[i].row_stride;
      }
      return sum;
    };
    CHECK(p.segments[0].rings == xenos::min_of(bytes(forward), bytes(backward)));
    CHECK(p.segments[0].reversed == (bytes(backward) < bytes(forward)));
  }
}

TEST_CASE("rows that nobody reads are neither computed nor waited for", "[schedule]") {
  // One branch needs the first 10 rows only, the other all 40: the ring must not hold the rest for
  // the first.
  graph_builder<12> b;
  const int source = b.add(column(1), b.input({40, 5, 2}));
  const int head = b.add(xenos_test::crop_rows{0, 10}, b.add(column(1), source));
  const int padded = b.add(xenos::zero_pad{0, 30, 0, 0}, head);
  b.output(b.add(xenos::concat_channels{}, padded, b.add(column(1), source)));
  const auto p = make_plan(b.records, xenos::targets::generic, rows_a_step(1));
  REQUIRE(p.segment_count == 1);
  CHECK(p.units[1].rows == 1);
  int rows = 0;
  for (const step& now : steps_of(p, 0)) rows += now.unit == 2;
  CHECK(rows == 10);
}

TEST_CASE("an accumulating unit takes all rows and holds one", "[schedule]") {
  graph_builder<8> b;
  const int pooled =
      b.add(xenos::global_pool<xenos::pooling::average>{}, b.add(column(3), b.input({9, 5, 2})));
  b.output(b.add(conv{.out = 3}, pooled));
  const auto p = make_plan(b.records, xenos::targets::generic, rows_a_step(2));
  REQUIRE(p.segment_count == 1);
  CHECK(p.units[2].accumulates);
  CHECK(p.units[2].steps == 9);
  CHECK(p.units[2].rows == 1);
  CHECK(p.units[1].rows == 2);
}
