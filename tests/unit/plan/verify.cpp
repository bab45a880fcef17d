#include <xenos/plan/verify.hpp>

#include <catch2/catch.hpp>
#include <support/graph_builder.hpp>
#include <support/user_operations.hpp>
#include <xenos/ops/activation.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/recurrent.hpp>
#include <xenos/ops/shuffle.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

using xenos::conv;
using xenos::flaw;
using xenos::placement;
using xenos_test::graph_builder;

constexpr xenos::target on = xenos::targets::generic;
constexpr conv three{.out = 4, .kernel = {3, 3}};

/// Two linked convolutions, a cut, two more; one needs temporaries.
constexpr auto make_net() {
  graph_builder<8> b;
  int id = b.input({16, 8, 4});
  for (int k = 0; k < 4; ++k) {
    id = b.add(three, id);
    if (k == 1) b.records[id].cut_after = true;
  }
  b.records[2].temporary_bytes = 10;
  b.output(b.add(xenos::activation<xenos::function::relu>{}, id));
  return b.records;
}
constexpr auto net = make_net();
constexpr auto sound = make_plan(net, on, xenos::planning{.fuse = true, .link = true, .tile = 1});
using net_plan = xenos::plan<8>;

// Units: 0 the input's copy, 1 and 2 | 3, 4 with relu and output.
static_assert(sound.unit_count == 5 && sound.segment_count == 2);
static_assert(sound.units[0].where == placement::ring && sound.units[1].where == placement::ring);
static_assert(sound.units[2].where == placement::memory && sound.units[3].where == placement::ring);
static_assert(sound.units[4].where == placement::caller && sound.units[4].follower_count == 2);
static_assert(verify(net, on, sound).what == flaw::none);

template <class Change>
constexpr flaw after(Change change) {
  net_plan p = sound;
  change(p);
  return verify(net, on, p).what;
}

/// Keeps rows, bytes and totals of ring 1 in agreement.
constexpr void resize_ring(net_plan& p, int rows) {
  const auto less = xenos::bytes_t{p.units[1].rows - rows} * p.units[1].row_stride;
  p.units[1].rows = rows;
  p.units[1].bytes -= less;
  p.segments[0].rings -= less;
  p.area_bytes -= less;
  p.scratchpad_bytes -= less;
}

/// Two recurrent layers and a stage that reads some of their rows.
constexpr auto make_recurrent() {
  graph_builder<8> b;
  const int first = b.add(xenos::lstm_attributes{.hidden = 4}, b.input({16, 1, 4}));
  const int second = b.add(xenos::gru_attributes{.hidden = 4}, first);
  b.records[first].state_bytes = 32;
  b.records[second].state_bytes = 100;
  b.output(b.add(xenos_test::crop_rows{9, 4}, second));
  return b.records;
}
constexpr auto recurrent = make_recurrent();
constexpr auto two_cores = on.with_cores(2);
constexpr auto in_order = make_plan(recurrent, two_cores, xenos::planning{.tile = 2});
static_assert(in_order.segment_count == 1 && in_order.units[2].sequential);
static_assert(verify(recurrent, two_cores, in_order).what == flaw::none);

template <class Change>
constexpr flaw after_recurrent(Change change) {
  net_plan p = in_order;
  change(p);
  return verify(recurrent, two_cores, p).what;
}

}  // namespace

TEST_CASE("state has a place of its own", "[verify]") {
  CHECK(after_recurrent([](net_plan& p) { p.units[1].state_offset += 64; }) == flaw::overlap);
  CHECK(after_recurrent([](net_plan& p) { p.units[2].state_offset += 64; }) == flaw::overlap);
  CHECK(after_recurrent([](net_plan& p) { p.units[1].state_offset -= 64; }) == flaw::overlap);
  CHECK(after_recurrent([](net_plan& p) { p.units[2].state_offset += 4; }) == flaw::misaligned);
  CHECK(after_recurrent([](net_plan& p) { p.units[1].offset -= 64; }) == flaw::overlap);
  CHECK(after_recurrent([](net_plan& p) { p.segments[0].states += 64; }) == flaw::overlap);
  CHECK(after_recurrent([](net_plan& p) { --p.units[1].state_bytes; }) == flaw::record_misplaced);
}

TEST_CASE("a unit that carries state does all rows in order on one core", "[verify]") {
  CHECK(after_recurrent([](net_plan& p) { p.units[2].sequential = false; }) ==
        flaw::record_misplaced);
  CHECK(after_recurrent([](net_plan& p) {
          p.segments[0].split.rows = 2;
          p.cores = 2;
        }) == flaw::split_wrong);
}

