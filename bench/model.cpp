// Is the cost model right? Plans of XENOS_NETWORK that are forced apart, each timed on this machine
// and modelled: a line each, and how well the order of one is that of the other, of plans that take
// at most twice the time of the best on as many cores: Spearman's rank correlation, and of pairs
// whose times differ by more than 4 % how many the model puts in order. Ways to force a plan that
// come to the same count once; how far apart their times are tells what is noise.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>
#include <xenos/plan/cycles.hpp>

#include "support/timed.hpp"

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

/// `planning` with record `Producer` whole.
template <int Producer>
struct cut_at : xn::planning {
  template <int N>
  [[nodiscard]] constexpr bool cuts(const xn::graph<N>&, int producer) const {
    return producer == Producer;
  }
};

/// `planning` that shares only segments of which the number of the last unit is a multiple of
/// `Every`.
template <int Every>
struct seldom_split : xn::planning {
  [[nodiscard]] constexpr bool allows(const xn::segment_query& s) const {
    return s.split.count() == 1 || s.last % Every == 0;
  }
};

constexpr xn::target one = xn::targets::host;
constexpr xn::target two = one.with_cores(2);

using expression = decltype(network::expression(std::declval<const network::weights&>()));
struct model {
  constexpr auto operator()() const { return network::expression(network::weights{}); }
};
/// `On` with a scratchpad of so many KB, or twice as many until the model fits.
template <xn::target On, int Kilobytes>
constexpr xn::target with_kilobytes() {
  constexpr xn::target t = On.with_scratchpad(xn::bytes_t{1024} * Kilobytes);
  constexpr auto& records = xn::model_records<model, t, true>::records;
  if constexpr (xn::make_plan(records, t).why == xn::fault::none) {
    return t;
  } else {
    return with_kilobytes<On, 2 * Kilobytes>();
  }
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
  if (measured.size() < 2) return;
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
              correlation(ranks(measured), ranks(modelled)), pairs,
              pairs > 0 ? 100.0 * ordered / pairs : 100.0);
}

/// A number that equal plans share.
template <class Candidate>
constexpr std::uint64_t fingerprint() {
  constexpr auto& plan =
      decltype(xn::link<Candidate::on, Candidate::by>(std::declval<const expression&>()))::plan;
  std::uint64_t hash = 14695981039346656037U;
  const auto add = [&hash](int value) { hash = (hash ^ unsigned(value)) * 1099511628211U; };
  add(plan.cores);
  add(plan.unit_count);
  for (int k = 0; k < plan.segment_count; ++k) {
    const xn::segment& s = plan.segments[k];
    for (const int value : {s.last, s.tile, s.strips, s.split.rows, s.split.columns}) add(value);
    add(s.split.channels);
  }
  return hash;
}

template <class... Candidates>
void compare(int passes) {
  const auto timed = bench::time_network<network, Candidates...>(passes, 10);
  constexpr xn::target on[] = {Candidates::on...};
  constexpr xn::planning by[] = {Candidates::by...};
  constexpr std::uint64_t plan[] = {fingerprint<Candidates>()...};
  double best[] = {1e9, 1e9, 1e9};  // by cores
  for (std::size_t i = 0; i < timed.size(); ++i) {
    best[on[i].cores] = std::min(best[on[i].cores], timed[i].seconds);
  }
  std::vector<xn::timing> near;
  std::vector<int> cores;
  double noise = 1;
  std::printf("cores scratchpad, KB  link fuse      tile          us     modelled us   ratio\n");
  for (std::size_t i = 0; i < timed.size(); ++i) {
    const double modelled = double(timed[i].cycles) / on[i].megahertz;
    const double measured = timed[i].seconds * 1e6;
    const std::size_t first = std::size_t(std::find(plan, plan + i, plan[i]) - plan);
    const bool counts = timed[i].seconds <= 2 * best[on[i].cores];
    std::printf("%5d %14lld %5d %4d %9d %11.1f %15.1f %7.2f%s\n", on[i].cores,
                static_cast<long long>(on[i].scratchpad / 1024), by[i].link, by[i].fuse, by[i].tile,
                measured, modelled, measured / modelled,
                first < i ? "  (as above)"
                : counts  ? ""
                          : "  (too slow)");
    if (first < i) {
      const double apart = timed[i].seconds / timed[first].seconds;
      noise = std::max({noise, apart, 1 / apart});
    } else if (counts) {
      near.push_back(timed[i]);
      cores.push_back(on[i].cores);
    }
  }
  for (const int which : {0, 1, 2}) judge(near, cores, which);
  std::printf("times of one plan differ by up to %.1f %%\n", 100 * (noise - 1));
}

using xn::candidate;
using xn::planning;
namespace split = xn::split;

constexpr planning unlinked{.link = false};
constexpr planning apart{.fuse = false, .link = false};

