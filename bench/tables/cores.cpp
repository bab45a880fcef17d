// What several cores save: one inference on two threads by each split policy, as a ratio to one
// core. Runs alternate; a ratio is the median of paired runs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>
#include <xenos/exec/threads.hpp>

#include "../support/fill.hpp"

namespace xn = xenos;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// One network planned for `Cores` by `Policy`, ready to run.
template <class Network, int Cores, auto Policy>
class runner {
 public:
  explicit runner(const typename Network::weights& views)
      : net_(Network::template link<xn::targets::host.with_cores(Cores), Policy>(views)),
        packed_(std::make_unique<typename net_type::weights>()),
        arena_(std::make_unique<typename net_type::arena>()) {
    net_.pack(*packed_);
  }
  /// Seconds of one run.
  double run(xn::thread_pool& pool, const float* in, float* out) const {
    const typename net_type::template input_buffer<> input(
        in, std::size_t(net_type::records[0].out.elements()));
    const typename net_type::template output_buffer<> output(
        out, std::size_t(net_type::records[net_type::size - 1].out.elements()));
    const double begin = seconds();
    net_.run_on(pool, *packed_, *arena_, input, output);
    return seconds() - begin;
  }

 private:
  using net_type = decltype(Network::template link<xn::targets::host.with_cores(Cores), Policy>(
      std::declval<const typename Network::weights&>()));
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
  constexpr auto in = std::size_t{Network::inputs};
  const float* input = make.values(in, 1).data();
  std::vector<float> scores(2000);
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

struct ds_cnn {
  static constexpr int inputs = 49 * 10;
  using weights = models::ds_cnn_weights;
  template <xn::target On, auto Policy>
  static auto link(const weights& w) {
    return xn::link<On, Policy>(models::ds_cnn(w));
  }
};
struct resnet8 {
  static constexpr int inputs = 32 * 32 * 3;
  using weights = models::resnet8_weights;
  template <xn::target On, auto Policy>
  static auto link(const weights& w) {
    return xn::link<On, Policy>(models::resnet8(w));
  }
};
template <int Size, int Width, int Classes>
struct mobilenet {
  static constexpr int inputs = Size * Size * 3;
  using weights = models::mobilenet_weights<Width, Classes>;
  template <xn::target On, auto Policy>
  static auto link(const weights& w) {
    return xn::link<On, Policy>(models::mobilenet<Size>(w));
  }
};

template <class Network>
void compare_all(const char* name, int rounds) {
  compare<Network, xn::split::rows, xn::split::columns, xn::split::output_channels,
          xn::split::paper, xn::split::automatic>(name, rounds);
}

}  // namespace

int main() {
  std::printf("%-22s %9s %9s %9s %9s %9s %9s\n", "two threads / one", "one, us", "rows", "columns",
              "channels", "paper", "automatic");
  compare_all<ds_cnn>("DS-CNN", 4000);
  compare_all<resnet8>("ResNet-8", 2000);
  compare_all<mobilenet<96, 25, 2>>("MobileNetV1 0.25 96", 2000);
  compare_all<mobilenet<224, 100, 1000>>("MobileNetV1 224", 80);
}
