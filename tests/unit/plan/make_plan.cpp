#include <xenos/plan/make_plan.hpp>

#include <catch2/catch.hpp>
#include <support/graph_builder.hpp>
#include <xenos/ops/activation.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/reorganise.hpp>
#include <xenos/ops/shuffle.hpp>
#include <xenos/plan/verify.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

using xenos::conv;
using xenos::flaw;
using xenos::placement;
using xenos_test::graph_builder;

constexpr auto add = xenos::elementwise<xenos::join::add>{};
constexpr auto relu = xenos::activation<xenos::function::relu>{};
constexpr conv three{.out = 4, .kernel = {3, 3}};

constexpr auto residual_net() {
  graph_builder<16> b;
  const int stem = b.add(relu, b.add(three, b.input({16, 8, 4})));
  const int body = b.add(three, b.add(relu, b.add(three, stem)));
  const int sum = b.add(relu, b.add(add, body, stem));
  b.output(b.add(xenos::global_pool<xenos::pooling::average>{}, sum));
  return b.records;
}

// A plan is a constant: it can be asserted on.
constexpr auto net = residual_net();
constexpr xenos::planning row_by_row{.fuse = true, .link = true, .tile = 1};
constexpr auto fixed = make_plan(net, xenos::targets::generic, row_by_row);
static_assert(fixed.why == xenos::fault::none);
static_assert(fixed.segment_count == 1);
static_assert(fixed.unit_count == 5);               // input, three convolutions, pool
static_assert(fixed.units[0].rows == 3);            // the input is copied: it needs a halo
static_assert(fixed.units[0].row_stride == 192);    // 10 pixels of 16 bytes, aligned to 64
static_assert(fixed.units[1].follower_count == 1);  // relu
static_assert(fixed.units[1].rows == 3);
static_assert(fixed.units[2].rows == 3);
static_assert(fixed.units[3].follower_count == 2);  // add and relu
static_assert(fixed.units[3].rows == 1);
static_assert(fixed.units[4].where == placement::caller);
static_assert(fixed.scratchpad_bytes == 192 + 9 * 192 + 128);
static_assert(fixed.memory_bytes == 0);
static_assert(fixed.moved_bytes == 16 * 8 * 4 * 4 + 4 * 4);
static_assert(verify(net, xenos::targets::generic, fixed).what == flaw::none);

}  // namespace

TEST_CASE("a plan made at run time equals the constant", "[make_plan]") {
  const auto graph = residual_net();
  const auto p = make_plan(graph, xenos::targets::generic, row_by_row);
  CHECK(p.unit_count == fixed.unit_count);
  CHECK(p.scratchpad_bytes == fixed.scratchpad_bytes);
  CHECK(p.moved_bytes == fixed.moved_bytes);
  CHECK(p.near_bytes == fixed.near_bytes);
  CHECK(p.cycles == fixed.cycles);
  for (int i = 0; i < p.unit_count; ++i) {
    CHECK(p.units[i].head == fixed.units[i].head);
    CHECK(p.units[i].rows == fixed.units[i].rows);
    CHECK(p.units[i].offset == fixed.units[i].offset);
  }
}

TEST_CASE("planning in parts gives the same plan", "[make_plan]") {
  auto p = make_segments(net, xenos::targets::generic, row_by_row);
  for (int k = 0; k < p.segment_count; ++k) {
    xenos::segment_rings<16> rings;
    while (!rings.finished) rings.advance(p, p.segments[k], 7);  // an odd budget
    place_rings(p, k, rings);
  }
  finish_plan(xenos::targets::generic, p);
  CHECK(p.scratchpad_bytes == fixed.scratchpad_bytes);
  CHECK(p.segments[0].steps == fixed.segments[0].steps);
}

TEST_CASE("memory that is too small is refused with both numbers", "[make_plan]") {
  const auto t = xenos::targets::generic.with_memory(1000);
  const auto p = make_plan(net, t, row_by_row);
  CHECK(p.why == xenos::fault::memory_too_small);
  CHECK(p.needs == fixed.arena_bytes());
  CHECK(p.has == 1000);
  CHECK(verify(net, t, p).what == flaw::infeasible);
  CHECK(make_plan(net, t.with_memory(p.needs), row_by_row).why == xenos::fault::none);
}

TEST_CASE("nothing is fused without the policy, outputs excepted", "[make_plan]") {
  const auto p = make_plan(net, xenos::targets::generic, xenos::planning{.fuse = false});
  CHECK(p.unit_count == 9);
  CHECK(verify(net, xenos::targets::generic, p).what == flaw::none);
}