template <class... More>
void compare_images(int passes) {
  compare<candidate<one, planning{}>, candidate<one, planning{.tile = 1}>,
          candidate<one, planning{.tile = 2}>, candidate<one, planning{.tile = 4}>,
          candidate<one, planning{.tile = 8}>, candidate<one, planning{.tile = 16}>,
          candidate<one, unlinked>, candidate<one, planning{.link = false, .tile = 1}>,
          candidate<one, planning{.link = false, .tile = 2}>,
          candidate<one, planning{.link = false, .tile = 4}>, candidate<one, apart>,
          candidate<with_kilobytes<one, 64>(), planning{}>,
          candidate<with_kilobytes<one, 128>(), planning{}>,
          candidate<with_kilobytes<one, 2048>(), planning{}>, candidate<one, often_cut<3>{}>,
          candidate<one, often_cut<4>{}>, candidate<one, often_cut<7>{}>,
          candidate<two, planning{}>, candidate<two, planning{.tile = 1}>,
          candidate<two, planning{.tile = 4}>, candidate<two, unlinked>, candidate<two, apart>,
          candidate<two, split::rows>, candidate<two, split::columns>,
          candidate<two, split::output_channels>, candidate<two, split::paper>,
          candidate<with_kilobytes<two, 64>(), planning{}>, candidate<two, often_cut<4>{}>,
          candidate<two, seldom_split<2>{}>, candidate<two, seldom_split<3>{}>, More...>(passes);
}

/// Of rows of one pixel, or of one row.
template <class... More>
void compare_sequences(int passes) {
  compare<candidate<one, planning{}>, candidate<one, planning{.tile = 8}>,
          candidate<one, planning{.tile = 12}>, candidate<one, planning{.tile = 16}>,
          candidate<one, planning{.tile = 24}>, candidate<one, planning{.tile = 32}>,
          candidate<one, planning{.tile = 48}>, candidate<one, unlinked>,
          candidate<one, planning{.link = false, .tile = 16}>,
          candidate<one, planning{.link = false, .tile = 32}>, candidate<one, apart>,
          candidate<one, planning{.fuse = false, .link = false, .tile = 32}>,
          candidate<one, planning{.fuse = false}>, candidate<with_kilobytes<one, 64>(), planning{}>,
          candidate<one, often_cut<2>{}>, candidate<one, often_cut<3>{}>,
          candidate<one, often_cut<4>{}>, candidate<one, often_cut<5>{}>,
          candidate<one, often_cut<7>{}>, candidate<two, planning{}>,
          candidate<two, planning{.tile = 16}>, candidate<two, planning{.tile = 32}>,
          candidate<two, unlinked>, candidate<two, apart>, candidate<two, split::rows>,
          candidate<two, split::output_channels>, candidate<two, split::paper>,
          candidate<two, often_cut<3>{}>, candidate<two, seldom_split<2>{}>,
          candidate<two, seldom_split<3>{}>, candidate<two, seldom_split<4>{}>,
          candidate<two, seldom_split<5>{}>, candidate<two, seldom_split<7>{}>, More...>(passes);
}

/// A template, so that only one of the lists is compiled.
template <class Model>
void compare_plans(int passes) {
  constexpr auto& records = xn::model_records<Model, one, true>::records;
  if constexpr (records[0].out.width > 1) {
    compare_images<>(passes);
  } else if constexpr (records.count > 32) {
    compare_sequences<>(passes);
  } else {  // few stages: few plans
    compare_sequences<candidate<one, planning{.tile = 5}>, candidate<one, planning{.tile = 6}>,
                      candidate<one, planning{.tile = 7}>, candidate<one, planning{.tile = 10}>,
                      candidate<one, planning{.tile = 14}>, candidate<one, planning{.tile = 20}>,
                      candidate<one, planning{.tile = 9}>, candidate<one, planning{.tile = 11}>,
                      candidate<one, planning{.tile = 18}>, candidate<one, planning{.tile = 28}>,
                      candidate<one, planning{.tile = 40}>, candidate<one, planning{.tile = 56}>,
                      candidate<one, planning{.link = false, .tile = 8}>,
                      candidate<one, planning{.link = false, .tile = 24}>,
                      candidate<one, cut_at<3>{}>, candidate<one, cut_at<5>{}>,
                      candidate<one, cut_at<7>{}>, candidate<one, cut_at<11>{}>,
                      candidate<two, planning{.tile = 8}>, candidate<two, planning{.tile = 24}>,
                      candidate<two, cut_at<3>{}>, candidate<two, cut_at<7>{}>,
                      candidate<two, often_cut<2>{}>, candidate<two, often_cut<5>{}>>(passes);
  }
}

}  // namespace

int main(int argc, char** argv) { compare_plans<model>(argc > 1 ? std::atoi(argv[1]) : 20); }
