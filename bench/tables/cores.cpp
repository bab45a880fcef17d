// What several cores save: one inference on two threads by each split policy, and of a pipeline's
// successive frames one, as a ratio to one core. Runs alternate; a ratio is the median of paired
// runs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>
#include <xenos/exec/threads.hpp>

#include "../support/networks.hpp"

namespace xn = xenos;
namespace networks = bench::networks;

namespace {

constexpr int frames = 8;  // that a pipeline is given at once

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// One network planned for `Cores` by `Policy`, ready to run.
template <class Network, int Cores, auto Policy>
class runner {
 public:
  explicit runner(const typename Network::weights& views)
      : net_(xn::link<xn::targets::host.with_cores(Cores), Policy>(Network::expression(views))),
        packed_(std::make_unique<typename net_type::weights>()),
        arena_(std::make_unique<typename net_type::arena>()) {
    net_.pack(*packed_);
  }
  /// Seconds of one run, of a pipeline of one of `frames`.
  double run(xn::thread_pool& pool, const float* in, float* out) const {
    constexpr auto inputs = std::size_t(net_type::records[0].out.elements());
    constexpr auto outputs = std::size_t(net_type::records[net_type::size - 1].out.elements());
    const double begin = seconds();
    if constexpr (net_type::plan.stages > 1) {
      const auto done = net_.run_frames_on(pool, *packed_, *arena_, std::span(in, frames * inputs),
                                           std::span(out, frames * outputs));
      if (!done) std::abort();
      return (seconds() - begin) / frames;
    } else {
      net_.run_on(pool, *packed_, *arena_, typename net_type::template input_buffer<>(in, inputs),
                  typename net_type::template output_buffer<>(out, outputs));
      return seconds() - begin;
    }
  }

 private:
  using net_type = decltype(xn::link<xn::targets::host.with_cores(Cores), Policy>(
      Network::expression(std::declval<const typename Network::weights&>())));
  net_type net_;
  std::unique_ptr<typename net_type::weights> packed_;
  std::unique_ptr<typename net_type::arena> arena_;
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + long(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Best time of one core, and each policy's median ratio to it.
template <class Network, auto... Policies>
void compare(const char* name, int rounds) {
  models::seeded make(1);
  typename Network::weights views;
  bench::fill(make, views);
  const float* input =
      make.values(frames * 224 * 224 * 3, 1).data();  // at least as many as any takes
  std::vector<float> scores(frames * 2000);
  xn::thread_pool pool(2);
  const runner<Network, 1, xn::planning{}> one(views);
  std::vector<double> alone;
  std::printf("%-22s", name);
  const auto against = [&](const auto& split) {
    std::vector<double> ratios;
    for (int n = 0; n < rounds; ++n) {
      const double single = one.run(pool, input, scores.data());
      const double shared = split.run(pool, input, scores.data());
      if (n < rounds / 10) continue;  // warming up
      alone.push_back(single);
      ratios.push_back(shared / single);
    }
    return median(ratios);
  };
  const double ratios[] = {against(runner<Network, 2, Policies>(views))...};
  std::printf(" %9.1f", *std::min_element(alone.begin(), alone.end()) * 1e6);
  for (const double ratio : ratios) std::printf(" %9.3f", ratio);
  std::printf("\n");
}

template <class Network>
void compare_all(const char* name, int rounds) {
  compare<Network, xn::split::rows, xn::split::columns, xn::split::output_channels,
          xn::split::paper, xn::split::automatic, xn::split::pipeline>(name, rounds);
}

}  // namespace

int main() {
  std::printf("%-22s %9s %9s %9s %9s %9s %9s %9s\n", "two threads / one", "one, us", "rows",
              "columns", "channels", "paper", "automatic", "pipeline");
  compare_all<networks::dscnn>("dscnn", 4000);
  compare_all<networks::resnet8>("resnet8", 2000);
  compare_all<networks::mobilenetv1_025_96>("mobilenetv1_025_96", 2000);
  compare_all<networks::mobilenetv1>("mobilenetv1", 80);
}