TEST_CASE("an inner tensor that is an output is copied to the caller", "[make_plan]") {
  graph_builder<8> b;
  const int inner = b.add(three, b.input({8, 8, 4}));
  b.output(b.add(three, inner));
  b.output(inner);
  const auto p = make_plan(b.records, xenos::targets::generic);
  REQUIRE(p.unit_count == 4);
  CHECK(p.units[1].where == placement::memory);
  CHECK(p.units[2].output_port == 0);
  CHECK(p.units[3].output_port == 1);
  CHECK(verify(b.records, xenos::targets::generic, p).what == flaw::none);
}

TEST_CASE("an input may be an output", "[make_plan]") {
  graph_builder<4> b;
  b.output(b.input({8, 8, 4}));
  const auto p = make_plan(b.records, xenos::targets::generic);
  CHECK(p.moved_bytes == 2 * 8 * 8 * 4 * 4);
  CHECK(verify(b.records, xenos::targets::generic, p).what == flaw::none);
}

TEST_CASE("followers stop where a unit can read no more streams", "[make_plan]") {
  graph_builder<24> b;
  const int in = b.input({8, 8, 4});
  int others[9] = {};
  for (int& other : others) other = b.add(conv{.out = 4}, in);
  int id = b.add(conv{.out = 4}, in);
  for (int k = 0; k < 9; k += 3) id = b.add(add, id, others[k], others[k + 1], others[k + 2]);
  b.output(id);
  const auto p = make_plan(b.records, xenos::targets::generic);
  for (int i = 0; i < p.unit_count; ++i) CHECK(p.units[i].edge_count <= xenos::max_streams);
  CHECK(verify(b.records, xenos::targets::generic, p).what == flaw::none);
}

TEST_CASE("a chain of followers is cut when the unit is full", "[make_plan]") {
  graph_builder<16> b;
  int id = b.add(conv{.out = 4}, b.input({8, 8, 4}));
  for (int k = 0; k < 8; ++k) id = b.add(relu, id);
  b.output(id);
  const auto p = make_plan(b.records, xenos::targets::generic);
  CHECK(p.unit_count == 3);
  CHECK(p.units[1].follower_count == xenos::max_followers);
  CHECK(p.units[2].follower_count == 2);
  CHECK(verify(b.records, xenos::targets::generic, p).what == flaw::none);
}

TEST_CASE("rows of zeros behind a single row", "[make_plan]") {
  // A pooled image has one row, its schedule many: the row below it is outside all the same.
  graph_builder<8> b;
  const int row = b.add(xenos::global_pool<xenos::pooling::maximum>{}, b.input({9, 4, 4}));
  b.output(b.add(conv{.out = 2, .kernel = {2, 1}}, row));
  const auto p = make_plan(b.records, xenos::targets::generic);
  REQUIRE(p.why == xenos::fault::none);
  CHECK(p.segments[p.units[2].segment].zero_row >= 16);
  CHECK(verify(b.records, xenos::targets::generic, p).what == flaw::none);
}

TEST_CASE("a whole reader between a tensor and its join", "[make_plan]") {
  graph_builder<8> b;
  const int source = b.add(three, b.input({6, 6, 4}));
  const int turned = b.add(xenos::transpose{{1, 0, 2}}, b.add(three, source));
  b.output(b.add(add, turned, source));
  const auto p = make_plan(b.records, xenos::targets::generic);
  REQUIRE(p.why == xenos::fault::none);
  CHECK(verify(b.records, xenos::targets::generic, p).what == flaw::none);
}

TEST_CASE("the bound of a ring stays tight through reshapes", "[make_plan]") {
  // Row ratios of many digits multiply along the branch; the bound must neither overflow nor give
  // up.
  graph_builder<32> b;
  const int source = b.add(conv{.out = 16}, b.input({119, 17, 16}));
  int id = source;
  for (int k = 0; k < 6; ++k) {
    id = b.add(xenos::reshape_to{{112, 17, 17}}, id);
    id = b.add(xenos::reshape_to{{119, 17, 16}}, id);
    id = b.add(add, id, b.add(conv{.out = 16}, id));
  }
  b.output(b.add(add, id, b.add(conv{.out = 16}, source)));
  const auto p = make_plan(b.records, xenos::targets::generic.with_scratchpad(1 << 22),
                           xenos::planning{.fuse = false, .tile = 1});
  REQUIRE(p.why == xenos::fault::none);
  xenos::join_point joins[32] = {};
  join_points(p, joins);
  for (int i = 0; i < p.unit_count; ++i) {
    if (p.units[i].where != placement::ring) continue;
    const int bound = ring_bound(p, i, joins[i], 1);
    CHECK(bound >= p.units[i].rows);
    CHECK(bound <= 60);
  }
}
