// What the machine can do at this moment:
//   machine peak       GFLOP/s of fused multiply-adds of one core, the best vector size
//   machine roundtrip  nanoseconds for a cache line to the other core and back
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <int Bytes>
struct vector_of {
  typedef float type __attribute__((vector_size(Bytes)));
};

/// sum * factor + factor, held in a register of the vector's full size: clang prefers two halves.
template <class Vector>
inline void accumulate(Vector& sum, const Vector& factor) {
  sum = sum * factor + factor;
#ifdef __x86_64__
  asm volatile("" : "+v"(sum));
#else
  asm volatile("" : "+w"(sum));
#endif
}
template <class Vector, class... Sums>
void accumulate_all(int steps, const Vector& factor, Sums... sums) {
  for (int step = 0; step < steps; ++step) (accumulate(sums, factor), ...);
}

/// GFLOP/s with vectors of `Bytes`; the median of several trials. Twelve independent sums hide the
/// latency of an addition, and fit into 16 registers.
template <int Bytes>
double peak() {
  typename vector_of<Bytes>::type zero{};
  const auto factor = zero + 0.999F;
  constexpr int steps = 20'000;
  double rates[51];
  for (double& rate : rates) {
    const double begin = seconds();
    accumulate_all(steps, factor, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
                   zero);
    rate = 2e-9 * steps * 12 * (Bytes / 4) / (seconds() - begin);
  }
  std::nth_element(rates, rates + 25, rates + 51);
  return rates[25];
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
    double best = std::max(peak<16>(), peak<32>());
#ifdef __AVX512F__
    best = std::max(best, peak<64>());
#endif
    std::printf("%.1f\n", best);
  } else if (what == "roundtrip") {
    std::printf("%.0f\n", roundtrip());
  } else {
    std::fprintf(stderr, "usage: %s peak | roundtrip\n", argv[0]);
    return 2;
  }
}