TEST_CASE("parameters that no buffer holds have places of their own in memory", "[verify]") {
  graph_builder<4> b;
  const int first = b.add(xenos::lstm_attributes{.hidden = 4}, b.input({10, 1, 4}));
  const int second = b.add(xenos::lstm_attributes{.hidden = 4}, first);
  for (const int id : {first, second}) b.records[id].parameter_bytes = 10'000;
  b.output(second);
  const auto t = xenos::targets::c6678.with_scratchpad(16 * 1024);
  const auto p = make_plan(b.records, t);
  REQUIRE(p.segment_count == 3);
  REQUIRE(p.segments[1].round_in_memory);
  REQUIRE(p.segments[2].round_in_memory);
  CHECK(verify(b.records, t, p).what == flaw::none);
  auto shared = p;
  shared.segments[2].round_offset = p.segments[1].round_offset;
  CHECK(verify(b.records, t, shared).what == flaw::overlap);
  shared = p;
  shared.segments[1].round_offset = 0;  // where a tensor is
  CHECK(verify(b.records, t, shared).what == flaw::overlap);
  auto shifted = p;
  shifted.segments[2].round_offset += 64;
  CHECK(verify(b.records, t, shifted).what == flaw::misaligned);
  auto longer = p;
  longer.segments[2].round_offset += 128;
  CHECK(verify(b.records, t, longer).what == flaw::beyond_arena);
}

TEST_CASE("a plan that says it is infeasible is none", "[verify]") {
  CHECK(after([](net_plan& p) { p.why = xenos::fault::scratchpad_too_small; }) == flaw::infeasible);
}

TEST_CASE("every record runs once, in order", "[verify]") {
  const flaw wrong = flaw::record_misplaced;
  CHECK(after([](net_plan& p) { --p.unit_count; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[4].follower_count = 1; }) == flaw::tensor_misplaced);
  CHECK(after([](net_plan& p) { p.units[4].followers[0] = 3; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[4].follower_count = 7; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[1].head = 9; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[1].steps = 15; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[1].out.width = 7; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[1].accumulates = true; }) == wrong);
}

TEST_CASE("what was told apart is not fused", "[verify]") {
  // The record with the cut as head, its reader as follower.
  graph_builder<4> b;
  const int in = b.input({4, 4, 4});
  const int first = b.add(conv{.out = 4}, in);
  const int second = b.add(xenos::activation<xenos::function::relu>{}, first);
  b.output(second);
  const auto p = make_plan(b.records, on);
  CHECK(verify(b.records, on, p).what == flaw::none);
  b.records[first].cut_after = true;
  CHECK(verify(b.records, on, p).what == flaw::record_misplaced);
  b.records[first].cut_after = false;
  b.records[second].map = xenos::mapping::many_to_many;
  CHECK(verify(b.records, on, p).what == flaw::record_misplaced);
}

TEST_CASE("units read what their records read", "[verify]") {
  const flaw wrong = flaw::edge_differs;
  CHECK(after([](net_plan& p) { p.units[2].edges[0].from = 0; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[2].edges[0].from = -1; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[2].edges[0].reads.rows.reach = 2; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[2].edge_count = 0; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[2].edge_count = 2; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[4].chain_operand[0] = 1; }) == wrong);
}

TEST_CASE("tensors lie where model and caller want them", "[verify]") {
  const flaw wrong = flaw::tensor_misplaced;
  CHECK(after([](net_plan& p) { p.units[4].where = placement::memory; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[1].where = placement::caller; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[2].where = placement::ring; }) == wrong);  // cut
  CHECK(after([](net_plan& p) { p.units[1].in_place = true; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[4].output_port = 1; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[0].input_port = -1; }) == wrong);
}

TEST_CASE("segments partition the units", "[verify]") {
  const flaw wrong = flaw::segment_misplaced;
  CHECK(after([](net_plan& p) { --p.segment_count; }) == wrong);
  CHECK(after([](net_plan& p) { p.segments[1].first = 2; }) == wrong);
  CHECK(after([](net_plan& p) { p.segments[1].last = 5; }) == wrong);
  CHECK(after([](net_plan& p) { p.units[1].segment = 1; }) == wrong);
  // A ring that another segment reads.
  CHECK(after([](net_plan& p) {
          p.segments[0].last = 0;
          p.segments[1].first = 1;
          p.units[1].segment = p.units[2].segment = 1;
        }) == wrong);
}

TEST_CASE("a tensor read whole is in no ring", "[verify]") {
  graph_builder<4> b;
  const int first = b.add(conv{.out = 4}, b.input({4, 4, 4}));
  b.output(b.add(xenos::transpose{{1, 0, 2}}, first));
  xenos::planning apart;
  const auto p = make_plan(b.records, on, apart);
  CHECK(verify(b.records, on, p).what == flaw::none);
  b.records[2].map = xenos::mapping::reorganise;  // by a window, so that a ring will do
  b.records[2].reads[0].rows = {.reach = 4, .up = 1, .down = 1, .offset = 0};
  auto linked = make_plan(b.records, on, apart);
  CHECK(verify(b.records, on, linked).what == flaw::none);
  REQUIRE(linked.units[1].where == placement::ring);
  b.records[2].map = xenos::mapping::whole;
  CHECK(verify(b.records, on, linked).what == flaw::segment_misplaced);
}

