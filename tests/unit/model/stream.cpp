// What a live program promises beside its results: refusals, when rows come, endless counters.
#include <support/streaming.hpp>
#include <support/user_operations.hpp>

#include <numeric>

namespace {

using namespace xenos_test;

template <int Height, int Stride = 1>
constexpr xn::conv causal{
    .out = 4, .kernel = {Height, 1}, .stride = {Stride, 1}, .padding = xn::causal};

/// Strides of two and three, a residual whose body looks ahead.
template <int T>
auto model() {
  constexpr xn::depthwise around{.kernel = {5, 3}};
  return xn::input<float, xn::hwc{T, 3, 4}> | some_conv<causal<4, 2>, 4>() | xn::relu |
         xn::residual(some_depthwise<around, 4>(1)) | some_conv<causal<2, 3>, 4>(2) | xn::tanh;
}

auto live = xn::stream<xn::targets::host>(model<xn::unbounded>());
using live_type = decltype(live);

static_assert(live_type::inputs == 1 && live_type::outputs == 1);
static_assert(live_type::input_rows == 6 && live_type::output_rows<> == 1);
static_assert(live_type::latency_rows<> == 4);
static_assert(live_type::input_length<> == 12 && live_type::output_length<> == 12);
static_assert(std::is_trivially_copyable_v<live_type::state>);
static_assert(std::is_trivially_copyable_v<live_type::weights>);
static_assert(live_type::state_bytes == sizeof(live_type::state));
static_assert(live_type::state_bytes >= live_type::plan.ring_bytes);

/// Rows by time.
buffers rows_of_noise(int rows) {
  buffers in(1);
  in[0].resize(std::size_t(rows) * live_type::input_length<>);
  noise next{seed()};
  for (float& value : in[0]) value = next();
  return in;
}

/// A stream that has seen as many rows as it gets goes on as if it were young.
template <class Net>
void check_ages(const Net& net) {
  const live_memory<Net> memory(net);
  const buffers in = rows_of_noise(90);
  running<Net> young(net, in);
  REQUIRE(young.push(*memory.packed, *memory.scratch, 31));
  const auto age = [&](std::int64_t rows) {
    std::int64_t turn = 1;  // periods in which every ring turns whole times
    for (int i = 0; i < Net::units; ++i) {
      turn = std::lcm(turn, std::int64_t{Net::plan.units[i].rows});
    }
    const std::int64_t periods = rows / Net::input_rows / turn * turn;
    running<Net> aged(net, in);
    *aged.state = *young.state;
    aged.sink = young.sink;
    aged.pushed = young.pushed;
    aged.state->pushed += periods * Net::input_rows;
    for (int i = 0; i < Net::units; ++i) aged.state->done[i] += periods * Net::plan.produced[i];
    while (!aged.done()) REQUIRE(aged.push(*memory.packed, *memory.scratch, 7));
    REQUIRE(aged.finish(*memory.packed, *memory.scratch));
    return aged.sink.rows;
  };
  const buffers want = age(0);
  for (const int bits : {25, 31, 32, 50}) {
    INFO("2^" << bits);
    CHECK(same_bits(age((std::int64_t{1} << bits) - 20), want));
  }
}

}  // namespace

TEST_CASE("a stream refuses what is not whole rows, and changes nothing", "[stream]") {
  const live_memory<live_type> memory(live);
  const buffers in = rows_of_noise(40);
  running<live_type> one(live, in);
  running<live_type> other(live, in);
  REQUIRE(one.push(*memory.packed, *memory.scratch, 11));
  REQUIRE(other.push(*memory.packed, *memory.scratch, 11));

  const auto before = std::make_unique<live_type::state>(*one.state);
  const auto refused = [&](std::size_t elements) {
    return live.push(*memory.packed, *one.state, *memory.scratch,
                     std::span<const float>(in[0]).first(elements), one.sink);
  };
  for (const std::size_t elements : {0, 1, 11, 13, 35}) {
    const auto result = refused(elements);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error() == xn::errc::size_mismatch);
  }
  CHECK(std::memcmp(before.get(), one.state.get(), sizeof *before) == 0);
  CHECK(same_bits(one.sink.rows, other.sink.rows));

  REQUIRE(one.push(*memory.packed, *memory.scratch, 29));
  REQUIRE(one.finish(*memory.packed, *memory.scratch));
  const auto late = refused(12);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error() == xn::errc::invalid_argument);
  CHECK_FALSE(one.finish(*memory.packed, *memory.scratch));
  one.restart();
  CHECK(one.push(*memory.packed, *memory.scratch, 1));
}

