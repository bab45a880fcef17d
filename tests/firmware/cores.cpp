// A program of two bare cores, each with its scratchpad in a memory of its own: here one core
// computes the shares of both in turn. `check_objects.py --placed` checks where things lie.
#include <cstddef>
#include <cstdint>
#include <xenos/xenos.hpp>

#include "../../examples/firmware/platform.hpp"

namespace xn = xenos;

namespace {

constexpr std::int8_t filter[8 * 3 * 3 * 4] = {50, -20, 30, 7, -90, 11, 64, -3, 25};
constexpr float scale[1] = {0.01F};
constexpr std::int32_t bias[8] = {};
constexpr xn::quantised_layer<xn::ohwi{8, 3, 3, 4}, 1> layer{filter, scale, bias};

constexpr xn::target machine = [] {
  xn::target t = xn::targets::FIRMWARE_TARGET;
  t.cores = 2;
  t.step_cycles = t.barrier_cycles = 1;
  return t;
}();
constexpr auto net = xn::link<machine, xn::split::rows>(
    xn::input<std::int8_t, xn::hwc{16, 16, 4}, xn::quantisation{0.5F, 3}> |
    xn::conv2d<xn::conv{.out = 8, .kernel = {3, 3}, .padding = xn::valid, .to = {0.4F, -128}}>(
        layer) |
    xn::relu);
using Net = std::remove_const_t<decltype(net)>;
static_assert(Net::plan.cores == 2 && Net::plan.segment_count == 1);  // so that nobody waits

[[gnu::section(".weights")]] constexpr Net::weights weights = net.pack();
[[gnu::section(".dtcm")]] alignas(machine.alignment) std::byte first[Net::plan.scratchpad_bytes];
[[gnu::section(".l2")]] alignas(machine.alignment) std::byte second[Net::plan.scratchpad_bytes];
[[gnu::section(".l2")]] alignas(machine.alignment) std::byte shared[Net::plan.memory_bytes + 1];

std::int8_t image[16 * 16 * 4];
std::int8_t together[14 * 14 * 8];
std::int8_t apart[14 * 14 * 8];

struct alone {
  static void arrive_and_wait() {}
  static void publish(const void*, std::size_t) {}
  static void acquire(const void*, std::size_t) {}
};

}  // namespace

bool run_application() {
  for (int k = 0; k < 16 * 16 * 4; ++k) image[k] = static_cast<std::int8_t>(k * 37 % 251 - 125);
  net.run(weights, xn::arena_tiers{first, shared}, image, together);
  alone sync;
  net.run_core(0, sync, weights, xn::arena_tiers{first, shared}, image, apart);
  net.run_core(1, sync, weights, xn::arena_tiers{second, shared}, image, apart);
  int different = 0;
  int kinds = 0;
  for (int k = 0; k < 14 * 14 * 8; ++k) {
    different += together[k] != apart[k];
    kinds += together[k] > -128;
  }
  const bool good = different == 0 && kinds > 100;
  platform::print(good ? "two cores are one\n" : "failed\n");
  return good;
}
