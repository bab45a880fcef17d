// Writes a header that describes this machine as a target: what the system tells, and what the
// library's own kernels and executors reach. Usage: measure_target [name] > my_target.hpp
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>
#include <xenos/core/lanes.hpp>
#include <xenos/exec/threads.hpp>
#include <xenos/xenos.hpp>

#include "../bench/support/peak.hpp"

namespace xn = xenos;

namespace {

/// The least seconds of `work` in many tries, of those that the machine did not disturb.
template <class Work>
double least_seconds(int tries, Work&& work) {
  double least = 1e9;
  for (int n = 0; n < tries; ++n) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    least = std::min(least, took.count());
  }
  return least;
}

/// Clock cycles a second: a chain of rotations, each of which waits one cycle for the one before.
/// (Processors fold chains of additions.)
double clock_rate() {
  constexpr int rotations = 1 << 20;
  const double seconds = least_seconds(50, [] {
    std::uint64_t value = 12345;
    for (int i = 0; i < rotations / 16; ++i) {
      for (int k = 0; k < 16; ++k) {
        value = std::rotl(value, 7);
        asm volatile("" : "+r"(value));
      }
    }
  });
  return rotations / seconds;
}

using bench::native_lanes;

/// Multiply-accumulates a second of registers alone: the limit of any kernel.
double peak_macs() {
  return bench::register_macs / least_seconds(50, [] { bench::multiply_registers(); });
}

/// Bytes a second that one core reads of an array of `bytes`.
double read_rate(std::size_t bytes) {
  const std::vector<float> values(bytes / sizeof(float), 1.0F);
  constexpr std::size_t stride = std::size_t{8} * native_lanes;
  const double seconds = least_seconds(30, [&] {
    bench::native_vector sums[8] = {};
    for (std::size_t i = 0; i + stride <= values.size(); i += stride) {
      for (int k = 0; k < 8; ++k) {
        sums[k] = sums[k] + xn::load_lanes<float, native_lanes>(&values[i + k * native_lanes]);
      }
    }
    asm volatile("" : : "g"(&sums) : "memory");
  });
  return double(bytes) / seconds;
}

/// The least seconds of one inference of `model`, and its plan's constants as a type.
template <auto Policy, class Model>
auto inference(const Model& model, double& seconds) {
  const auto net = xn::link<xn::targets::host, Policy>(model);
  using net_type = std::remove_const_t<decltype(net)>;
  const auto packed = std::make_unique<typename net_type::weights>();
  net.pack(*packed);
  const auto arena = std::make_unique<typename net_type::arena>();
  using input = typename net_type::template input_buffer<>;
  using output = typename net_type::template output_buffer<>;
  const std::vector<float> in(input::extent, 1.0F);
  std::vector<float> out(output::extent);
  seconds = least_seconds(200, [&] {
    net.run(*packed, *arena, input(in.data(), in.size()), output(out.data(), out.size()));
  });
  return net;
}

/// Multiply-accumulates a second that the library's convolution reaches where all is near.
double kernel_macs() {
  using layer = xn::layer<xn::ohwi{64, 3, 3, 64}>;
  static std::vector<float> weights(64 * 3 * 3 * 64 + 64, 0.01F);
  const layer views = {std::span<const float, 64 * 3 * 3 * 64>(weights.data(), 64 * 3 * 3 * 64),
                       std::span<const float, 64>(weights.data(), 64)};
  double seconds = 0;
  const auto net =
      inference<xn::planning{}>(xn::input<float, xn::hwc{28, 28, 64}> |
                                    xn::conv2d<xn::conv{.out = 64, .kernel = {3, 3}}>(views),
                                seconds);
  return double(net.plan.macs) / seconds;
}

/// Seconds of a chain of little work in tiles of `Tile` rows, and the number of its steps.
template <int Tile>
double chain_seconds(int& steps) {
  constexpr xn::max_pool one{.kernel = {1, 1}};
  double seconds = 0;
  const auto net = inference<xn::planning{.tile = Tile}>(
      xn::input<float, xn::hwc{256, 1, 4}> | xn::max_pool2d<one> | xn::max_pool2d<one> |
          xn::max_pool2d<one> | xn::max_pool2d<one>,
      seconds);
  steps = 0;
  for (int k = 0; k < net.plan.segment_count; ++k) steps += net.plan.segments[k].steps;
  return seconds;
}

