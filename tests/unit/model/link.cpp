#include <support/run.hpp>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

namespace {

namespace xn = xenos;
using namespace xenos_test;

/// Constant weights, so that a model can be packed at compile time.
template <std::size_t Count>
constexpr std::array<float, Count> constant_noise(unsigned start) {
  std::array<float, Count> values{};
  noise next{start};
  for (float& value : values) value = 0.3F * next();
  return values;
}
constexpr auto filter = constant_noise<9 * 3 * 3 * 5>(1);
constexpr auto bias = constant_noise<9>(2);
constexpr auto deep = constant_noise<3 * 3 * 9>(3);
constexpr auto matrix = constant_noise<std::size_t(4 * 9)>(4);
constexpr auto scales = [] {
  auto values = constant_noise<9>(5);
  for (float& value : values) value = value < 0 ? 1 - value : 1 + value;
  return values;
}();

using nine = xn::channel_weights<float, 9>;

/// Two inputs, two outputs, a residual and a chain, folded and fused batch normalisation.
constexpr auto model =
    xn::fork(xn::input<float, xn::hwc{6, 7, 5}>, xn::input<float, xn::hwc{6, 7, 5}, 1> | xn::tanh) |
    xn::add |
    xn::conv2d<xn::conv{.out = 9, .kernel = {3, 3}}>(
        xn::weights<float, xn::ohwi{9, 3, 3, 5}>(filter), nine(bias)) |
    xn::batch_norm(nine(scales), nine(bias), nine(bias), nine(scales)) | xn::relu |
    xn::residual(xn::depthwise2d<xn::depthwise{.kernel = {3, 3}}>(
                     xn::weights<float, xn::hwo{3, 3, 9}>(deep)) |
                 xn::hard_swish |
                 xn::batch_norm(nine(scales), nine(bias), nine(bias), nine(scales))) |
    xn::outputs(xn::global_average_pool |
                    xn::dense<xn::fc{.out = 4}>(xn::weights<float, xn::oi{4, 9}>(matrix)) |
                    xn::softmax,
                xn::sigmoid);

constexpr auto net = xn::link<xn::targets::host>(model);
using net_type = std::remove_cvref_t<decltype(net)>;
constexpr std::size_t in_size = std::size_t(6 * 7 * 5);
constexpr std::size_t out_size = std::size_t(6 * 7 * 9);

static_assert(net_type::inputs == 2 && net_type::outputs == 2);
static_assert(xn::verify(net_type::records, net_type::on, net_type::plan).what == xn::flaw::none);
static_assert(net_type::arena::size == net_type::plan.arena_bytes());
static_assert(std::is_trivially_copyable_v<net_type::weights>);

constexpr auto packed = net.pack();

buffers expected(const buffers& in) { return run_program(net, in); }

/// Adds up what it sees.
struct counting_probe {
  std::map<int, std::multiset<int>>* rows;
  const std::vector<tensor>* want;

  void operator()(int record, int row, std::span<const float> values) {
    (*rows)[record].insert(row);
    const tensor& all = (*want)[std::size_t(record)];
    const auto from = all.begin() + std::ptrdiff_t(row) * std::ptrdiff_t(values.size());
    double largest = 1e-30;
    for (const double value : all) largest = std::max(largest, std::fabs(value));
    for (std::size_t i = 0; i < values.size(); ++i) {
      CHECK(std::fabs(values[i] - from[std::ptrdiff_t(i)]) <= 1e-5 * largest);
    }
  }
};
static_assert(xn::row_probe<counting_probe, float> && !xn::row_probe<xn::no_probe, float>);

/// Writes down when units begin (their number) and end (-1 - number).
struct timing_probe {
  std::vector<int>* times;

