// Bounds of this machine that kernels are compared with.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstring>
#include <vector>

namespace {

/// Copies `range(0)` bytes; the reported rate counts bytes read and bytes written.
void copy_bandwidth(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> source(bytes, std::byte{1});
  std::vector<std::byte> target(bytes);
  for (auto _ : state) {
    std::memcpy(target.data(), source.data(), bytes);
    benchmark::DoNotOptimize(target.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(2 * state.iterations() * state.range(0));
}
BENCHMARK(copy_bandwidth)->RangeMultiplier(16)->Range(16 << 10, 64 << 20);

}  // namespace

BENCHMARK_MAIN();