TEST_CASE("all inputs of a push have the same rows", "[stream]") {
  const auto sum = xn::stream<xn::targets::host>(
      xn::fork(xn::input<float, xn::rows_of(1, 2)>, xn::input<float, xn::rows_of(1, 2), 1>) |
      xn::add);
  using type = std::remove_cvref_t<decltype(sum)>;
  static const auto packed = sum.pack();
  static type::state state;
  static type::scratch scratch;
  const float a[] = {1, 2, 3, 4};
  const float b[] = {10, 20, 30, 40};
  std::vector<float> out;
  const auto sink = [&](std::span<const float> row) {
    out.insert(out.end(), row.begin(), row.end());
  };
  CHECK_FALSE(sum.push(packed, state, scratch, a, std::span<const float>(b, 2), sink));
  CHECK(state.pushed == 0);
  CHECK(sum.push(packed, state, scratch, a, b, sink));
  CHECK(out == std::vector<float>{11, 22, 33, 44});
}

TEST_CASE("rows come as soon as they are determined", "[stream]") {
  const live_memory<live_type> memory(live);
  const buffers in = rows_of_noise(60);
  running<live_type> one(live, in);
  // Output row o reads the residual's rows up to 3 o, which read the first stage's up to 3 o + 2,
  // which read input rows up to 2 (3 o + 2).
  for (int pushed = 1; !one.done(); ++pushed) {
    REQUIRE(one.push(*memory.packed, *memory.scratch, 1));
    const int rows = pushed < 5 ? 0 : (pushed - 5) / 6 + 1;
    CHECK(int(one.sink.rows[0].size() / live_type::output_length<>) == rows);
  }
}

TEST_CASE("a stream that has run for ever goes on", "[stream]") {
  check_ages(live);
  check_ages(xn::stream<xn::targets::host>(
      xn::input<float, xn::rows_of(3, 4)> | some_conv<causal<4, 2>, 4>() |
      xn::stage_of<upsample_rows{3, true}>() | some_conv<causal<2>, 4>(1) |
      xn::stage_of<upsample_rows{2}>() | xn::relu));
  check_ages(xn::stream<xn::targets::host>(
      xn::input<float, xn::rows_of(1, 12)> | some_lstm<4, 12>() | some_conv<causal<3, 2>, 4>(3) |
      some_gru<5, 4>(4) | xn::stage_of<decayed_sum{}>() | some_gru<3, 5, false>(8)));
}

TEST_CASE("what units carry lies in the stream's state, beside the rings", "[stream]") {
  using net = decltype(xn::stream<xn::targets::host>(xn::input<float, xn::rows_of(1, 4)> |
                                                     some_lstm<20, 4>() | some_gru<5, 20>(3)));
  constexpr const auto& plan = net::plan;
  STATIC_REQUIRE(plan.unit_count == 3);
  CHECK(plan.units[1].state_bytes == 2 * 20 * sizeof(float));
  CHECK(plan.units[2].state_bytes == 5 * sizeof(float));
  CHECK(plan.ring_bytes == plan.units[0].bytes + plan.units[1].bytes + 192 + 64);
  std::vector<int> owners(std::size_t(plan.ring_bytes));
  const auto take = [&](xn::bytes_t first, xn::bytes_t bytes) {
    for (xn::bytes_t at = first; at < first + bytes; ++at) ++owners.at(std::size_t(at));
  };
  for (int i = 0; i < plan.unit_count; ++i) {
    const xn::unit& u = plan.units[i];
    CHECK(u.state_offset % plan.alignment == 0);
    take(u.state_offset, u.state_bytes);
    if (u.output_port < 0) take(u.offset, u.bytes);
  }
  CHECK(*std::max_element(owners.begin(), owners.end()) == 1);
}

