// Live plans: ring capacities are enough and no row more, for the schedule as it is specified.
#include <catch2/catch.hpp>
#include <support/live_replay.hpp>
#include <support/user_operations.hpp>
#include <xenos/expr/trace.hpp>
#include <xenos/expr/vocabulary.hpp>
#include <xenos/plan/live.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

template <int Height, int Stride, int Dilation, xn::margins Padding>
constexpr xn::conv conv_of{.out = 4,
                           .kernel = {Height, 1},
                           .stride = {Stride, 1},
                           .dilation = {Dilation, 1},
                           .padding = Padding};
template <int Height, int Stride = 1, int Dilation = 1, xn::margins Padding = xn::causal>
constexpr auto layer = xn::conv2d<conv_of<Height, Stride, Dilation, Padding>>(
    xn::weights<float, xn::ohwi{4, Height, 1, 4}>{});
constexpr auto input = xn::input<float, xn::rows_of(1, 4)>;

constexpr auto chain = input | layer<3> | layer<5, 2> | layer<2, 3> | layer<4, 1, 3>;
constexpr auto delays = input | xn::residual(layer<5, 1, 1, xn::same> | layer<3, 1, 2, xn::same>) |
                        xn::fork(layer<4, 1, 1, xn::pads(0, 3, 0, 0)>, layer<6>, xn::identity) |
                        xn::concat;
constexpr auto valid = input | layer<7, 2, 1, xn::valid> | xn::relu | layer<3, 3, 2, xn::valid>;
constexpr auto ahead = input | layer<3, 1, 1, xn::pads(9, 0, 0, 0)> | layer<5, 2>;
constexpr auto heads =
    input | layer<3, 2> | xn::outputs(layer<2, 3>, xn::sliding_pool<6>, layer<3, 2> | layer<9>);
constexpr auto more_rows = input | xn::stage_of<upsample_rows{4, true}>() | layer<5, 3> |
                           xn::stage_of<upsample_rows{3}>() | layer<2>;

template <class Expression>
void check_rings(const Expression&) {
  using trace = xn::traced<Expression>;
  static constexpr auto plan = xn::make_live_plan(trace::records, xn::targets::host);
  static_assert(plan.why == xn::fault::none);
  const auto good = [](const auto& p) { return live_replay(p).run(3 * p.prologue + 3 * p.period); };
  CHECK(good(plan));
  for (int i = 0; i < plan.unit_count; ++i) {
    if (plan.units[i].output_port >= 0) continue;
    INFO("unit " << i << " of " << plan.units[i].rows << " rows");
    auto spoilt = plan;
    --spoilt.units[i].rows;
    CHECK_FALSE(good(spoilt));
  }
  // The schedule repeats: in a period every unit makes the rows that the plan says.
  live_replay once(plan);
  live_replay again(plan);
  once.run(plan.prologue);
  again.run(plan.prologue + plan.period);
  for (int i = 0; i < plan.unit_count; ++i) {
    CHECK(once.rows()[std::size_t(i)] == plan.begun[i]);
    CHECK(again.rows()[std::size_t(i)] - once.rows()[std::size_t(i)] == plan.produced[i]);
  }
}

template <class Expression>
constexpr auto plan_of(const Expression&) {
  return xn::make_live_plan(xn::traced<Expression>::records, xn::targets::host);
}
/// Rows held of the tensor of unit `index`.
template <class Expression>
constexpr int held(const Expression& model, int index) {
  return plan_of(model).units[index].rows;
}

// A window's rows and no more where nothing waits; a skip waits for the longest branch.
static_assert(held(input | layer<3>, 0) == 3);
static_assert(held(input | layer<3, 1, 4>, 0) == 9);
static_assert(held(input | layer<4, 3>, 0) == 4);
static_assert(held(input | xn::residual(layer<3>), 0) == 3);
static_assert(held(input | xn::residual(layer<3, 1, 1, xn::same>), 0) == 3);
static_assert(held(input | xn::residual(layer<5, 1, 1, xn::pads(0, 4, 0, 0)>), 0) == 5);
static_assert(held(input | xn::relu, 0) == 1);

constexpr auto latency(const auto& plan) { return plan.latency[plan.unit_count - 1]; }
static_assert(latency(plan_of(chain)) == 0);
static_assert(latency(plan_of(input | layer<5, 1, 1, xn::same>)) == 2);
static_assert(latency(plan_of(input | layer<5, 1, 1, xn::valid>)) == 4);
static_assert(latency(plan_of(input | layer<3, 2> | layer<3, 1, 1, xn::same>)) == 2);
static_assert(latency(plan_of(input | layer<3, 1, 1, xn::pads(9, 0, 0, 0)>)) == -7);

static_assert(plan_of(chain).period == 6 && plan_of(chain).produced[3] == 1);
static_assert(plan_of(more_rows).period == 3);

}  // namespace

TEST_CASE("rings of live plans are exact", "[live]") {
  check_rings(chain);
  check_rings(delays);
  check_rings(valid);
  check_rings(ahead);
  check_rings(heads);
  check_rings(more_rows);
}

TEST_CASE("live plans are made at run time too", "[live]") {
  const auto records = xn::traced<std::remove_cvref_t<decltype(delays)>>::records;
  const auto plan = xn::make_live_plan(records, xn::targets::cortex_m4);
  constexpr auto constant = xn::make_live_plan(
      xn::traced<std::remove_cvref_t<decltype(delays)>>::records, xn::targets::cortex_m4);
  REQUIRE(plan.why == xn::fault::none);
  CHECK(plan.ring_bytes == constant.ring_bytes);
  CHECK(plan.scratch_bytes == constant.scratch_bytes);
  const auto none = xn::make_live_plan(records, xn::targets::cortex_m4.with_memory(64));
  CHECK(none.why == xn::fault::memory_too_small);
  CHECK(none.needs == plan.ring_bytes + plan.scratch_bytes);
}

TEST_CASE("rows far from the first are found by the same windows", "[live]") {
  const std::int64_t far = std::int64_t{3} << 40;
  CHECK(xn::first_read({3, 1, 2, -2}, far) == 2 * far - 2);
  CHECK(xn::first_read({2, 3, 1, -1}, 3 * far) == far - 1);
  CHECK(xn::first_read({2, 3, 1, -1}, 3 * far + 1) == far);
  CHECK(xn::first_read({2, 3, 1, -1}, 0) == -1);
}
