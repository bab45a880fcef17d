// Split plans give the same bits on one core, on threads, and on bare cores with incoherent caches.
#include <support/cores.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

/// Convolutions, depthwise with stride, a residual, pooling and a classifier.
auto network() {
  return xn::input<float, xn::hwc{21, 18, 3}> |
         some_conv<xn::conv{.out = 32, .kernel = {3, 3}, .stride = {2, 2}}, 3>() | xn::relu |
         xn::residual(some_depthwise<xn::depthwise{.kernel = {3, 3}}, 32>(1) | xn::relu |
                      some_conv<xn::conv{.out = 32}, 32>(2)) |
         some_depthwise<xn::depthwise{.kernel = {5, 3}, .stride = {2, 1}}, 32>(3) | xn::relu6 |
         some_conv<xn::conv{.out = 64}, 32>(4) |
         xn::max_pool2d<xn::max_pool{.kernel = {3, 3}, .padding = xn::same}> |
         xn::global_average_pool | some_dense<12, 64>(5) | xn::softmax;
}

/// Two outputs, one of them inner, and concatenated branches of unequal length.
auto branches() {
  return xn::input<float, xn::hwc{16, 13, 16}> |
         some_conv<xn::conv{.out = 48, .kernel = {3, 3}}, 16>() |
         xn::fork(some_conv<xn::conv{.out = 16, .kernel = {3, 3}}, 48>(1) | xn::tanh |
                      some_conv<xn::conv{.out = 17, .kernel = {5, 3}}, 16>(2),
                  some_depthwise<xn::depthwise{.kernel = {3, 3}}, 48>(3)) |
         xn::concat |
         xn::outputs(xn::identity,
                     some_conv<xn::conv{.out = 8, .kernel = {2, 2}, .stride = {2, 2}}, 65>(4));
}

/// Several cores for which splitting pays even in models as small as these.
constexpr xn::target several(xn::target t, int cores) {
  t.cores = cores;
  t.barrier_cycles = 1;
  t.exchange_bytes_per_cycle = 1 << 20;
  t.step_cycles = 1;
  return t;
}
/// And to materialise costs nothing, so that each stage may be split as it likes.
constexpr xn::target several_hosts(int cores) {
  xn::target t = several(xn::targets::host, cores);
  t.segment_cycles = 1;
  t.fast_memory = 0;
  t.memory_bytes_per_cycle = 1 << 20;
  return t;
}
constexpr xn::target dsp(int cores) {
  xn::target t = several(xn::targets::c6678.with_scratchpad(64 * 1024), cores);
  t.parameters_in_place = true;
  return t;
}

template <class Model>
buffers whole(const Model& model, const buffers& in) {
  return run_model<xn::targets::host>(model, in);
}

/// Runs `model` split by `Policy` on `Cores` in three ways; `Split`: segments that must be split.
template <int Cores, auto Policy, class Model>
void check_split(const Model& model, int least_split) {
  constexpr xn::target on = several_hosts(Cores);
  const auto net = xn::link<on, Policy>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(xn::verify(net_type::records, on, net_type::plan).what == xn::flaw::none);
  int split = 0;
  for (int k = 0; k < net_type::plan.segment_count; ++k) {
    split += net_type::plan.segments[k].split.count() > 1;
  }
  INFO("cores " << Cores);
  CHECK(split >= least_split);
  const buffers in = random_inputs<net_type>();
  const buffers want = whole(model, in);
  CHECK(same_bits(run_program(net, in), want));
  CHECK(same_bits(run_on_threads(net, in, 2), want));
  CHECK(same_bits(run_on_threads(net, in, Cores), want));
}

}  // namespace

TEST_CASE("rows", "[cores]") {
  check_split<2, xn::split::rows>(network(), 2);
  check_split<7, xn::split::rows>(network(), 2);
  check_split<3, xn::split::rows>(branches(), 2);
}

TEST_CASE("columns", "[cores]") {
  check_split<2, xn::split::columns>(network(), 2);
  check_split<7, xn::split::columns>(network(), 2);
  check_split<3, xn::split::columns>(branches(), 2);
}

