// A user's target: one value of type xn::target. Nothing is registered; plans, alignment, arena and
// budget checks follow from it.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <xenos/xenos.hpp>

#include "../models/separable.hpp"

namespace xn = xenos;

namespace {

/// A microcontroller with 48 KB of fast and 160 KB of slow memory. The figures are those of a
/// made-up data sheet; what is left out keeps the cautious default of xn::target.
constexpr xn::target sensor_node{
    .name = "sensor_node",
    .megahertz = 120,
    .scratchpad = 48 * 1024,      // rings and temporaries of one core: tightly coupled memory
    .memory = 160 * 1024,         // the whole arena must fit in it
    .alignment = 8,               // of rows and tensors
    .vector_bytes = 4,            // no vectors
    .macs_per_cycle = 1,          // as kernels reach it
    .memory_bytes_per_cycle = 2,  // a cache miss costs: linking pays
    .scratchpad_bytes_per_cycle = 4,
    .step_cycles = 150,
};

constexpr auto network = models::separable();
constexpr auto net = xn::link<sensor_node>(network);
using Net = decltype(net);

// The budget, checked by the compiler. A model that does not fit does not compile, and the message
// names the stage, the bytes needed and the bytes there are.
static_assert(Net::plan.scratchpad_bytes <= 48 * 1024);
static_assert(Net::plan.arena_bytes() <= 160 * 1024);

// Weights are a constant; on a microcontroller they stay in flash. The two tiers of the arena go
// where the linker script has the fast and the slow memory: add
// __attribute__((section(".tcm"))) or the like to each.
constexpr Net::weights weights = net.pack();
alignas(sensor_node.alignment) std::byte fast[Net::plan.scratchpad_bytes];
alignas(sensor_node.alignment) std::byte slow[Net::plan.memory_bytes + 1];  // none may be needed

}  // namespace

int main() {
  constexpr auto image = support::values<48 * 48 * 3>(7);
  std::array<float, 10> scores;
  std::array<float, 10> expected;
  net.run(weights, xn::arena_tiers{fast, slow}, image, scores);

  constexpr auto generic = xn::link<xn::targets::generic>(network);
  static const auto generic_weights = generic.pack();
  static decltype(generic)::arena arena;
  generic.run(generic_weights, arena, image, expected);

  float largest = 0;
  for (int i = 0; i < 10; ++i) {
    const float difference = scores[i] - expected[i];
    largest = std::max(largest, difference < 0 ? -difference : difference);
  }
  std::printf("%s: %d segments, %zu bytes fast, %lld bytes slow; scores as on %s to %.1g\n",
              sensor_node.name.text, Net::plan.segment_count, sizeof fast,
              static_cast<long long>(Net::plan.memory_bytes), xn::targets::generic.name.text,
              double(largest));

  // Variations of a target are values too. Which scratchpad is the smallest that will do?
  xn::bytes_t smallest = sensor_node.scratchpad;
  for (xn::bytes_t bytes = smallest; bytes >= 1024; bytes -= 1024) {
    const auto plan = xn::make_plan(Net::records, sensor_node.with_scratchpad(bytes));
    if (plan.why == xn::fault::none) smallest = bytes;
  }
  const auto too_small = xn::make_plan(Net::records, sensor_node.with_scratchpad(smallest - 1024));
  std::printf("smallest scratchpad: %lld KB; with one less: %s\n",
              static_cast<long long>(smallest / 1024), xn::text(too_small.why));
  const bool good = largest <= 1e-6F && smallest < sensor_node.scratchpad &&
                    too_small.why != xn::fault::none && too_small.needs > too_small.has;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