/// Seconds that starting one tile costs: the same small work in many steps and in few.
double step_seconds() {
  int many = 0;
  int few = 0;
  const double slow = chain_seconds<1>(many);
  const double quick = chain_seconds<256>(few);
  return std::max(slow - quick, 0.0) / (many - few);
}

/// Bytes a second at which one core reads what another has just written.
double exchange_rate() {
  std::vector<float> values(16 * 1024, 1.0F);
  xn::thread_pool pool(2);
  double least = 1e9;
  for (int n = 0; n < 500; ++n) {
    pool.run(2, [&](int core) {
      if (core == 1) std::fill(values.begin(), values.end(), float(n));
    });
    float sum = 0;
    least = std::min(least, least_seconds(1, [&] {
                       for (std::size_t i = 0; i < values.size(); i += 16) sum += values[i];
                     }));
    asm volatile("" : : "g"(&sum) : "memory");
  }
  return double(values.size() * sizeof(float)) / least;
}

/// Seconds in which all cores begin, do nothing, and meet.
double barrier_seconds(int cores) {
  xn::thread_pool pool(cores);
  return least_seconds(2000, [&] { pool.run(cores, [](int) {}); });
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  utsname about{};
  return uname(&about) == 0 ? about.machine : "unknown";
}

int at_least_one(double value) { return std::max(1, static_cast<int>(value + 0.5)); }

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "this_machine";
  const int cores = std::clamp(int(std::thread::hardware_concurrency()), 1, xn::max_cores);
  const long line = std::max(16L, sysconf(_SC_LEVEL1_DCACHE_LINESIZE));
  const long near = sysconf(_SC_LEVEL1_DCACHE_SIZE);
  const long second = sysconf(_SC_LEVEL2_CACHE_SIZE);
  const long own = second > 0 ? second : 256 * 1024;
  const double clock = clock_rate();
  const double peak = peak_macs();
  const double reached = kernel_macs();
  const double scratchpad = read_rate(static_cast<std::size_t>(own / 2));
  const double memory = read_rate(static_cast<std::size_t>(own) * 8);
  const double step = step_seconds();
  const double barrier = cores > 1 ? barrier_seconds(cores) : 0;
  const double exchange = cores > 1 ? exchange_rate() : memory;
  std::printf("// %s, as measure_target found it.\n", processor().c_str());
  std::printf("//   clock %.2f GHz; first-level cache %ld KB, second-level %ld KB\n", clock / 1e9,
              near / 1024, second / 1024);
  std::printf("//   fp32 peak of registers %.1f GFLOP/s, of a 3x3 convolution %.1f (%.0f %%)\n",
              2e-9 * peak, 2e-9 * reached, 100 * reached / peak);
  std::printf("//   reads %.1f GB/s within half the second-level cache, %.1f GB/s beyond it\n",
              scratchpad / 1e9, memory / 1e9);
  std::printf("//   reads what another core has just written at %.1f GB/s\n", exchange / 1e9);
  std::printf("//   starting a tile %.0f ns, %d threads meet in %.2f us\n", step * 1e9, cores,
              barrier * 1e6);
  std::printf("#pragma once\n\n#include <xenos/target/target.hpp>\n\n");
  std::printf("inline constexpr xenos::target %s{\n", name.c_str());
  std::printf("    .name = \"%.15s\",\n    .cores = %d,\n    .megahertz = %d,\n", name.c_str(),
              cores, at_least_one(clock / 1e6));
  std::printf("    .scratchpad = %ld,  // half of the second-level cache\n", own / 2);
  std::printf("    .fast_memory = %ld,  // the other half\n", own / 2);
  std::printf("    .alignment = %ld,\n    .vector_bytes = %d,\n", line,
              native_lanes * int(sizeof(float)));
  std::printf("    .macs_per_cycle = %d,\n    .memory_bytes_per_cycle = %d,\n",
              at_least_one(reached / clock), at_least_one(memory / clock));
  std::printf("    .fast_memory_bytes_per_cycle = %d,\n", at_least_one(scratchpad / clock));
  std::printf("    .exchange_bytes_per_cycle = %d,\n", at_least_one(exchange / clock));
  std::printf("    .scratchpad_bytes_per_cycle = %d,\n    .step_cycles = %d,\n",
              at_least_one(scratchpad / clock), at_least_one(step * clock));
  std::printf("    .barrier_cycles = %d,\n};\n", at_least_one(barrier * clock));
  return 0;
}
