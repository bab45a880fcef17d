// Time of one inference, linked and unlinked, with seeded weights.
#include <benchmark/benchmark.h>

#include <memory>

#include "../examples/models/ds_cnn.hpp"
#include "../examples/models/mobilenet.hpp"
#include "../examples/models/resnet8.hpp"
#include "../examples/models/seeded.hpp"

namespace xn = xenos;

namespace {

/// Gives every layer of a struct of weights seeded values.
void fill(models::seeded& make, models::ds_cnn_weights& w) {
  make.fill(w.stem);
  for (auto& block : w.blocks) make.fill(block.depthwise), make.fill(block.pointwise);
  make.fill(w.classifier);
}
void fill(models::seeded& make, models::resnet8_weights& w) {
  make.fill(w.stem);
  make.fill(w.stack1.first), make.fill(w.stack1.second);
  make.fill(w.stack2.first), make.fill(w.stack2.second), make.fill(w.stack2.shortcut);
  make.fill(w.stack3.first), make.fill(w.stack3.second), make.fill(w.stack3.shortcut);
  make.fill(w.classifier);
}
template <int Width, int Classes>
void fill(models::seeded& make, models::mobilenet_weights<Width, Classes>& w) {
  const auto both = [&make](auto& block) {
    make.fill(block.depthwise);
    make.fill(block.pointwise);
  };
  make.fill(w.stem);
  both(w.block1), both(w.block2), both(w.block3), both(w.block4), both(w.block5), both(w.block6);
  for (auto& block : w.block7to11) both(block);
  both(w.block12), both(w.block13);
  make.fill(w.classifier);
}

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
  fill(make, views);
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
