#include <xenos/plan/memory.hpp>

#include <catch2/catch.hpp>
#include <support/graph_builder.hpp>
#include <support/user_operations.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/recurrent.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

using xenos::conv;
using xenos::placement;
using xenos_test::graph_builder;

constexpr conv same_shape{.out = 4};
constexpr xenos::planning unlinked{.fuse = true, .link = false};
constexpr int tensor = 10 * 4 * 4 * 4;  // bytes of {10, 4, 4}: rows of 64 bytes

}  // namespace

TEST_CASE("tensors that are dead give their bytes to later ones", "[memory]") {
  graph_builder<12> b;
  int id = b.input({10, 4, 4});
  for (int k = 0; k < 6; ++k) id = b.add(same_shape, id);
  b.output(id);
  const auto p = make_plan(b.records, xenos::targets::generic, unlinked);
  // Of each pair one is read while the other is written; the last one is the caller's.
  CHECK(p.memory_bytes == 2 * tensor);
  CHECK(p.units[6].where == placement::caller);
  CHECK(p.scratchpad_bytes == 0);
  CHECK(p.arena_bytes() == 2 * tensor);
}

TEST_CASE("a tensor lives until its last reader's segment", "[memory]") {
  graph_builder<12> b;
  const int source = b.add(same_shape, b.input({10, 4, 4}));
  int id = source;
  for (int k = 0; k < 4; ++k) id = b.add(same_shape, id);
  id = b.add(xenos::elementwise<xenos::join::add>{}, id, source);
  b.output(id);
  const auto p = make_plan(b.records, xenos::targets::generic, unlinked);
  CHECK(p.memory_bytes == 3 * tensor);
  for (int i = 2; i < p.unit_count; ++i) {
    if (p.units[i].where != placement::memory) continue;
    const bool apart = p.units[i].offset >= p.units[1].offset + tensor ||
                       p.units[i].offset + tensor <= p.units[1].offset;
    CHECK(apart);
  }
}

TEST_CASE("the largest tensor is placed first", "[memory]") {
  graph_builder<12> b;
  int id = b.add(same_shape, b.input({10, 4, 4}));
  const int large = b.add(conv{.out = 40}, id);
  b.output(b.add(same_shape, large));
  const auto p = make_plan(b.records, xenos::targets::generic, unlinked);
  CHECK(p.units[2].offset == 0);
  CHECK(p.units[1].offset == 10 * tensor);
  CHECK(p.memory_bytes == 11 * tensor);
}

TEST_CASE("a ring follows the row of zeros and the temporaries", "[memory]") {
  graph_builder<12> b;
  const int first = b.add(same_shape, b.input({10, 4, 4}));
  const int second = b.add(conv{.out = 4, .kernel = {3, 1}}, first);
  b.records[second].temporary_bytes = 100;
  b.output(second);
  const auto p =
      make_plan(b.records, xenos::targets::generic, xenos::planning{.fuse = true, .tile = 1});
  REQUIRE(p.segment_count == 1);
  const xenos::segment& s = p.segments[0];
  CHECK(s.zero_row == 64);
  CHECK(s.temporaries == 128);
  CHECK(p.units[1].offset == 64 + 128);
  CHECK(p.units[1].bytes == 3 * 64);
  CHECK(p.scratchpad_bytes == 64 + 128 + 3 * 64);
  CHECK(s.near == 2 * tensor);
  CHECK(s.moved == 2 * tensor);
}

TEST_CASE("states lie between the temporaries and the rings", "[memory]") {
  graph_builder<12> b;
  const int first = b.add(xenos::lstm_attributes{.hidden = 4}, b.input({10, 1, 4}));
  const int second = b.add(xenos::gru_attributes{.hidden = 4}, first);
  const int third = b.add(xenos_test::crop_rows{6, 2}, second);
  b.records[first].temporary_bytes = 100;
  b.records[first].state_bytes = 65;
  b.records[second].state_bytes = 4;
  b.output(third);
  const auto p = make_plan(b.records, xenos::targets::generic.with_cores(4), xenos::split::rows);
  REQUIRE(p.segment_count == 1);
  const xenos::segment& s = p.segments[0];
  CHECK(s.split == xenos::ways{});  // rows in order, on one core
  CHECK(s.zero_row == 0);
  CHECK(s.temporaries == 128);
  CHECK(s.states == 128 + 64);
  CHECK(p.units[1].state_offset == 128);
  CHECK(p.units[2].state_offset == 128 + 128);
  CHECK(p.units[1].offset == 128 + 192);
  CHECK(p.scratchpad_bytes == s.scratchpad());
  xenos::range rows[12] = {};
  rows_of_part(p, s, 0, rows);
  CHECK(rows[3] == xenos::range{0, 2});
  CHECK(rows[2] == xenos::range{0, 8});  // all that come before those wanted
  CHECK(rows[1] == xenos::range{0, 8});
}

TEST_CASE("segments share one scratchpad", "[memory]") {
  graph_builder<12> b;
  int id = b.input({10, 4, 4});
  for (int k = 0; k < 4; ++k) {
    id = b.add(conv{.out = 4, .kernel = {3, 1}}, id);
    if (k == 1) b.records[id].cut_after = true;
  }
  b.output(id);
  const auto p = make_plan(b.records, xenos::targets::generic);
  REQUIRE(p.segment_count == 2);
  CHECK(p.scratchpad_bytes ==
        xenos::max_of(p.segments[0].scratchpad(), p.segments[1].scratchpad()));
  CHECK(p.units[1].offset == p.units[3].offset);
}

TEST_CASE("memory comes behind the scratchpad, aligned", "[memory]") {
  xenos::plan<1> p;
  p.alignment = 64;
  p.scratchpad_bytes = 100;
  p.memory_bytes = 10;
  CHECK(p.memory_offset() == 128);
  CHECK(p.arena_bytes() == 138);
}
