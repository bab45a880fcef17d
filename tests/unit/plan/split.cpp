#include <xenos/plan/split.hpp>

#include <catch2/catch.hpp>
#include <support/graph_builder.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/dense.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/plan/verify.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

using namespace xenos;
using xenos_test::graph_builder;

/// Cores that meet for nothing.
constexpr target free_cores(int cores) {
  target t = targets::generic.with_cores(cores);
  t.barrier_cycles = 0;
  t.step_cycles = 0;
  return t;
}

/// A graph as kernels that can do everything would describe it.
template <int N>
constexpr graph<N> with_kernels(graph<N> g, int channel_block = 4) {
  for (int i = 0; i < g.count; ++i) {
    g[i].column_cuts = true;
    g[i].channel_block = g[i].kind == role::operation ? channel_block : 1;
  }
  return g;
}

constexpr auto chain = [] {
  graph_builder<8> b;
  const int first = b.add(conv{.out = 16, .kernel = {3, 3}}, b.input({12, 10, 8}));
  const int second = b.add(depthwise{.kernel = {3, 3}}, first);
  b.output(b.add(conv{.out = 16}, second));
  return with_kernels(b.records);
}();

template <class Policy>
ways first_split(const graph<8>& g, const target& t, const Policy& policy) {
  const auto p = make_plan(g, t, policy);
  CHECK(verify(g, t, p).what == flaw::none);
  return p.segments[p.segment_count - 1].split;
}

}  // namespace

TEST_CASE("each policy splits as it says", "[split]") {
  CHECK(first_split(chain, free_cores(4), split::none) == ways{});
  CHECK(first_split(chain, free_cores(4), split::rows) == ways{4, 1, 1});
  CHECK(first_split(chain, free_cores(3), split::columns) == ways{1, 3, 1});
  CHECK(first_split(chain, free_cores(4), split::output_channels) == ways{1, 1, 4});
  CHECK(first_split(chain, free_cores(4), split::grid) == ways{2, 2, 1});
  CHECK(first_split(chain, free_cores(3), split::grid) == ways{3, 1, 1});
  // Four blocks of channels for eight cores: what is left over to rows, then to columns.
  graph_builder<8> b;
  b.output(b.add(conv{.out = 16}, b.input({12, 10, 8})));
  CHECK(first_split(with_kernels(b.records), free_cores(8), split::paper) == ways{2, 1, 4});
  graph_builder<8> flat;
  flat.output(flat.add(conv{.out = 16}, flat.input({1, 10, 8})));
  CHECK(first_split(with_kernels(flat.records), free_cores(8), split::paper) == ways{1, 2, 4});
}

TEST_CASE("what is too small is not split", "[split]") {
  target t = free_cores(4);
  t.barrier_cycles = 1 << 20;
  CHECK(first_split(chain, t, split::automatic) == ways{});
  CHECK(first_split(chain, free_cores(4), split::automatic).count() > 1);
}

TEST_CASE("channels: a stage that mixes them begins its segment", "[split]") {
  const target t = free_cores(4);
  const auto p = make_plan(chain, t, split::output_channels);
  REQUIRE(verify(chain, t, p).what == flaw::none);
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    if (s.split.channels == 1) continue;
    for (int i = s.first + 1; i <= s.last; ++i) {
      CHECK((p.units[i].channelwise || p.units[i - 1].in_place));
    }
  }
  // A kernel that makes all channels at once is not split.
  CHECK(first_split(with_kernels(chain, 0), t, split::output_channels) == ways{});
}

TEST_CASE("accumulating stages are not split in rows", "[split]") {
  graph_builder<8> b;
  const int first = b.add(conv{.out = 16, .kernel = {3, 3}}, b.input({12, 10, 8}));
  b.output(b.add(global_pool<pooling::average>{}, first));
  const auto g = with_kernels(b.records);
  const auto p = make_plan(g, free_cores(4), split::rows);
  REQUIRE(verify(g, free_cores(4), p).what == flaw::none);
  for (int k = 0; k < p.segment_count; ++k) {
    for (int i = p.segments[k].first; i <= p.segments[k].last; ++i) {
      if (p.units[i].accumulates) CHECK(p.segments[k].split.rows == 1);
    }
  }
}

