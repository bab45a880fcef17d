// A plan is a value: read it, print it, assert on it at compile time.
#include <cstdio>
#include <cstdlib>

#include <xenos/plan/explain.hpp>
#include <xenos/xenos.hpp>

#include "models/separable.hpp"

namespace xn = xenos;

constexpr auto host = xn::targets::host;
constexpr auto network = models::separable();

// The same model planned twice: linked, and every stage on its own.
using Linked = decltype(xn::link<host>(network));
using Apart = decltype(xn::link<host, xn::planning{.link = false}>(network));
constexpr auto& plan = Linked::plan;

// A unit is a stage with the one-to-one stages that run on its accumulators: the five ReLUs cost
// nothing of their own. Record 1 is the first convolution, record 2 its ReLU.
static_assert(Linked::records.count == 15);
static_assert(plan.unit_count == 9);
static_assert(plan.units[1].head == 1 && plan.units[1].followers[0] == 2);

// All are linked: one segment, and no tensor is whole anywhere. Unlinked, there is a segment a
// unit.
static_assert(plan.segment_count == 1 && plan.memory_bytes == 0);
static_assert(Apart::plan.segment_count == Apart::plan.unit_count);

// The first depthwise convolution (unit 2) reads three rows. Unit 1 keeps in its ring what a tile
// of unit 2 reads, and at most one tile less a row more; never all 24 rows that it makes in a run.
constexpr int tile = plan.segments[0].tile;
static_assert(plan.units[1].rows <= (tile + 2) + (tile - 1));
static_assert(plan.units[1].rows < plan.units[1].out.height);

// Each row has zeroed columns where the reader's window reaches beyond the image, so that inner
// loops test nothing: here one before and one after.
static_assert(plan.units[1].halo_left == 1 && plan.units[1].halo_right == 1);

// Bytes. Linked, only the image and the scores cross the scratchpad's border.
static_assert(plan.moved_bytes == (48 * 48 * 3 + 10) * sizeof(float));
static_assert(plan.arena_bytes() < 100 * 1024);
static_assert(plan.moved_bytes * 20 < Apart::plan.moved_bytes);

// And it is right: the verifier replays the schedule row by row and finds no flaw.
static_assert(xn::verify(Linked::records, Linked::on, plan).what == xn::flaw::none);

int main() {
  xn::explain(Linked::records, plan, host, [](const char* text) { std::fputs(text, stdout); });

  // The planner is an ordinary function that runs at run time as well. How small may the scratchpad
  // be, and what does that cost?
  std::printf("\nscratchpad KB  segments  moved KB\n");
  bool good = true;
  for (const xn::bytes_t kilobytes : {512, 64, 32, 8, 2}) {
    const auto on = host.with_scratchpad(kilobytes * 1024);
    const auto p = xn::make_plan(Linked::records, on);
    if (p.why != xn::fault::none) {
      std::printf("%13lld  %s\n", static_cast<long long>(kilobytes), xn::text(p.why));
      continue;
    }
    std::printf("%13lld  %8d  %8.1f\n", static_cast<long long>(kilobytes), p.segment_count,
                double(p.moved_bytes) / 1024);
    good = good && p.scratchpad_bytes <= on.scratchpad &&
           xn::verify(Linked::records, on, p).what == xn::flaw::none;
  }
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
