#include <xenos/plan/link.hpp>

#include <catch2/catch.hpp>
#include <support/dice.hpp>
#include <support/graph_builder.hpp>
#include <support/seed.hpp>
#include <vector>
#include <xenos/ops/activation.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/norm.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/reduce.hpp>
#include <xenos/ops/reorganise.hpp>
#include <xenos/ops/shuffle.hpp>
#include <xenos/ops/slice.hpp>
#include <xenos/ops/softmax.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

using xenos::bytes_t;
using xenos::conv;
using xenos::cut;
using xenos::placement;
using xenos_test::dice;
using xenos_test::graph_builder;

constexpr auto relu = xenos::activation<xenos::function::relu>{};

template <int N>
bool in_ring(const xenos::plan<N>& p, int unit) {
  return p.units[unit].where == placement::ring;
}

/// The cost of segment [first, last] of a chain, straight from its definition; -1: it does not fit.
template <int N>
std::int64_t chain_cost(const xenos::plan<N>& p, const xenos::target& t, int first, int last) {
  bytes_t zeros = 0;
  bytes_t temporaries = 0;
  bytes_t moved = p.units[last].in_place ? 0 : xenos::detail::bytes_written(p.units[last]);
  for (int i = first; i <= last; ++i) {
    const xenos::unit& u = p.units[i];
    temporaries = std::max(temporaries, xenos::align_up(u.temporary_bytes, t.alignment));
    if (u.input_port >= 0) {
      if (!u.in_place) moved += xenos::detail::bytes_written(u);
      continue;
    }
    const xenos::unit& from = p.units[u.edges[0].from];
    zeros = std::max(zeros, xenos::detail::zero_row_bytes(from, u, u.edges[0].reads));
    if (i == first || from.in_place) {
      moved += xenos::detail::bytes_read(from, u, u.edges[0].reads);
    }
  }
  std::int64_t best = -1;
  for (const int tile : {1, 2, 4, 8, 16, 1 << 24}) {
    bytes_t rings = 0;
    std::int64_t compute = 0;
    for (int i = first; i <= last; ++i) {
      compute += xenos::detail::unit_cycles(p.units[i], t, tile, xenos::detail::all_of(p.units[i]));
      if (i < last && !p.units[i].in_place) {
        rings += bytes_t{ring_bound(p, i, {i + 1}, tile)} * p.units[i].row_stride;
      }
    }
    if (rings + xenos::align_up(zeros, t.alignment) + temporaries > t.scratchpad) continue;
    compute += rings / t.memory_bytes_per_cycle;
    const std::int64_t transfer = moved / t.memory_bytes_per_cycle;
    const std::int64_t cost =
        t.segment_cycles + transfer / 4 + (compute > transfer ? compute : transfer);
    if (best < 0 || cost < best) best = cost;
  }
  return best;
}

/// The least cost over all sets of cuts.
template <int N>
std::int64_t least_cost(const xenos::plan<N>& p, const xenos::target& t) {
  std::int64_t least = -1;
  const int n = p.unit_count;
  for (unsigned cuts = 0; cuts < 1U << (n - 1); ++cuts) {
    std::int64_t sum = 0;
    for (int first = 0, last = 0; last < n && sum >= 0; ++last) {
      if (last < n - 1 && !(cuts >> last & 1U)) continue;
      const std::int64_t cost = chain_cost(p, t, first, last);
      sum = cost < 0 ? -1 : sum + cost;
      first = last + 1;
    }
    if (sum >= 0 && (least < 0 || sum < least)) least = sum;
  }
  return least;
}

}  // namespace

