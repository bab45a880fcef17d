// Runs one network a few times, for programs that count (bench/count.py):
//   bench.once.NETWORK linked|unlinked|scalar RUNS
//   bench.once.NETWORK weights   prints the bytes of its packed weights
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
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

template <xn::target On, bool Link>
int run(int runs) {
  models::seeded make(1);
  network::weights views;
  bench::fill(make, views);
  const auto net = xn::link<On, xn::planning{.link = Link}>(network::expression(views));
  using program = std::remove_const_t<decltype(net)>;
  using input = typename program::template input_buffer<>;
  using output = typename program::template output_buffer<>;
  if (runs == 0) return std::printf("%zu\n", sizeof(typename program::weights)) > 0 ? 0 : 1;
  const auto packed = std::make_unique<typename program::weights>();
  net.pack(*packed);
  const auto arena = std::make_unique<typename program::arena>();
  const input in(make.values(input::extent, 1).data(), input::extent);
  std::vector<float> out(output::extent);
  for (int n = 0; n < runs; ++n) {
    roi_begin();
    net.run(*packed, *arena, in, output(out.data(), out.size()));
    roi_end();
  }
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
