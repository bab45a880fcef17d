// Time of one inference, linked and unlinked, with seeded weights.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

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

template <class Network>
void register_both(const std::string& name) {
  benchmark::RegisterBenchmark((name + "/linked").c_str(), inference<Network, true>);
  benchmark::RegisterBenchmark((name + "/unlinked").c_str(), inference<Network, false>);
}

}  // namespace

int main(int argc, char** argv) {
  register_both<networks::resnet8>("resnet8");
  register_both<networks::dscnn>("dscnn");
  register_both<networks::mobilenetv1_025_96>("mobilenetv1_025_96");
  register_both<networks::fc_autoencoder>("fc_autoencoder");
  register_both<networks::mobilenetv1>("mobilenetv1");
  register_both<networks::mobilenetv2>("mobilenetv2");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
