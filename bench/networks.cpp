// Time of one inference, linked and unlinked, with seeded weights.
#include <benchmark/benchmark.h>

#include <memory>

#include "support/fill.hpp"

namespace xn = xenos;

namespace {

struct ds_cnn {
  using weights = models::ds_cnn_weights;
  static auto expression(const weights& w) { return models::ds_cnn(w); }
};
struct resnet8 {
  using weights = models::resnet8_weights;
  static auto expression(const weights& w) { return models::resnet8(w); }
};
template <int Size, int Width, int Classes>
struct mobilenet {
  using weights = models::mobilenet_weights<Width, Classes>;
  static auto expression(const weights& w) { return models::mobilenet<Size>(w); }
};

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

BENCHMARK(inference<ds_cnn, true>)->Name("ds_cnn/linked");
BENCHMARK(inference<ds_cnn, false>)->Name("ds_cnn/unlinked");
BENCHMARK(inference<resnet8, true>)->Name("resnet8/linked");
BENCHMARK(inference<resnet8, false>)->Name("resnet8/unlinked");
BENCHMARK(inference<mobilenet<96, 25, 2>, true>)->Name("mobilenet_v1_025_96/linked");
BENCHMARK(inference<mobilenet<96, 25, 2>, false>)->Name("mobilenet_v1_025_96/unlinked");
BENCHMARK(inference<mobilenet<224, 100, 1000>, true>)->Name("mobilenet_v1_224/linked");
BENCHMARK(inference<mobilenet<224, 100, 1000>, false>)->Name("mobilenet_v1_224/unlinked");

}  // namespace

BENCHMARK_MAIN();