TEST_CASE("bytes are exact", "[verify]") {
  CHECK(after([](net_plan& p) { --p.units[1].halo_left; }) == flaw::halo_too_small);
  CHECK(after([](net_plan& p) { p.units[1].bytes -= 64; }) == flaw::bytes_differ);
  CHECK(after([](net_plan& p) { p.units[2].bytes += 64; }) == flaw::bytes_differ);
  CHECK(after([](net_plan& p) { p.units[1].row_stride = 64; }) == flaw::bytes_differ);
  CHECK(after([](net_plan& p) { --p.units[2].rows, p.units[2].bytes -= p.units[2].row_stride; }) ==
        flaw::bytes_differ);
  CHECK(after([](net_plan& p) { p.units[1].offset += 4; }) == flaw::misaligned);
  CHECK(after([](net_plan& p) { p.units[2].offset = -64; }) == flaw::misaligned);
  CHECK(after([](net_plan& p) { p.segments[0].zero_row += 4; }) == flaw::overlap);
  CHECK(after([](net_plan& p) { p.units[1].offset -= 64; }) == flaw::overlap);
  CHECK(after([](net_plan& p) { p.units[0].offset -= 64; }) == flaw::overlap);  // temporaries
  CHECK(after([](net_plan& p) { p.scratchpad_bytes -= 64; }) == flaw::beyond_arena);
  CHECK(after([](net_plan& p) { p.memory_bytes -= 64; }) == flaw::beyond_arena);
  CHECK(after([](net_plan& p) { p.scratchpad_bytes += 64; }) == flaw::totals_differ);
  CHECK(after([](net_plan& p) { p.segments[0].rings += 64; }) == flaw::totals_differ);
  CHECK(after([](net_plan& p) { p.segments[0].temporaries = 0; }) == flaw::totals_differ);
  CHECK(after([](net_plan& p) { p.units[2].temporary_bytes = 9; }) == flaw::totals_differ);
  CHECK(after([](net_plan& p) { p.moved_bytes -= 1; }) == flaw::totals_differ);
  CHECK(after([](net_plan& p) { p.near_bytes += 1; }) == flaw::totals_differ);
  CHECK(after([](net_plan& p) { p.segments[0].zero_row -= 64; }) == flaw::zero_row_too_small);
}

TEST_CASE("two tensors in memory share bytes only in turn", "[verify]") {
  graph_builder<6> b;
  int id = b.input({16, 8, 4});
  for (int k = 0; k < 4; ++k) id = b.add(three, id);
  b.output(id);
  auto p = make_plan(b.records, on, xenos::planning{.fuse = true, .link = false});
  REQUIRE(verify(b.records, on, p).what == flaw::none);
  CHECK(p.units[1].offset == p.units[3].offset);
  p.units[2].offset = p.units[1].offset + 64;
  CHECK(verify(b.records, on, p).what == flaw::overlap);
}

TEST_CASE("a plan for a larger target is refused", "[verify]") {
  CHECK(verify(net, on.with_scratchpad(sound.scratchpad_bytes - 1), sound).what ==
        flaw::totals_differ);
  CHECK(verify(net, on.with_memory(sound.arena_bytes() - 1), sound).what == flaw::totals_differ);
}

TEST_CASE("the schedule finds every row live", "[verify]") {
  static_assert(sound.units[1].rows == 3);
  CHECK(after([](net_plan& p) { resize_ring(p, 2); }) == flaw::read_after_loss);
  CHECK(after([](net_plan& p) { resize_ring(p, 0); }) == flaw::step_out_of_order);
  CHECK(after([](net_plan& p) { p.segments[0].tile = 0; }) == flaw::step_out_of_order);
  CHECK(after([](net_plan& p) { p.segments[0].tile = 16; }) == flaw::step_out_of_order);
  CHECK(after([](net_plan& p) { --p.segments[0].steps; }) == flaw::step_out_of_order);
}

TEST_CASE("a later segment reads no row that was left out", "[verify]") {
  // The crop needs the first rows only; the other reader, a segment later, all of them.
  graph_builder<6> b;
  const int first = b.add(conv{.out = 4}, b.input({8, 4, 4}));
  b.output(b.add(xenos_test::crop_rows{0, 2}, first));
  b.output(b.add(xenos_test::crop_rows{4, 4}, first));
  auto p = make_plan(b.records, on, xenos::planning{.fuse = true, .link = true, .tile = 1});
  REQUIRE(verify(b.records, on, p).what == flaw::none);
  REQUIRE(p.segment_count == 3);
  p.segments[0] = {.first = 0, .last = 2, .tile = 1, .steps = 4, .part_steps = {4}};
  p.segments[1] = p.segments[2];
  p.segment_count = 2;
  p.units[2].segment = 0;
  p.units[3].segment = 1;
  CHECK(verify(b.records, on, p).what == flaw::segment_misplaced);
}
