// Rows that do not fit the scratchpad: segments in strips of columns, one after another.
#include <support/cores.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

/// A wide image: halos, strides, a residual, an up-sampling, odd channels.
auto wide() {
  return xn::input<float, xn::hwc{9, 203, 3}> |
         some_conv<xn::conv{.out = 16, .kernel = {3, 3}}, 3>() | xn::relu |
         xn::residual(some_depthwise<xn::depthwise{.kernel = {3, 5}}, 16>(1) | xn::relu |
                      some_conv<xn::conv{.out = 16}, 16>(2)) |
         xn::max_pool2d<xn::max_pool{.kernel = {2, 2}, .stride = {1, 2}, .padding = xn::same}> |
         some_conv<xn::conv{.out = 7, .kernel = {3, 3}, .dilation = {1, 2}}, 16>(3) | xn::tanh |
         xn::resize_nearest<xn::nearest{.factor = {2, 2}}> |
         some_depthwise<xn::depthwise{.kernel = {3, 3}, .stride = {2, 2}}, 7>(4);
}

/// Slow memory, so that linking pays, and a scratchpad smaller than the rows of two stages.
constexpr xn::target narrow(int cores, xn::bytes_t scratchpad) {
  xn::target t = xn::targets::host.with_cores(cores).with_scratchpad(scratchpad);
  t.memory_bytes_per_cycle = 1;
  t.fast_memory = 0;
  t.barrier_cycles = t.segment_cycles = t.step_cycles = 1;
  return t;
}

/// The strips of the segment that has most.
template <class Net>
constexpr int most_strips() {
  int most = 1;
  for (int k = 0; k < Net::plan.segment_count; ++k) {
    const xn::segment& s = Net::plan.segments[k];
    if (s.last > s.first) most = most > s.strips ? most : s.strips;
  }
  return most;
}

template <int Cores, xn::bytes_t Scratchpad, auto Policy = xn::split::none>
void check_strips(int least) {
  constexpr xn::target on = narrow(Cores, Scratchpad);
  const auto model = wide();
  const auto net = xn::link<on, Policy>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(xn::verify(net_type::records, on, net_type::plan).what == xn::flaw::none);
  static_assert(net_type::plan.scratchpad_bytes <= Scratchpad);
  CHECK(most_strips<net_type>() >= least);
  const buffers in = random_inputs<net_type>();
  const buffers want = run_model<xn::targets::host>(model, in);
  CHECK(same_bits(run_program(net, in), want));
  if constexpr (Cores > 1) CHECK(same_bits(run_on_threads(net, in, 2), want));
}

}  // namespace

TEST_CASE("a row of two stages does not fit: strips of columns give the same bits", "[strips]") {
  check_strips<1, 32 * 1024>(2);
  check_strips<1, 16 * 1024>(4);
  check_strips<1, 8 * 1024>(8);
}

TEST_CASE("each core has strips of its share", "[strips]") {
  check_strips<2, 16 * 1024, xn::split::rows>(4);
  check_strips<2, 8 * 1024, xn::split::columns>(4);
}

TEST_CASE("a row of zeros wider than the scratchpad", "[strips]") {
  // One row of the input has 8,000 bytes.
  const auto model =
      xn::input<float, xn::hwc{5, 500, 4}> | some_conv<xn::conv{.out = 4, .kernel = {3, 3}}, 4>();
  constexpr xn::target on = narrow(1, 2048);
  const auto net = xn::link<on>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(xn::verify(net_type::records, on, net_type::plan).what == xn::flaw::none);
  const buffers in = random_inputs<net_type>();
  CHECK(same_bits(run_program(net, in), run_model<xn::targets::host>(model, in)));
}
