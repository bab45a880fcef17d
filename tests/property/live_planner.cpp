// Random graphs of endless rows: every ring holds what is read, and not a row more.
#include <support/dice.hpp>
#include <support/live_replay.hpp>
#include <support/seed.hpp>

#include <catch2/catch.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

constexpr int capacity = 24;
using graph = xn::graph<capacity>;

/// Output rows for input rows, in lowest terms.
struct rate {
  int rows = 1;
  int of = 1;
  friend bool operator==(const rate&, const rate&) = default;
};
rate times(rate r, const xn::window& w) {
  const int rows = r.rows * w.up;
  const int of = r.of * w.down;
  const auto by = static_cast<int>(xn::detail::common_divisor(rows, of));
  return {rows / by, of / by};
}

xn::record stage(const char* name, xn::mapping map) {
  xn::record node;
  node.name = name;
  node.map = map;
  node.out = xn::rows_of(2, 3);
  node.steps = node.out.height;
  return node;
}

/// A window of any kind: causal, valid, looking ahead, running ahead; strides, now and then more
/// rows out than in.
xn::window some_window(dice& roll, rate so_far) {
  xn::window w;
  w.reach = roll.between(1, 7);
  if (so_far.of < 12 && roll.chance(25)) w.down = roll.between(2, 3);
  if (w.down == 1 && so_far.rows < 4 && roll.chance(15)) w.up = roll.between(2, 3);
  w.offset = -roll.between(0, roll.chance(10) ? 12 : w.reach - 1) * w.up;
  return w;
}

graph random_graph(dice& roll) {
  graph g;
  std::vector<rate> rates;
  std::vector<int> readers;
  const auto push = [&](const xn::record& node, rate r) {
    for (int k = 0; k < node.inputs; ++k) ++readers[std::size_t(node.from[k])];
    g.push(node);
    rates.push_back(r);
    readers.push_back(0);
  };
  const int inputs = roll.between(1, 2);
  for (int i = 0; i < inputs; ++i) {
    xn::record node = stage("input", xn::mapping::reorganise);
    node.kind = xn::role::input;
    node.port = i;
    push(node, {});
  }
  const int stages = roll.between(1, 12);
  for (int n = 0; n < stages; ++n) {
    const int from = roll.chance(60) ? g.count - 1 : roll.between(0, g.count - 1);
    const int other = roll.between(0, g.count - 1);
    if (roll.chance(40) && other != from && rates[std::size_t(other)] == rates[std::size_t(from)]) {
      xn::record join =
          stage("join", roll.chance(50) ? xn::mapping::one_to_one : xn::mapping::reorganise);
      join.inputs = 2;
      join.from[0] = from;
      join.from[1] = other;
      push(join, rates[std::size_t(from)]);
    } else {
      xn::record window = stage("window", xn::mapping::many_to_many);
      window.inputs = 1;
      window.from[0] = from;
      window.reads[0].rows = some_window(roll, rates[std::size_t(from)]);
      window.reads[0].zeros = roll.chance(50);
      push(window, times(rates[std::size_t(from)], window.reads[0].rows));
    }
  }
  int port = 0;
  for (int i = 0, all = g.count; i < all; ++i) {
    if (readers[std::size_t(i)] > 0 || port == xn::max_streams) continue;
    xn::record node = stage("output", xn::mapping::reorganise);
    node.kind = xn::role::output;
    node.port = port++;
    node.inputs = 1;
    node.from[0] = i;
    push(node, rates[std::size_t(i)]);
  }
  return g;
}

}  // namespace

TEST_CASE("rings of random live plans are exact", "[live]") {
  const int first = number_from("XENOS_FIRST", 0);
  const int graphs = number_from("XENOS_GRAPHS", 500);
  for (int n = first; n < first + graphs; ++n) {
    INFO("XENOS_SEED=" << std::hex << seed() << std::dec << " XENOS_FIRST=" << n
                       << " XENOS_GRAPHS=1");
    dice roll(seed(), n);
    const graph g = random_graph(roll);
    auto plan = xn::make_live_plan(g, xn::targets::host, xn::planning{.fuse = roll.chance(80)});
    REQUIRE(plan.why == xn::fault::none);
    const int rows = 2 * plan.prologue + 2 * plan.period;
    REQUIRE(live_replay(plan).run(rows));
    for (int i = 0; i < plan.unit_count; ++i) {
      xn::unit& u = plan.units[i];
      if (u.output_port >= 0 || u.first_consumer < 0) continue;
      --u.rows;
      INFO("unit " << i);
      CHECK_FALSE(live_replay(plan).run(rows));
      ++u.rows;
    }
  }
}
