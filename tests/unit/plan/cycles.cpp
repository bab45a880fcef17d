#include <xenos/plan/cycles.hpp>

#include <catch2/catch.hpp>
#include <support/graph_builder.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/plan/verify.hpp>
#include <xenos/target/catalogue.hpp>

#include "../../../examples/models/mobilenet.hpp"

namespace {

using namespace xenos;
using xenos_test::graph_builder;

constexpr target dsp = [] {
  target t = targets::c6678.with_cores(1);
  t.step_cycles = 0;
  return t;
}();
constexpr target logic = targets::zcu102;

/// Two convolutions of 8x16x32 by 32x32 weights, 131,072 multiply-accumulates and `parameters`
/// bytes each, the tensor between them whole in memory.
constexpr graph<4> two_layers(bytes_t parameters, dtype type = dtype::f32) {
  graph_builder<4> b;
  const int in = b.input({8, 16, 32});
  const int first = b.add(conv{.out = 32}, in);
  const int second = b.add(conv{.out = 32}, first);
  b.output(second);
  b.records[first].cut_after = true;
  for (const int id : {first, second}) b.records[id].parameter_bytes = parameters;
  for (record& r : b.records.nodes) r.type = type;
  return b.records;
}
constexpr bytes_t tensor = 8 * 16 * 32 * 4;

constexpr cycle_count small = modelled_cycles(make_plan(two_layers(4096), dsp), dsp);
static_assert(small.computing == 2 * 131'072 / 4);
// The caller's image and result at 7,420 MB/s, 5.936 bytes a cycle, the tensor between at 16.
static_assert(small.moving == 2 * (tensor * 1250 / 7420) + 2 * tensor / 16);
// The first layer's parameters are waited for, the others come while it computes.
static_assert(small.parameters == 4096 * 1250 / 7420 + 200);
static_assert(small.meeting == 2 * 500);
static_assert(small.total() == small.computing + small.moving + small.parameters + small.meeting);

constexpr cycle_count integers = modelled_cycles(make_plan(two_layers(4096, dtype::i8), dsp), dsp);
static_assert(integers.computing == 2 * 131'072 / 16);

// A target without fast memory: everything is beyond.
constexpr cycle_count of_logic = modelled_cycles(make_plan(two_layers(4096), logic), logic);
static_assert(of_logic.moving == 2 * (2 * tensor * 200 / 11900));

// An infeasible plan costs nothing, so that nobody takes it for cheap it says why.
constexpr auto none = make_plan(two_layers(4096), dsp.with_scratchpad(1024));
static_assert(none.why != fault::none && modelled_cycles(none, dsp).total() == 0);

/// A model planned for three machines of eight cores.
struct mobilenet_v1 {
  constexpr auto operator()() const {
    return models::mobilenet<224>(models::mobilenet_weights<100, 1000>{});
  }
};
constexpr target machines[] = {targets::host.with_cores(8), targets::c6678,
                               targets::host.with_cores(8).with_scratchpad(64 * 1024)};
template <int Which>
constexpr auto& records_on =
    model_records<mobilenet_v1, machines[Which], machines[Which].parameters_in_place>::records;
using mobilenet_plan = plan<model_records<mobilenet_v1, machines[0], true>::size>;

mobilenet_plan plan_on(int machine, const mobilenet_plan* as = nullptr) {
  const auto& g = machine == 0 ? records_on<0> : machine == 1 ? records_on<1> : records_on<2>;
  return as != nullptr ? make_plan(g, machines[machine], like(*as))
                       : make_plan(g, machines[machine]);
}

bool same_segments(const mobilenet_plan& a, const mobilenet_plan& b) {
  bool same = a.segment_count == b.segment_count;
  for (int k = 0; same && k < a.segment_count; ++k) {
    const segment& one = a.segments[k];
    const segment& other = b.segments[k];
    same = one.first == other.first && one.tile == other.tile && one.split == other.split &&
           one.strips == other.strips;
  }
  return same;
}

}  // namespace

TEST_CASE("a transport that is slower than computing is waited for", "[cycles]") {
  const bytes_t parameters = 160 * 1024;
  const std::int64_t bringing = parameters * 1250 / 7420 + 200;
  const auto g = two_layers(parameters);
  const auto slow = modelled_cycles(make_plan(g, dsp), dsp);
  CHECK(slow.parameters == bringing);  // 27,794 cycles, fewer than computing takes
  target quick = dsp;
  quick.macs_per_cycle = 64;
  const auto waits = segment_cycles(make_plan(g, quick), quick, 0);
  CHECK(waits.parameters == 2 * bringing - waits.computing - waits.moving);
}

TEST_CASE("cores that need the same parameters bring them once through fast memory", "[cycles]") {
  using detail::bringing_cycles;
  const target t = targets::c6678;
  CHECK(bringing_cycles(t, 64'000, 8, 1, 1) == 64'000 * 1250 / 7420 + 200);
  CHECK(bringing_cycles(t, 64'000, 8, 8, 1) == 8 * 64'000 * 1250 / 7420 + 200);
  target without = t;
  without.fast_memory = 0;
  CHECK(bringing_cycles(without, 64'000, 8, 1, 1) == 8 * 64'000 * 1250 / 7420 + 200);
}

TEST_CASE("MobileNet's plan for a machine is the best of three on it", "[cycles]") {
  static mobilenet_plan own[3];
  for (int k = 0; k < 3; ++k) own[k] = plan_on(k);
  for (int k = 0; k < 3; ++k) {
    REQUIRE(own[k].why == fault::none);
    CHECK_FALSE(same_segments(own[k], own[(k + 1) % 3]));
    const auto best = modelled_cycles(own[k], machines[k]).total();
    for (int of = 0; of < 3; ++of) {
      const auto forced = plan_on(k, &own[of]);
      INFO(machines[k].name.text << " runs the plan of machine " << of);
      if (of == k) {
        REQUIRE(same_segments(forced, own[k]));
        CHECK(modelled_cycles(forced, machines[k]).total() == best);
      } else if (forced.why != fault::none) {
        CHECK(forced.why == fault::policy_allows_nothing);
      } else {
        CHECK(same_segments(forced, own[of]));
        CHECK(modelled_cycles(forced, machines[k]).total() > best);
      }
    }
  }
}