  void enter(int unit) { times->push_back(unit); }
  void leave(int unit) { times->push_back(-1 - unit); }
};
static_assert(xn::unit_probe<timing_probe> && !xn::unit_probe<xn::no_probe> &&
              !xn::unit_probe<counting_probe>);

/// A program whose units all compute all their rows.
template <auto Policy>
void check_probes() {
  const auto linked = xn::link<xn::targets::host, Policy>(model);
  using type = std::remove_cvref_t<decltype(linked)>;
  const buffers in = random_inputs<type>();
  const auto want = run_reference(linked, in);
  std::map<int, std::multiset<int>> rows;
  const auto weights = std::make_unique<typename type::weights>();
  linked.pack(*weights);
  const auto arena = std::make_unique<typename type::arena>();
  buffers out = make_outputs<type>();
  linked.run_probed(counting_probe{&rows, &want}, *weights, type::tiers(*arena),
                    typename type::template input_buffer<0>(in[0]),
                    typename type::template input_buffer<1>(in[1]),
                    typename type::template output_buffer<0>(out[0]),
                    typename type::template output_buffer<1>(out[1]));
  CHECK(same_bits(out, run_program(linked, in)));  // a probe changes nothing

  int computed = 0;
  for (int i = 0; i < type::plan.unit_count; ++i) {
    const xn::unit& u = type::plan.units[i];
    if (u.in_place) continue;
    ++computed;
    int last = u.head;  // outputs only say where rows go
    for (int f = 0; f < u.follower_count; ++f) {
      if (type::records[u.followers[f]].kind != xn::role::output) last = u.followers[f];
    }
    std::multiset<int> all;
    for (int y = 0; y < u.out.height; ++y) all.insert(y);
    INFO("unit " << i << ", record " << last);
    CHECK(rows[last] == all);
  }
  CHECK(int(rows.size()) == computed);
}

}  // namespace

TEST_CASE("a model runs on arrays, spans and C arrays", "[link]") {
  const buffers given = random_inputs<net_type>();
  const buffers want = expected(given);
  CHECK(difference(want, reference_outputs(net, given)) == "");

  static net_type::arena arena;
  std::array<float, in_size> array{};
  float c_array[in_size];
  std::copy(given[0].begin(), given[0].end(), array.begin());
  std::copy(given[1].begin(), given[1].end(), c_array);
  std::array<float, 4> scores{};
  float map[out_size];
  const auto as_buffers = [&] {
    return buffers{{scores.begin(), scores.end()}, {std::begin(map), std::end(map)}};
  };
  net.run(packed, arena, array, c_array, scores, map);
  CHECK(same_bits(as_buffers(), want));

  scores = {};
  std::fill(std::begin(map), std::end(map), 0.0F);
  const std::span<const float, in_size> view(array);
  const std::span<float, 4> out(scores);
  net.run(packed, net_type::tiers(arena), view, std::span<float, in_size>(c_array), out, map);
  CHECK(same_bits(as_buffers(), want));
}

TEST_CASE("tiers may lie apart", "[link]") {
  constexpr auto small = xn::targets::generic.with_scratchpad(4 * 1024);
  const auto apart = xn::link<small>(model);
  using type = std::remove_cvref_t<decltype(apart)>;
  STATIC_REQUIRE(type::plan.scratchpad_bytes <= 4 * 1024);
  alignas(64) static std::byte scratchpad[std::size_t(type::plan.scratchpad_bytes)];
  alignas(64) static std::byte memory[std::size_t(type::plan.memory_bytes) + 64];
  const auto weights = std::make_unique<type::weights>();
  apart.pack(*weights);
  const buffers in = random_inputs<type>();
  buffers out = make_outputs<type>();
  run_on(apart, *weights, {scratchpad, memory}, in, out);
  CHECK(difference(out, reference_outputs(apart, in)) == "");
}

TEST_CASE("instances of one program are independent", "[link]") {
  const buffers a = random_inputs<net_type>(1);
  const buffers b = random_inputs<net_type>(2);
  const buffers want_a = expected(a);
  const buffers want_b = expected(b);
  CHECK_FALSE(same_bits(want_a, want_b));
  static net_type::arena arenas[2];
  buffers out_a = make_outputs<net_type>();
  buffers out_b = make_outputs<net_type>();
  const auto many = [](net_type::arena& arena, const buffers& in, buffers& out) {
    for (int i = 0; i < 50; ++i) run_on(net, packed, net_type::tiers(arena), in, out);
  };
  std::thread other([&] { many(arenas[1], b, out_b); });
  many(arenas[0], a, out_a);
  other.join();
  CHECK(same_bits(out_a, want_a));
  CHECK(same_bits(out_b, want_b));
}

