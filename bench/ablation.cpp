// What each technique saves on this machine, of XENOS_NETWORK, in microseconds: least times of runs
// that take turns. The techniques are those of docs/paper.md.
#include <cstdio>
#include <cstdlib>

#include "support/timed.hpp"

namespace xn = xenos;
using network = bench::networks::XENOS_NETWORK;

namespace {

constexpr xn::target one = xn::targets::host;
constexpr xn::target two = one.with_cores(2);
constexpr xn::planning apart{.fuse = false, .link = false};
/// Rows dealt out evenly, whatever that costs.
constexpr xn::split::rows_policy naive{apart};

}  // namespace

int main(int argc, char** argv) {
  using xn::candidate;
  const auto found =
      bench::time_network<network, candidate<one, apart>, candidate<one, xn::planning{}>,
                          candidate<two, naive>, candidate<two, apart>,
                          candidate<two, xn::split::rows>, candidate<two, xn::planning{}>,
                          candidate<two, xn::split::pipeline>>(argc > 1 ? std::atoi(argv[1]) : 20,
                                                               2);
  const char* const what[] = {"one core: vanilla", "linking", "two cores: vanilla", "split",
                              "linking",           "both",    "pipeline, one frame"};
  for (std::size_t k = 0; k < found.size(); ++k) {
    std::printf("%s%s %.1f", k == 0 ? "" : ", ", what[k], found[k].seconds * 1e6);
  }
  std::printf("\n");
}