TEST_CASE("a stream and a run for whole images share weights and results", "[stream]") {
  const auto net = xn::link<xn::targets::host>(model<57>());
  using net_type = std::remove_cvref_t<decltype(net)>;
  STATIC_REQUIRE(sizeof(net_type::weights) == sizeof(live_type::weights));
  const auto packed = std::make_unique<net_type::weights>();
  net.pack(*packed);
  const buffers in = random_inputs<net_type>();
  running<live_type> one(live, in);
  const auto scratch = std::make_unique<live_type::scratch>();
  REQUIRE(one.push(*packed, *scratch, 57));
  REQUIRE(one.finish(*packed, *scratch));
  CHECK(same_bits(one.sink.rows, run_program(net, in)));
}

TEST_CASE("denormal numbers are zeros in streams and runs", "[stream]") {
  const auto net = xn::link<xn::targets::host>(model<57>());
  using net_type = std::remove_cvref_t<decltype(net)>;
  buffers in = random_inputs<net_type>();
  for (std::size_t i = 0; i < in[0].size(); ++i) in[0][i] *= i % 3 == 0 ? 1e-38F : 1e-39F;
  const live_memory<live_type> memory(live);
  running<live_type> one(live, in);
  REQUIRE(one.push(*memory.packed, *memory.scratch, 57));
  REQUIRE(one.finish(*memory.packed, *memory.scratch));
  CHECK(same_bits(one.sink.rows, run_program(net, in)));
}

TEST_CASE("far ends are as the model says", "[stream]") {
  // Heights behind strides: those of rows that differ by whole periods differ by whole rows.
  using base = live_type::base;
  const auto near = base::heights_for(1 << 20);
  const auto far = base::heights_for((1 << 20) + 600);
  for (int i = 0; i < live_type::units; ++i) {
    const int record = live_type::plan.units[i].head;
    CHECK(far.at[record] - near.at[record] == 100 * live_type::plan.produced[i]);
  }
}

/// Streams `model` on `On` as planned by `Policy`, and compares with the linked model.
template <xn::target On, auto Policy>
void check_plan() {
  const auto net = xn::link<On>(model<57>());
  const auto other = xn::stream<On, Policy>(model<xn::unbounded>());
  using type = std::remove_cvref_t<decltype(other)>;
  const live_memory<type> memory(other);
  const buffers in = random_inputs<std::remove_cvref_t<decltype(net)>>();
  running<type> one(other, in);
  while (!one.done()) REQUIRE(one.push(*memory.packed, *memory.scratch, 4));
  REQUIRE(one.finish(*memory.packed, *memory.scratch));
  CHECK(same_bits(one.sink.rows, run_program(net, in)));
}

TEST_CASE("targets and policies change plans, not results", "[stream]") {
  check_plan<xn::targets::host, xn::planning{.fuse = false}>();
  check_plan<xn::targets::cortex_m4, xn::planning{}>();
  check_plan<xn::targets::generic, xn::planning{}>();
}

TEST_CASE("a function names the model", "[stream]") {
  const auto net = xn::stream<xn::targets::host>([] { return model<xn::unbounded>(); });
  using type = std::remove_cvref_t<decltype(net)>;
  STATIC_REQUIRE(std::is_same_v<type::parameter_block, live_type::parameter_block>);
  CHECK(type::state_bytes == live_type::state_bytes);
}

TEST_CASE("a bilinear resize meets the end of a stream", "[stream]") {
  check_streaming<1, 2, 9>([]<int T>() {
    return xn::input<float, xn::hwc{T, 3, 2}> | xn::resize_bilinear<xn::bilinear{{2, 3}}> |
           xn::resize_bilinear<xn::bilinear{{3, 1}, false}> | xn::relu6;
  });
}
