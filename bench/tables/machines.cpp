// MobileNetV1 planned for three machines, all three plans run on this one, with one core and two:
// times that take turns, the least of each, and what the cost model says of them here.
#include <cstdio>
#include <cstdlib>

#include "../support/timed.hpp"

namespace xn = xenos;
using network = bench::networks::mobilenetv1;

namespace {

using model = decltype(network::expression(std::declval<const network::weights&>()));

/// The plan that the model has on `Home`.
template <xn::target Home>
struct planned_for : xn::planning {
  static constexpr auto& plan = decltype(xn::link<Home>(std::declval<const model&>()))::plan;
  [[nodiscard]] constexpr bool allows(const xn::segment_query& s) const {
    return xn::like(plan).allows(s);
  }
};

constexpr xn::target host(int cores) { return xn::targets::host.with_cores(cores); }
constexpr xn::target dsp(int cores) { return xn::targets::c6678.with_cores(cores); }
constexpr xn::target small(int cores) {
  return host(cores).with_scratchpad(xn::bytes_t{64} * 1024);
}

template <xn::target Home>
constexpr int segments = planned_for<Home>::plan.segment_count;

}  // namespace

int main(int argc, char** argv) {
  using xn::candidate;
  const auto timed = bench::time_network<
      network, candidate<host(1), xn::planning{}>, candidate<host(1), planned_for<dsp(1)>{}>,
      candidate<host(1), planned_for<small(1)>{}>, candidate<host(2), xn::planning{}>,
      candidate<host(2), planned_for<dsp(2)>{}>, candidate<host(2), planned_for<small(2)>{}>>(
      argc > 1 ? std::atoi(argv[1]) : 50, 3);
  constexpr int counts[] = {segments<host(1)>, segments<dsp(1)>, segments<small(1)>,
                            segments<host(2)>, segments<dsp(2)>, segments<small(2)>};
  const char* const homes[] = {"host", "c6678", "host of 64 KB"};
  std::printf("cores  planned for     segments         us   to own   modelled us\n");
  for (std::size_t i = 0; i < timed.size(); ++i) {
    const double own = timed[i / 3 * 3].seconds;
    std::printf("%5zu  %-14s %9d %10.1f %8.3f %13.1f\n", i / 3 + 1, homes[i % 3], counts[i],
                timed[i].seconds * 1e6, timed[i].seconds / own,
                double(timed[i].cycles) / host(1).megahertz);
  }
}
