// Is the cost model right? Plans of XENOS_NETWORK that are forced apart, each timed on this machine
// and modelled: a line each, and how well the order of one is that of the other, of plans that take
// at most twice the time of the best on as many cores: Spearman's rank correlation, and of pairs
// whose times differ by more than 4 %, which are noise, how many the model puts in order.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>
#include <xenos/plan/cycles.hpp>
#include <xenos/report/tune.hpp>

#include "support/networks.hpp"

namespace xn = xenos;
using network = bench::networks::XENOS_NETWORK;

namespace {

/// `planning` with every record whole of which the number is a multiple of `Every`.
template <int Every>
struct often_cut : xn::planning {
  template <int N>
  [[nodiscard]] constexpr bool cuts(const xn::graph<N>&, int producer) const {
    return producer % Every == 0;
  }
};

constexpr xn::target one = xn::targets::host;
constexpr xn::target two = one.with_cores(2);
constexpr xn::target with_kilobytes(xn::target t, int kilobytes) {
  return t.with_scratchpad(xn::bytes_t{1024} * kilobytes);
}

/// Ranks from 1 on, equal values their mean.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<double> found;
  for (const double value : values) {
    double below = 0;
    double equal = 0;
    for (const double other : values) {
      below += other < value;
      equal += other == value;
    }
    found.push_back(below + (equal + 1) / 2);
  }
  return found;
}
double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = double(a.size());
  double mean_a = 0;
  double mean_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean_a += a[i] / n, mean_b += b[i] / n;
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}
/// What is told of plans on `which` cores, or of all.
void judge(const std::vector<xn::timing>& plans, const std::vector<int>& cores, int which) {
  std::vector<double> measured;
  std::vector<double> modelled;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (which > 0 && cores[i] != which) continue;
    measured.push_back(plans[i].seconds);
    modelled.push_back(double(plans[i].cycles));
  }
  int pairs = 0;
  int ordered = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const double apart = measured[i] - measured[k];
      if (std::abs(apart) <= 0.04 * std::min(measured[i], measured[k])) continue;
      ++pairs;
      ordered += apart * (modelled[i] - modelled[k]) > 0;
    }
  }
  std::printf("%2zu plans on %s: Spearman %.3f; of %d pairs apart %.1f %% in order\n",
              measured.size(),
              which == 0   ? "1 or 2 cores"
              : which == 1 ? "1 core"
                           : "2 cores",
              correlation(ranks(measured), ranks(modelled)), pairs, 100.0 * ordered / pairs);
}

template <class... Candidates>
void compare(int passes) {
  models::seeded make(1);
  network::weights views;
  bench::fill(make, views);
  const auto timed = xn::time_candidates<Candidates...>(network::expression(views), passes, 3);
  const xn::target on[] = {Candidates::on...};
  const xn::planning by[] = {Candidates::by...};
  double best[] = {1e9, 1e9, 1e9};  // by cores
  for (std::size_t i = 0; i < timed.size(); ++i) {
    best[on[i].cores] = std::min(best[on[i].cores], timed[i].seconds);
  }
  std::vector<xn::timing> near;
  std::vector<int> cores;
  std::printf("cores scratchpad, KB  link fuse      tile          us     modelled us   ratio\n");
  for (std::size_t i = 0; i < timed.size(); ++i) {
    const double modelled = double(timed[i].cycles) / on[i].megahertz;
    const double measured = timed[i].seconds * 1e6;
    const bool counts = timed[i].seconds <= 2 * best[on[i].cores];
    std::printf("%5d %14lld %5d %4d %9d %11.1f %15.1f %7.2f%s\n", on[i].cores,
                static_cast<long long>(on[i].scratchpad / 1024), by[i].link, by[i].fuse, by[i].tile,
                measured, modelled, measured / modelled, counts ? "" : "  (too slow)");
    if (!counts) continue;
    near.push_back(timed[i]);
    cores.push_back(on[i].cores);
  }
  for (const int which : {0, 1, 2}) judge(near, cores, which);
}

}  // namespace

int main(int argc, char** argv) {
  using xn::candidate;
  using xn::planning;
  namespace split = xn::split;
  compare<candidate<one, planning{}>, candidate<one, planning{.tile = 1}>,
          candidate<one, planning{.tile = 2}>, candidate<one, planning{.tile = 4}>,
          candidate<one, planning{.tile = 8}>, candidate<one, planning{.tile = 16}>,
          candidate<one, planning{.link = false}>,
          candidate<one, planning{.link = false, .tile = 1}>,
          candidate<one, planning{.link = false, .tile = 2}>,
          candidate<one, planning{.link = false, .tile = 4}>,
          candidate<one, planning{.fuse = false, .link = false}>,
          candidate<with_kilobytes(one, 64), planning{}>,
          candidate<with_kilobytes(one, 128), planning{}>,
          candidate<with_kilobytes(one, 2048), planning{}>, candidate<one, often_cut<4>{}>,
          candidate<one, often_cut<7>{}>, candidate<two, planning{}>,
          candidate<two, planning{.tile = 1}>, candidate<two, planning{.tile = 4}>,
          candidate<two, planning{.link = false}>, candidate<two, split::rows>,
          candidate<two, split::columns>, candidate<two, split::output_channels>,
          candidate<two, split::paper>, candidate<with_kilobytes(two, 64), planning{}>,
          candidate<two, often_cut<4>{}>>(argc > 1 ? std::atoi(argv[1]) : 20);
}
