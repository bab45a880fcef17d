// Pipelines give the same bits as one core: on one thread, on a pool, on bare cores, over frames.
#include <catch2/catch.hpp>
#include <support/cores.hpp>
#include <thread>
#include <xenos/exec/threads.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

constexpr xn::shape image{40, 18, 3};
constexpr int scores = 12;

/// Windows with and without stride, a residual, an accumulating pool; tall enough for rings.
auto network() {
  return xn::input<float, image> |
         some_conv<xn::conv{.out = 16, .kernel = {3, 3}, .padding = xn::pads(0, 2, 1, 1)}, 3>() |
         xn::relu |
         xn::residual(some_depthwise<xn::depthwise{.kernel = {3, 3}}, 16>(1) | xn::relu |
                      some_conv<xn::conv{.out = 16}, 16>(2)) |
         some_depthwise<xn::depthwise{.kernel = {5, 3}, .stride = {2, 1}}, 16>(3) | xn::relu6 |
         some_conv<xn::conv{.out = 64}, 16>(4) |
         xn::max_pool2d<xn::max_pool{.kernel = {3, 3}, .padding = xn::same}> |
         some_conv<xn::conv{.out = 40}, 64>(6) | xn::global_average_pool |
         some_dense<scores, 40>(5) | xn::softmax;
}
/// The second stage may begin in the middle of the rows that it reads.
auto cropped() {
  return xn::input<float, image> | some_conv<xn::conv{.out = 8, .kernel = {3, 3}}, 3>() | xn::relu |
         xn::crop<xn::slice{.begin = {17, 3, 0}, .size = {9, -1, -1}}> |
         some_conv<xn::conv{.out = 24, .kernel = {3, 3}, .dilation = {2, 1}}, 8>(1) |
         some_conv<xn::conv{.out = 4}, 24>(2);
}

template <int Cores>
constexpr xn::target some_cores = xn::targets::host.with_cores(Cores);

/// Tensors between stages of which memory holds fewer rows than there are.
template <class Net>
int rings_between_stages() {
  int rings = 0;
  for (int i = 0; i < Net::plan.unit_count; ++i) {
    const xn::unit& u = Net::plan.units[i];
    rings += u.where == xn::placement::memory && u.rows < u.out.height;
  }
  return rings;
}

/// `Frames` images through a pipeline of `Cores`, in several ways.
template <int Cores, auto Policy, class Model>
void check_pipeline(const Model& model) {
  INFO("cores " << Cores);
  const auto net = xn::link<some_cores<Cores>, Policy>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(net_type::plan.stages == Cores);
  static_assert(xn::verify(net_type::records, net_type::on, net_type::plan).what == xn::flaw::none);
  const auto one = xn::link<xn::targets::host>(model);
  constexpr int frames = 9;
  constexpr std::size_t in_size = image.elements();
  constexpr auto out_size =
      static_cast<std::size_t>(net_type::records[net_type::size - 1].out.elements());
  std::vector<float> in(frames * in_size);
  std::vector<float> want(frames * out_size);
  noise next{seed()};
  for (float& x : in) x = next();
  const auto packed = std::make_unique<typename net_type::weights>(net.pack());
  const auto arena = std::make_unique<typename net_type::arena>();
  const auto image_of = [&](int k) {
    return std::span<const float, in_size>(in.data() + std::size_t(k) * in_size, in_size);
  };
  const auto scores_of = [](std::vector<float>& out, int k) {
    return std::span<float, out_size>(out.data() + std::size_t(k) * out_size, out_size);
  };
  {
    const auto packed_one = std::make_unique<typename decltype(one)::weights>(one.pack());
    const auto arena_one = std::make_unique<typename decltype(one)::arena>();
    for (int k = 0; k < frames; ++k) {
      one.run(*packed_one, *arena_one, image_of(k), scores_of(want, k));
    }
  }
  {  // frame by frame on one thread
    std::vector<float> out(want.size());
    for (int k = 0; k < frames; ++k) net.run(*packed, *arena, image_of(k), scores_of(out, k));
    CHECK(out == want);
  }
  for (const int threads : {1, Cores, Cores + 2}) {
    for (const int spins : {0, 1000}) {
      std::vector<float> out(want.size());
      xn::thread_pool pool(threads, spins);
      for (int k = 0; k < frames; ++k) {
        net.run_on(pool, *packed, *arena, image_of(k), scores_of(out, k));
      }
      CHECK(out == want);
      out.assign(out.size(), 0);
      CHECK(net.run_frames_on(pool, *packed, *arena, in, out));
      CHECK(out == want);
    }
  }
  {  // bare cores, each with a scratchpad of its own
    std::vector<float> out(want.size());
    const auto state = std::make_unique<typename net_type::pipeline>();
    for (int again = 0; again < 2; ++again) {
      std::vector<std::thread> cores;
      for (int core = 0; core < Cores + 1; ++core) {  // one has nothing to do
        cores.emplace_back([&, core] {
          xn::arena_tiers own = net_type::tiers(*arena);
          if (core < Cores) own.scratchpad += core * net_type::plan.scratchpad_stride();
          for (int k = 0; k < frames; ++k) {
            net.run_stage(core, *state, *packed, own, image_of(k), scores_of(out, k));
          }
        });
      }
      for (std::thread& core : cores) core.join();
      CHECK(out == want);
      out.assign(out.size(), 0);
      if (again == 0) state->restart();
    }
  }
}

}  // namespace

