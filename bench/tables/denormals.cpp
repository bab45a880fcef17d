// What denormal numbers cost a stream: microseconds a row for a signal, and for one that has died
// away to denormal numbers, with the guard of exec/denormals.hpp and without it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "../../examples/models/seeded.hpp"

namespace xn = xenos;

namespace {

constexpr int features = 32;
using layer = xn::weights<float, xn::ohwi{features, 3, 1, features}>;

/// Four causal convolutions that keep the size of what they read; no bias lifts it.
auto network(const layer& w) {
  constexpr xn::conv op{.out = features, .kernel = {3, 1}, .padding = xn::causal};
  const auto stage = xn::conv2d<op>(w);
  return xn::input<float, xn::rows_of(1, features)> | stage | stage | stage | stage;
}

using clock_type = std::chrono::steady_clock;

struct bench {
  models::seeded make{1};
  layer weights{make.values(layer::size, 0.17F).data()};
  decltype(xn::stream<xn::targets::host>(network(weights))) net{network(weights)};
  using net_type = decltype(net);
  std::unique_ptr<net_type::weights> packed = std::make_unique<net_type::weights>();
  std::unique_ptr<net_type::state> state = std::make_unique<net_type::state>();
  std::unique_ptr<net_type::scratch> scratch = std::make_unique<net_type::scratch>();
  float sum = 0;

  bench() { net.pack(*packed); }

  /// Microseconds a row, the least of several runs.
  double measure(float size, bool guarded) {
    constexpr int rows = 2000;
    auto in = make.values(std::size_t(rows) * features, size);
    double best = 1e9;
    for (int run = 0; run < 15; ++run) {
      state->reset();
      const auto sink = [&](auto row) { sum += row[0]; };
      const auto start = clock_type::now();
      if (guarded) {
        if (!net.push(*packed, *state, *scratch, in, sink)) return 0;
      } else {
        push_unguarded(in, sink);
      }
      const std::chrono::duration<double, std::micro> took = clock_type::now() - start;
      best = std::min(best, took.count() / rows);
    }
    return best;
  }

 private:
  /// What `push` does, but for the guard.
  template <class Sink>
  void push_unguarded(std::span<const float> in, const Sink& sink) {
    std::int64_t heights[net_type::units];
    std::fill(std::begin(heights), std::end(heights), xn::no_end);
    std::fill(std::begin(scratch->bytes), std::end(scratch->bytes), std::byte{});
    xn::live_frame<net_type> f{net, *packed, *state, scratch->bytes, heights, {}};
    for (; !in.empty(); in = in.subspan(features)) {
      f.inputs[0] = reinterpret_cast<const std::byte*>(in.data());
      xn::advance_live(f, sink);
      ++state->pushed;
    }
  }
};

}  // namespace

int main() {
  bench b;
  std::printf("%-18s %10s %10s %8s\n", "us a row", "signal", "denormal", "ratio");
  for (const bool guarded : {false, true}) {
    const double signal = b.measure(1.0F, guarded);
    const double denormal = b.measure(1e-39F, guarded);
    std::printf("%-18s %10.3f %10.3f %8.2f\n", guarded ? "with the guard" : "without", signal,
                denormal, denormal / signal);
  }
  return b.sum == b.sum ? 0 : 1;
}
