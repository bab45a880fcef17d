// Time of one inference, linked and unlinked, with seeded weights.
#include <benchmark/benchmark.h>

#include <memory>

#include "support/networks.hpp"

namespace xn = xenos;
namespace networks = bench::networks;

namespace {

template <class Network, bool Link>
void inference(benchmark::State& state) {
  models::seeded make(1);
  typename Network::weights views;
  bench::fill(make, views);
  const auto net =
      xn::link<xn::targets::host, xn::planning{.link = Link}>(Network::expression(views));
  using net_type = decltype(net);
  using program = std::remove_const_t<net_type>;
  constexpr auto in = static_cast<std::size_t>(program::records[0].out.elements());
  constexpr auto out = static_cast<std::size_t>(program::records[program::size - 1].out.elements());
  const auto packed = std::make_unique<typename program::weights>();
  net.pack(*packed);
  const auto arena = std::make_unique<typename program::arena>();
  const std::span<const float, in> input(make.values(in, 1).data(), in);
  std::array<float, out> scores{};
  for (auto _ : state) {
    net.run(*packed, *arena, input, scores);
    benchmark::DoNotOptimize(scores);
  }
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * double(program::plan.macs),
                                                 benchmark::Counter::kIsIterationInvariantRate);
  state.counters["arena"] = double(program::plan.arena_bytes());
  state.counters["moved"] = double(program::plan.moved_bytes);
}

BENCHMARK(inference<networks::resnet8, true>)->Name("resnet8/linked");
BENCHMARK(inference<networks::resnet8, false>)->Name("resnet8/unlinked");
BENCHMARK(inference<networks::dscnn, true>)->Name("dscnn/linked");
BENCHMARK(inference<networks::dscnn, false>)->Name("dscnn/unlinked");
BENCHMARK(inference<networks::mobilenetv1_025_96, true>)->Name("mobilenetv1_025_96/linked");
BENCHMARK(inference<networks::mobilenetv1_025_96, false>)->Name("mobilenetv1_025_96/unlinked");
BENCHMARK(inference<networks::fc_autoencoder, true>)->Name("fc_autoencoder/linked");
BENCHMARK(inference<networks::fc_autoencoder, false>)->Name("fc_autoencoder/unlinked");
BENCHMARK(inference<networks::mobilenetv1, true>)->Name("mobilenetv1/linked");
BENCHMARK(inference<networks::mobilenetv1, false>)->Name("mobilenetv1/unlinked");
BENCHMARK(inference<networks::mobilenetv2, true>)->Name("mobilenetv2/linked");
BENCHMARK(inference<networks::mobilenetv2, false>)->Name("mobilenetv2/unlinked");

}  // namespace

BENCHMARK_MAIN();