TEST_CASE("cuts and tiles of a chain cost the least there is", "[link]") {
  int cut_by_scratchpad = 0;
  for (int index = 0; index < 300; ++index) {
    dice d(xenos_test::seed(), index);
    graph_builder<10> b;
    int id = b.input({d.between(4, 40), d.between(1, 9), d.between(1, 8)});
    const int length = d.between(2, 7);
    for (int k = 0; k < length; ++k) {
      const int rows = 1 + 2 * d.between(0, 2);
      const int stride = d.chance(25) ? 2 : 1;
      id = b.add(conv{.out = d.between(1, 24), .kernel = {rows, 3}, .stride = {stride, 1}}, id);
      b.records[id].parameter_bytes = d.chance(50) ? d.bytes(16, 100'000) : 0;
      b.records[id].temporary_bytes = d.chance(20) ? d.between(1, 300) : 0;
    }
    b.output(id);
    xenos::target t = d.chance(50) ? xenos::targets::generic : xenos::targets::cortex_m4;
    t.scratchpad = d.bytes(2'000, 40'000);
    t.segment_cycles = d.between(0, 3000);
    t.memory_bytes_per_cycle = d.between(1, 8);
    const auto p = make_segments(b.records, t, xenos::planning{});
    INFO("XENOS_SEED=" << std::hex << xenos_test::seed() << std::dec << " chain " << index);
    if (p.why != xenos::fault::none) {
      CHECK(least_cost(p, t) < 0);
      continue;
    }
    std::int64_t cycles = 0;
    for (int k = 0; k < p.segment_count; ++k) cycles += p.segments[k].cycles;
    // The planner gives up to a fiftieth of a segment for smaller rings.
    CHECK(cycles >= least_cost(p, t));
    CHECK(cycles <= least_cost(p, t) * 51 / 50);
    for (int i = 0; i < p.unit_count; ++i) cut_by_scratchpad += p.units[i].why == cut::scratchpad;
  }
  CHECK(cut_by_scratchpad > 0);
}

TEST_CASE("unlink materialises a tensor", "[link]") {
  graph_builder<8> b;
  const int first = b.add(conv{.out = 4, .kernel = {3, 3}}, b.input({16, 8, 4}));
  b.output(b.add(relu, b.add(conv{.out = 4, .kernel = {3, 3}}, first)));
  const auto linked = make_plan(b.records, xenos::targets::generic);
  CHECK(linked.segment_count == 1);
  CHECK(in_ring(linked, 1));
  b.records[first].cut_after = true;
  const auto apart = make_plan(b.records, xenos::targets::generic);
  CHECK(apart.segment_count == 2);
  CHECK(apart.units[1].where == placement::memory);
  CHECK(apart.units[1].why == cut::asked);
  CHECK(apart.moved_bytes == linked.moved_bytes + 2 * 16 * 8 * 4 * 4);
}

TEST_CASE("unlink separates what would be fused", "[link]") {
  graph_builder<8> b;
  const int first = b.add(conv{.out = 4}, b.input({16, 8, 4}));
  b.output(b.add(relu, first));
  CHECK(make_plan(b.records, xenos::targets::generic).units[1].follower_count == 2);
  b.records[first].cut_after = true;
  const auto p = make_plan(b.records, xenos::targets::generic);
  CHECK(p.units[1].follower_count == 0);
  CHECK(p.units[2].follower_count == 1);
}

namespace {

/// Cuts behind tensors of more than four channels.
struct cut_before_wide : xenos::planning {
  template <int N>
  static bool cuts(const xenos::graph<N>& g, int producer) {
    return g[producer].out.channels > 4;
  }
};

}  // namespace

TEST_CASE("a policy links nothing, or cuts where it likes", "[link]") {
  graph_builder<8> b;
  int id = b.input({16, 8, 4});
  for (int k = 0; k < 3; ++k) id = b.add(conv{.out = 4, .kernel = {3, 3}}, id);
  b.output(id);
  const auto apart = make_plan(b.records, xenos::targets::generic, xenos::planning{.link = false});
  CHECK(apart.segment_count == 4);
  CHECK(apart.near_bytes == 0);

  b.records[2].out.channels = 5;
  const auto p = make_plan(b.records, xenos::targets::generic, cut_before_wide{});
  CHECK(p.segment_count == 2);
  CHECK(p.units[2].why == cut::asked);
}

TEST_CASE("a tile can be forced", "[link]") {
  graph_builder<8> b;
  int id = b.input({30, 8, 4});
  for (int k = 0; k < 3; ++k) id = b.add(conv{.out = 4, .kernel = {3, 3}}, id);
  b.output(id);
  for (const int tile : {1, 3, 7, 30, 1000}) {
    const auto p = make_plan(b.records, xenos::targets::host, xenos::planning{.tile = tile});
    for (int k = 0; k < p.segment_count; ++k) {
      CHECK(p.segments[k].tile == std::min(tile, 30));
    }
  }
}

TEST_CASE("a small scratchpad cuts, a smaller one is refused", "[link]") {
  graph_builder<8> b;
  int id = b.input({30, 16, 8});
  for (int k = 0; k < 3; ++k) id = b.add(conv{.out = 8, .kernel = {3, 3}}, id);
  b.output(id);
  const auto wide = make_plan(b.records, xenos::targets::generic);
  CHECK(wide.segment_count == 1);
  // A row with its halo has 18 pixels of 8 floats, aligned 576 bytes: a ring of three, and zeros.
  const auto with = [&](bytes_t bytes) {
    return make_plan(b.records, xenos::targets::generic.with_scratchpad(bytes));
  };
  CHECK(with(4 * 576).segment_count == 3);
  CHECK(with(576).segment_count == 4);
  CHECK(with(576).units[1].why == cut::scratchpad);
  const auto none = with(575);
  CHECK(none.why == xenos::fault::scratchpad_too_small);
  CHECK(none.where == 1);
  CHECK(none.needs == 576);
  CHECK(none.has == 575);
}

TEST_CASE("only the last tensor of a segment is used outside", "[link]") {
  graph_builder<10> b;
  const int in = b.input({12, 6, 4});
  const int source = b.add(conv{.out = 4}, in);
  b.output(b.add(conv{.out = 4, .kernel = {3, 3}}, source));
  b.output(b.add(conv{.out = 4, .kernel = {5, 5}}, source));
  const auto p = make_plan(b.records, xenos::targets::generic);
  CHECK(p.units[1].where == placement::memory);
  CHECK(p.units[1].why == cut::used_later);
  CHECK(p.segment_count == 3);
}

TEST_CASE("a tensor read whole is materialised", "[link]") {
  graph_builder<10> b;
  const int source = b.add(conv{.out = 4, .kernel = {3, 3}}, b.input({6, 6, 4}));
  const int turned = b.add(xenos::transpose{{1, 0, 2}}, b.add(conv{.out = 4}, source));
  b.output(b.add(xenos::elementwise<xenos::join::add>{}, b.add(conv{.out = 4}, turned), source));
  const auto p = make_plan(b.records, xenos::targets::generic);
  REQUIRE(p.why == xenos::fault::none);
  CHECK(p.units[1].where == placement::memory);
  CHECK(p.units[2].where == placement::memory);
  CHECK(p.units[2].why == cut::whole);
  CHECK(in_ring(p, 3));
}

TEST_CASE("bytes moved are those of the rows that are read", "[link]") {
  const auto moved = [](conv op) {
    graph_builder<4> b;
    const int id = b.add(op, b.input({16, 4, 2}));
    b.output(id);
    const bytes_t written = b.records[id].out.elements() * 4;
    return make_plan(b.records, xenos::targets::generic).moved_bytes - written;
  };
  const int row = 4 * 2 * 4;
  CHECK(moved({.out = 1}) == 16 * row);
  CHECK(moved({.out = 1, .stride = {2, 1}}) == 8 * row);  // every other row only
  CHECK(moved({.out = 1, .kernel = {2, 1}, .stride = {3, 1}, .padding = xenos::valid}) == 10 * row);
  CHECK(moved({.out = 1, .kernel = {3, 1}, .stride = {2, 1}}) == 16 * row);
  CHECK(moved({.out = 1, .kernel = {3, 1}, .stride = {4, 1}, .padding = xenos::valid}) == 12 * row);
}

TEST_CASE("memory-bound work is stitched: one pass over each row", "[link]") {
  constexpr xenos::shape tokens = xenos::sequence(64, 256);
  constexpr bytes_t tensor = 64 * 256 * 4;
  graph_builder<12> b;
  const int source = b.input(tokens);
  const int sum = b.add(xenos::elementwise<xenos::join::add>{}, source, b.input(tokens));
  const int normed = b.add(xenos::layer_norm_attributes{}, sum);
  const int bent = b.add(xenos::activation<xenos::function::gelu_tanh>{}, normed);
  const int weighed = b.add(xenos::softmax_attributes{}, bent);
  const int joined = b.add(xenos::elementwise<xenos::join::mul>{}, weighed, sum);
  const int last = b.add(xenos::rms_norm_attributes{}, joined);
  b.output(b.add(xenos::reduce<xenos::reduction::max>{.channels = true}, last));
  const auto rows_of_rings = [](const auto& p) {
    int most = 0;
    for (int i = 0; i < p.unit_count; ++i) {
      if (p.units[i].where == placement::ring) most = std::max(most, p.units[i].rows);
    }
    return most;
  };
  const auto check = [&](const auto& p) {
    CHECK(p.segment_count == 1);
    CHECK(p.memory_bytes == 0);
    CHECK(p.moved_bytes == 2 * tensor + 64 * 4);
  };
  check(make_plan(b.records, xenos::targets::host));
  // A row at a time, in rings of one row each: add, layer_norm, softmax and rms_norm.
  const auto one = make_plan(b.records, xenos::targets::host, xenos::planning{.tile = 1});
  check(one);
  CHECK(rows_of_rings(one) == 1);
  CHECK(one.scratchpad_bytes == 4 * 1024);
  // The planner comes to that by itself where there is no room for more and memory is far.
  xenos::target far = xenos::targets::host.with_scratchpad(4 * 1024);
  far.memory_bytes_per_cycle = 1;
  const auto tight = make_plan(b.records, far);
  check(tight);
  CHECK(rows_of_rings(tight) == 1);
}

TEST_CASE("what reorganises elements moves them within the scratchpad only", "[link]") {
  constexpr xenos::shape image{16, 8, 4};
  constexpr bytes_t tensor = 16 * 8 * 4 * 4;
  constexpr auto soft = xenos::softmax_attributes{};
  struct bytes {
    bytes_t moved;
    bytes_t near;
    bool operator==(const bytes&) const = default;
  };
  // Between two stages that cannot be fused, beyond what these move without it.
  const auto between = [&](const auto&... ops) {
    const auto of = [&](bool with) {
      graph_builder<16> b;
      int id = b.add(soft, b.input(image));
      if (with) ((id = b.add(ops, id)), ...);
      b.output(b.add(soft, id));
      const bytes_t written = b.records[id].out.elements() * 4;
      const auto p = make_plan(b.records, xenos::targets::host);
      REQUIRE(p.segment_count == 1);
      return bytes{p.moved_bytes - tensor - written, p.near_bytes};
    };
    return bytes{of(true).moved - of(false).moved, of(true).near - of(false).near};
  };
  CHECK(between() == bytes{0, 0});
  const bytes copied{0, 2 * tensor};  // read once and written once
  CHECK(between(xenos::reshape_to{{16, 4, 8}}) == copied);
  CHECK(between(xenos::reshape_to{{32, 4, 4}}) == copied);
  CHECK(between(xenos::flatten_all{}) == copied);
  CHECK(between(xenos::channel_shuffle{2}) == copied);
  CHECK(between(xenos::concat_channels{}) == copied);
  // Half of each row is written and read; the rows that it is taken from count whole.
  CHECK(between(xenos::slice{.begin = {0, 2, 0}, .size = {16, 4, 4}}) == bytes{0, tensor});
  const bytes_t padded = tensor + 2 * 8 * 4 * 4;
  CHECK(between(xenos::zero_pad{.top = 1, .bottom = 1}) == bytes{0, 2 * padded});
}
