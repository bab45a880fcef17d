// Runs one network a few times, for programs that count (bench/count.py):
//   bench.once.NETWORK linked|unlinked|scalar RUNS
//   bench.once.NETWORK weights   prints the bytes of its packed weights
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/networks.hpp"

// What stands between calls of these is counted.
extern "C" [[gnu::noinline]] void roi_begin() { asm volatile(""); }
extern "C" [[gnu::noinline]] void roi_end() { asm volatile(""); }

namespace xn = xenos;

namespace {

using network = bench::networks::XENOS_NETWORK;

constexpr xn::target vectors = xn::targets::host;
/// The same kernels without vectors.
constexpr xn::target scalars = [] {
  xn::target t = vectors;
  t.vector_bytes = sizeof(float);
  return t;
}();

template <class Net, std::size_t... Out>
void run(const Net& net, int runs, std::index_sequence<Out...>) {
  using input = typename Net::template input_buffer<>;
  const auto packed = std::make_unique<typename Net::weights>();
  net.pack(*packed);
  const auto arena = std::make_unique<typename Net::arena>();
  models::seeded make(1);
  const auto values = make.values(input::extent, 1);
  std::vector<float> out[] = {std::vector<float>(Net::template output_buffer<Out>::extent)...};
  for (int n = 0; n < runs; ++n) {
    roi_begin();
    net.run(*packed, *arena, input(values.data(), input::extent),
            typename Net::template output_buffer<Out>(out[Out].data(), out[Out].size())...);
    roi_end();
  }
}

template <xn::target On, bool Link>
int run(int runs) {
  models::seeded make(1);
  network::weights views;
  bench::fill(make, views);
  const auto net = xn::link<On, xn::planning{.link = Link}>(network::expression(views));
  using program = std::remove_const_t<decltype(net)>;
  if (runs == 0) return std::printf("%zu\n", sizeof(typename program::weights)) > 0 ? 0 : 1;
  run(net, runs, std::make_index_sequence<program::outputs>{});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view form = argc > 1 ? argv[1] : "linked";
  const int runs = argc > 2 ? std::atoi(argv[2]) : 1;
  if (form == "linked") return run<vectors, true>(runs);
  if (form == "unlinked") return run<vectors, false>(runs);
  if (form == "weights") return run<vectors, true>(0);
  if (form == "scalar") return run<scalars, true>(runs);
  return 2;
}
