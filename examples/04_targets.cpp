// One model planned for five machines: a target is a value, and each gets a plan of its own. The
// estimates are the cost model's, for one core; all plans run here, on the machine at hand.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <xenos/xenos.hpp>

#include "models/separable.hpp"

namespace xn = xenos;

namespace {

/// A user's own machine: what is not named keeps the cautious value of xn::target.
constexpr xn::target my_board{.name = "my_board",
                              .megahertz = 600,
                              .scratchpad = 24 * 1024,
                              .memory = 256 * 1024,
                              .alignment = 32,
                              .vector_bytes = 16,
                              .macs_per_cycle = 2,
                              .memory_bytes_per_cycle = 2};

constexpr auto network = models::separable();
constexpr auto image = support::values<48 * 48 * 3>(7);
using scores = std::array<float, 10>;

template <xn::target Target>
scores run_on() {
  constexpr auto net = xn::link<Target>(network);
  using Net = decltype(net);
  constexpr auto& plan = Net::plan;
  static_assert(plan.arena_bytes() <= Target.memory);
  static_assert(plan.scratchpad_bytes <= Target.scratchpad);

  std::printf("%-10s %8d %10.1f %9.1f %9.1f %9.2f   ", Target.name.text, plan.segment_count,
              double(plan.scratchpad_bytes) / 1024, double(plan.memory_bytes) / 1024,
              double(plan.moved_bytes) / 1024, 1e-3 * double(plan.cycles) / Target.megahertz);
  for (int k = 0; k < plan.segment_count; ++k) std::printf(" %d", plan.segments[k].tile);
  std::printf("\n");

  static typename Net::weights weights;
  static typename Net::arena arena;
  net.pack(weights);
  scores result{};
  if constexpr (Target.parameters_in_place) {
    net.run(weights, arena, image, result);
  } else {  // a transport brings the weights to the scratchpad: DMA there, a copy here
    xn::copy_transport by;
    if (!net.run_with(by, weights, arena, image, result)) std::puts("the transport failed");
  }
  return result;
}

}  // namespace

int main() {
  std::printf("%-10s %8s %10s %9s %9s %9s    %s\n", "target", "segments", "scratchpad", "memory",
              "moved", "estimate", "tiles: rows a step,");
  std::printf("%-10s %8s %10s %9s %9s %9s    %s\n", "", "", "KB", "KB", "KB", "ms", "by segment");
  const scores results[] = {
      run_on<xn::targets::host>(),  run_on<xn::targets::cortex_m4>(),
      run_on<xn::targets::c6678>(), run_on<xn::targets::zcu102>(),
      run_on<my_board>(),
  };
  // Plans do not change a sum's order. What may differ is a last bit: in scalar code (cortex_m4) a
  // compiler may fuse a multiplication and an addition where it does not in vector code.
  float largest = 0;
  for (const scores& result : results) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      largest = std::max(largest, std::abs(result[i] - results[0][i]));
    }
  }
  std::printf("largest difference of a score between targets: %.1g\n", double(largest));
  return largest <= 1e-6F ? EXIT_SUCCESS : EXIT_FAILURE;
}