TEST_CASE("incoherent cores do not share lines", "[split]") {
  target t = targets::c6678.with_cores(4);
  t.barrier_cycles = t.step_cycles = 0;
  const auto p = make_plan(chain, t, split::columns);
  REQUIRE(verify(chain, t, p).what == flaw::none);
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    const unit& last = p.units[s.last];
    if (s.split.count() == 1) continue;
    CHECK(last.output_port < 0);
    CHECK(s.column_block * last.out.channels * 4 % t.alignment == 0);
  }
}

TEST_CASE("a policy of a user's", "[split]") {
  struct halves : planning {
    [[nodiscard]] constexpr split_choices split(const split_query& of) const {
      split_choices choices;
      if (of.rows >= 12) choices.push({.rows = 2});
      return choices;
    }
  };
  CHECK(first_split(chain, free_cores(8), halves{}) == ways{2, 1, 1});
}

TEST_CASE("a segment on one core says why", "[split]") {
  const auto why = [](const graph<8>& g, const target& t, const auto& policy) {
    const auto p = make_plan(g, t, policy);
    CHECK(verify(g, t, p).what == flaw::none);
    return p.segments[p.segment_count - 1].unsplit;
  };
  const target two = free_cores(2);
  graph<8> fixed = chain;
  CHECK(why(chain, two, split::rows) == obstacle::none);
  CHECK(why(chain, two, split::none) == obstacle::none);
  for (int i = 0; i < fixed.count; ++i) fixed[i].column_cuts = false;
  CHECK(why(fixed, two, split::columns) == obstacle::columns);
  for (int i = 0; i < fixed.count; ++i) fixed[i].channel_block = 0;
  CHECK(why(fixed, two, split::output_channels) == obstacle::none);  // nothing to split
  target lines = two;
  lines.coherent = false;
  CHECK(why(chain, lines, split::rows) == obstacle::lines);
  target slow = two;
  slow.barrier_cycles = 1 << 28;
  CHECK(why(chain, slow, split::automatic) == obstacle::cost);
}

TEST_CASE("strips are as few as fit, and narrow rings and the row of zeros", "[split]") {
  const auto wide = [] {
    graph_builder<8> b;
    const int first = b.add(conv{.out = 16, .kernel = {3, 3}}, b.input({12, 256, 8}));
    b.output(b.add(depthwise{.kernel = {3, 3}}, first));
    return with_kernels(b.records);
  }();
  target t = free_cores(1);
  t.memory_bytes_per_cycle = 1;
  const auto all = make_plan(wide, t);
  const segment& whole = all.segments[all.segment_count - 1];
  CHECK(whole.strips == 1);
  t.scratchpad = 16 * 1024;
  const auto p = make_plan(wide, t);
  CHECK(verify(wide, t, p).what == flaw::none);
  const segment& s = p.segments[p.segment_count - 1];
  CHECK(s.first < s.last);
  CHECK(s.strips == 8);  // 3 rows of 256 x 16 floats are 48 KB, and 3 of the input's copy
  CHECK(s.zero_row < whole.zero_row);
}

TEST_CASE("cores that are not coherent share any number of channels if rows have one pixel",
          "[split]") {
  const auto blocks = [](int width) {
    graph_builder<4> b;
    b.output(b.add(conv{.out = 8}, b.add(conv{.out = 1000}, b.input({1, width, 64}))));
    const auto p = make_plan(b.records, targets::c6678);
    return detail::blocks_of(p.units[1], targets::c6678).channels;
  };
  CHECK(blocks(1) == 32);    // a line of 128 bytes
  CHECK(blocks(2) == 1000);  // the second pixel begins within a line
}