TEST_CASE("output channels", "[cores]") {
  check_split<2, xn::split::output_channels>(network(), 2);
  check_split<4, xn::split::output_channels>(network(), 2);
  check_split<3, xn::split::output_channels>(branches(), 1);
}

TEST_CASE("grids and mixtures", "[cores]") {
  check_split<4, xn::split::grid>(network(), 2);
  check_split<8, xn::split::grid>(branches(), 2);
  check_split<8, xn::split::paper>(network(), 2);
  check_split<4, xn::split::automatic>(network(), 2);
}

namespace {

/// Runs `model` on bare cores; each publication is needed.
template <int Cores, auto Policy, class Model>
void check_incoherent(const Model& model) {
  const auto net = xn::link<dsp(Cores), Policy>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(xn::verify(net_type::records, net_type::on, net_type::plan).what == xn::flaw::none);
  const buffers in = random_inputs<net_type>();
  const buffers want = run_model<dsp(1)>(model, in);
  std::vector<int> counts;
  CHECK(same_bits(run_on_cores(net, in, counts), want));
  REQUIRE(counts.size() > 1);
  for (int core = 0; core < static_cast<int>(counts.size()); ++core) {
    for (int n = 0; n < counts[static_cast<std::size_t>(core)]; ++n) {
      INFO("core " << core << " forgets publication " << n);
      std::vector<int> again;
      CHECK_FALSE(same_bits(run_on_cores(net, in, again, {core, n}), want));
    }
  }
}

}  // namespace

TEST_CASE("cores whose caches are not coherent", "[cores]") {
  check_incoherent<2, xn::split::rows>(network());
  check_incoherent<3, xn::split::columns>(network());
  check_incoherent<2, xn::split::output_channels>(network());
  check_incoherent<4, xn::split::automatic>(network());
}

TEST_CASE("instances share weights and run at once", "[cores]") {
  const auto model = network();
  const auto net = xn::link<xn::targets::host>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  const auto packed = std::make_unique<net_type::weights>();
  net.pack(*packed);
  const buffers first = random_inputs<net_type>(1);
  const buffers second = random_inputs<net_type>(2);
  buffers found[2] = {make_outputs<net_type>(), make_outputs<net_type>()};
  const auto serve = [&](const buffers& in, buffers& out) {
    const auto arena = std::make_unique<net_type::arena>();
    for (int n = 0; n < 20; ++n) run_on(net, *packed, net_type::tiers(*arena), in, out);
  };
  std::thread other([&] { serve(second, found[1]); });
  serve(first, found[0]);
  other.join();
  CHECK(same_bits(found[0], run_program(net, first)));
  CHECK(same_bits(found[1], run_program(net, second)));
}

TEST_CASE("models take turns in one arena", "[cores]") {
  const auto one = xn::link<xn::targets::host>(network());
  const auto two = xn::link<xn::targets::host>(branches());
  using one_type = std::remove_cvref_t<decltype(one)>;
  using two_type = std::remove_cvref_t<decltype(two)>;
  constexpr auto bytes = xn::max_of(one_type::plan.arena_bytes(), two_type::plan.arena_bytes());
  const auto arena = std::make_unique<xn::arena_storage<bytes, 64>>();
  const auto weights_of_one = std::make_unique<one_type::weights>();
  const auto weights_of_two = std::make_unique<two_type::weights>();
  one.pack(*weights_of_one);
  two.pack(*weights_of_two);
  const buffers in_one = random_inputs<one_type>();
  const buffers in_two = random_inputs<two_type>();
  for (int turn = 0; turn < 3; ++turn) {
    buffers out_one = make_outputs<one_type>();
    buffers out_two = make_outputs<two_type>();
    run_on(one, *weights_of_one, {arena->bytes, arena->bytes + one_type::plan.memory_offset()},
           in_one, out_one);
    run_on(two, *weights_of_two, {arena->bytes, arena->bytes + two_type::plan.memory_offset()},
           in_two, out_two);
    CHECK(same_bits(out_one, run_program(one, in_one)));
    CHECK(same_bits(out_two, run_program(two, in_two)));
  }
}