TEST_CASE("nothing depends on what the arena held", "[link]") {
  const buffers in = random_inputs<net_type>();
  const buffers want = expected(in);
  static net_type::arena arena;
  for (const int fill : {0xff, 0x00, 0x7f, 0x42}) {
    std::memset(arena.bytes, fill, sizeof arena.bytes);
    buffers out = make_outputs<net_type>();
    run_on(net, packed, net_type::tiers(arena), in, out);
    CHECK(same_bits(out, want));
    run_on(net, packed, net_type::tiers(arena), in, out);
    CHECK(same_bits(out, want));
  }
}

TEST_CASE("packing at compile time and at run time agree", "[link]") {
  const auto at_run_time = std::make_unique<net_type::weights>();
  std::memset(static_cast<void*>(at_run_time.get()), 0, sizeof *at_run_time);
  net.pack(*at_run_time);
  CHECK(std::memcmp(at_run_time.get(), &packed, sizeof packed) == 0);
  const buffers in = random_inputs<net_type>();
  buffers out = make_outputs<net_type>();
  static net_type::arena arena;
  run_on(net, *at_run_time, net_type::tiers(arena), in, out);
  CHECK(same_bits(out, expected(in)));
}

TEST_CASE("a probe sees every row of every unit once, and it is right", "[link][probe]") {
  check_probes<xn::planning{}>();
  check_probes<xn::planning{.fuse = false, .tile = 1}>();
  check_probes<xn::planning{.link = false}>();
}

TEST_CASE("user buffers need no alignment", "[link]") {
  const buffers in = random_inputs<net_type>();
  const buffers want = expected(in);
  alignas(64) static float storage[2 * (in_size + 16) + out_size + 64];
  float* first = storage + 1;
  float* second = first + in_size + 2;
  float* scores = second + in_size + 3;
  float* map = scores + 5;
  std::copy(in[0].begin(), in[0].end(), first);
  std::copy(in[1].begin(), in[1].end(), second);
  static net_type::arena arena;
  net.run(packed, arena, std::span<const float, in_size>(first, in_size),
          std::span<const float, in_size>(second, in_size), std::span<float, 4>(scores, 4),
          std::span<float, out_size>(map, out_size));
  CHECK(same_bits({{scores, scores + 4}, {map, map + out_size}}, want));
}

TEST_CASE("a program is small and its arena is as large as planned", "[link]") {
  STATIC_REQUIRE(sizeof(net_type) <= 16 * sizeof(void*));
  STATIC_REQUIRE(alignof(net_type::arena) == std::size_t(net_type::on.alignment));
  STATIC_REQUIRE(sizeof(net_type::arena) >= std::size_t(net_type::plan.arena_bytes()));
}

TEST_CASE("a probe that times is told every tile of every unit, one after another") {
  const buffers in = random_inputs<net_type>();
  const auto arena = std::make_unique<net_type::arena>();
  buffers out = make_outputs<net_type>();
  std::vector<int> times;
  net.run_probed(timing_probe{&times}, packed, net_type::tiers(*arena),
                 net_type::input_buffer<0>(in[0]), net_type::input_buffer<1>(in[1]),
                 net_type::output_buffer<0>(out[0]), net_type::output_buffer<1>(out[1]));
  CHECK(same_bits(out, run_program(net, in)));
  std::set<int> seen;
  for (std::size_t i = 0; i < times.size(); i += 2) {
    CHECK(times[i] == -1 - times.at(i + 1));
    seen.insert(times[i]);
  }
  int steps = 0;
  for (int k = 0; k < net_type::plan.segment_count; ++k) steps += net_type::plan.segments[k].steps;
  for (int i = 0; i < net_type::plan.unit_count; ++i) {
    CHECK(seen.count(i) == (net_type::plan.units[i].in_place ? 0U : 1U));
  }
  CHECK(times.size() == 2 * std::size_t(steps));
}
