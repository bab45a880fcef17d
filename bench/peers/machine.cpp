// What the machine can do at this moment:
//   machine peak       GFLOP/s of fused multiply-adds of one core
//   machine roundtrip  nanoseconds for a cache line to the other core and back
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "../support/peak.hpp"

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// GFLOP/s of registers: the median of several trials.
double peak() {
  double times[101];
  for (double& time : times) {
    const double begin = seconds();
    bench::multiply_registers();
    time = seconds() - begin;
  }
  std::nth_element(times, times + 50, times + 101);
  return 2e-9 * bench::register_macs / times[50];
}

void pin(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  pthread_setaffinity_np(pthread_self(), sizeof only, &only);
}

/// Nanoseconds of a round trip between the first two processors that this process may use.
double roundtrip() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  int cpus[2] = {}, found = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cpus[found++] = cpu;
  }
  if (found < 2) return 0;
  constexpr int trips = 20'000;
  alignas(128) std::atomic<int> ball{-1};
  std::thread other([&] {
    pin(cpus[1]);
    ball = 0;
    for (int n = 0; n < 5 * trips; ++n) {
      while (ball.load(std::memory_order_acquire) != 2 * n + 1) {
      }
      ball.store(2 * n + 2, std::memory_order_release);
    }
  });
  pin(cpus[0]);
  while (ball != 0) std::this_thread::yield();
  double best = 1e9;
  for (int trial = 0, n = 0; trial < 5; ++trial) {
    const double begin = seconds();
    for (const int end = n + trips; n < end; ++n) {
      ball.store(2 * n + 1, std::memory_order_release);
      while (ball.load(std::memory_order_acquire) != 2 * n + 2) {
      }
    }
    best = std::min(best, (seconds() - begin) / trips * 1e9);
  }
  other.join();
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "peak") {
    std::printf("%.1f\n", peak());
  } else if (what == "roundtrip") {
    std::printf("%.0f\n", roundtrip());
  } else {
    std::fprintf(stderr, "usage: %s peak | roundtrip\n", argv[0]);
    return 2;
  }
}