TEST_CASE("stages of a pipeline", "[pipeline]") {
  check_pipeline<2, xn::split::pipeline>(network());
  check_pipeline<4, xn::split::pipeline>(network());
  constexpr xn::split::pipeline_policy close{{{.tile = 1}}, 1};
  check_pipeline<3, close>(network());
  using net = decltype(xn::link<some_cores<3>, close>(network()));
  CHECK(rings_between_stages<net>() == 2);
}

TEST_CASE("a stage that begins in the middle", "[pipeline]") {
  constexpr xn::split::pipeline_policy close{{{.tile = 1}}, 1};
  check_pipeline<2, close>(cropped());
  CHECK(rings_between_stages<decltype(xn::link<some_cores<2>, close>(cropped()))>() == 1);
}

TEST_CASE("fewer stages than cores where there is no place to cut", "[pipeline]") {
  const auto model = xn::input<float, image> | some_conv<xn::conv{.out = 4}, 3>();
  const auto net = xn::link<some_cores<4>, xn::split::pipeline>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  CHECK(net_type::plan.stages == 1);
  const buffers in = random_inputs<net_type>();
  CHECK(same_bits(run_program(net, in), run_model<xn::targets::host>(model, in)));
}

TEST_CASE("a ring that is too small stops the stages, and is noticed", "[pipeline]") {
  constexpr xn::split::pipeline_policy close{{{.tile = 1}}, 1};
  using net = decltype(xn::link<some_cores<3>, close>(network()));
  int rings = 0;
  for (int i = 0; i < net::plan.unit_count; ++i) {
    const xn::unit& u = net::plan.units[i];
    if (u.where != xn::placement::memory || u.rows == u.out.height) continue;
    ++rings;
    auto damaged = net::plan;
    xn::unit& ring = damaged.units[i];
    --ring.rows;  // what it may be ahead
    ring.bytes -= ring.row_stride;
    CHECK(xn::detail::stages_end(damaged, 3));
    --ring.rows;
    CHECK_FALSE(xn::detail::stages_end(damaged, 3));
  }
  CHECK(rings == 2);
}

TEST_CASE("buffers that hold no whole number of frames", "[pipeline]") {
  const auto net = xn::link<some_cores<2>, xn::split::pipeline>(network());
  using net_type = std::remove_cvref_t<decltype(net)>;
  const auto packed = std::make_unique<typename net_type::weights>(net.pack());
  const auto arena = std::make_unique<typename net_type::arena>();
  xn::thread_pool pool(2);
  std::vector<float> in(2 * image.elements());
  std::vector<float> out(2 * scores, -1.0F);
  const std::vector<float> untouched = out;
  const auto refused = [&](std::size_t inputs, std::size_t outputs) {
    const auto done = net.run_frames_on(pool, *packed, *arena, std::span(in).first(inputs),
                                        std::span(out).first(outputs));
    return !done && done.error() == xn::errc::size_mismatch && out == untouched;
  };
  CHECK(refused(in.size() - 1, out.size()));
  CHECK(refused(in.size() / 2, out.size()));
  CHECK(refused(in.size(), out.size() - 1));
  CHECK(refused(in.size(), 0));
  CHECK(net.run_frames_on(pool, *packed, *arena, std::span(in).first(0), std::span(out).first(0)));
  CHECK(out == untouched);
}
