// Parameters that a transport brings: results are the same to the bit, kernels read nothing else,
// and errors of the transport are reported.
#include <support/cores.hpp>

#include <catch2/catch.hpp>
#include <xenos/exec/transport_thread.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

auto network() {
  return xn::input<float, xn::hwc{16, 13, 3}> |
         some_conv<xn::conv{.out = 24, .kernel = {3, 3}, .stride = {2, 2}}, 3>() | xn::relu |
         xn::residual(some_depthwise<xn::depthwise{.kernel = {3, 3}}, 24>(1) | xn::relu |
                      some_conv<xn::conv{.out = 24}, 24>(2)) |
         some_conv<xn::conv{.out = 70, .kernel = {3, 3}}, 24>(3) | some_batch_norm<70>(4) |
         xn::tanh | some_depthwise<xn::depthwise{.kernel = {5, 3}, .stride = {2, 1}}, 70>(5) |
         some_batch_norm<70>(6) | xn::max_pool2d<xn::max_pool{.kernel = {2, 2}}> |
         some_batch_norm<70>(7) | xn::global_average_pool | some_dense<37, 70>(8) | xn::relu |
         some_dense<9, 37>(9) | xn::softmax;
}

/// Layers of which not one block of output channels fits a small buffer: odd numbers of channels,
/// groups smaller and larger than a block, stride, dilation.
auto deep() {
  return xn::input<float, xn::hwc{11, 9, 21}> |
         some_conv<xn::conv{.out = 37, .kernel = {3, 3}, .stride = {2, 1}}, 21>() |
         some_prelu<37>(1) |
         some_conv<xn::conv{.out = 42, .kernel = {3, 2}, .dilation = {2, 2}}, 37>(2) | xn::relu |
         some_conv<xn::conv{.out = 64, .kernel = {3, 3}, .groups = 2}, 42>(3) |
         some_conv<xn::conv{.out = 12, .kernel = {5, 5}, .groups = 4}, 64>(4) | xn::flatten |
         some_dense<45, 648>(5) | xn::gelu | some_dense<9, 45>(6);
}

/// The same of transposed convolutions, one of a stride smaller than its kernel.
auto widening() {
  return xn::input<float, xn::hwc{5, 4, 50}> |
         some_transposed<xn::transposed_conv{.out = 21, .kernel = {3, 3}, .stride = {2, 2}}, 50>() |
         xn::sigmoid |
         some_transposed<xn::transposed_conv{.out = 6, .kernel = {5, 4}, .groups = 3}, 21>(2);
}

/// Every element times a weight of its column and channel, plus a bias: an operation that has no
/// kernel.
struct weighted {
  static constexpr const char* name = "weighted";
  static constexpr xn::mapping map = xn::mapping::many_to_many;

  [[nodiscard]] constexpr xn::fault check(const xn::shapes&) const { return xn::fault::none; }
  [[nodiscard]] constexpr xn::shape output(const xn::shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr xn::access reads(const xn::shapes&, int) const {
    return xn::identity_access;
  }
  [[nodiscard]] constexpr xn::parameters params(const xn::shapes& in) const {
    return {2, 1, {{in[0].channels, 1, in[0].width, 1}, {in[0].channels, 1, 1, 1}}};
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    const auto scale = weights.template get<0>();
    const auto bias = weights.template get<1>();
    return xn::reference_of<typename In::value_type>(in(0, y, x, c)) * scale(c, 0, x) + bias(c);
  }
};
auto without_kernel() {
  return xn::input<float, xn::hwc{7, 9, 5}> |
         xn::stage_of<weighted{}>(some_weights<xn::hwo{1, 9, 5}>(),
                                  some_weights<xn::per_channel{5}>(1)) |
         xn::stage_of<weighted{}>(some_weights<xn::ohw{5, 1, 9}>(2)) | xn::relu;
}

/// Two recurrent layers of 10 and 11 KB, which read all of it in each row.
auto recurrent() {
  return xn::input<float, xn::sequence(9, 24)> | some_lstm<16, 24>() | some_lstm<20, 16>(1);
}

/// A target that cannot read parameters where they lie.
constexpr xn::target bringing(xn::bytes_t kilobytes, int cores = 1) {
  xn::target t = xn::targets::c6678.with_cores(cores).with_scratchpad(kilobytes * 1024);
  t.parameters_in_place = false;
  return t;
}
constexpr xn::target coherent(xn::bytes_t kilobytes, int cores) {
  xn::target t = bringing(kilobytes, cores);
  t.coherent = true;
  t.alignment = 64;
  return t;
}
constexpr xn::target in_place(xn::bytes_t kilobytes) {
  xn::target t = bringing(kilobytes);
  t.parameters_in_place = true;
  return t;
}

/// Brings bytes from parameters that nobody else can read: they lie there inverted.
struct decoding_transport {
  int calls = 0;
  int fails_at = -1;  // which call of start or wait
  bool pending = false;

  bool start(void* to, const void* from, std::size_t bytes) {
    if (calls++ == fails_at) return false;
    for (std::size_t i = 0; i < bytes; ++i) {
      static_cast<unsigned char*>(to)[i] =
          static_cast<unsigned char>(~static_cast<const unsigned char*>(from)[i]);
    }
    pending = true;
    return true;
  }
  bool wait() {
    pending = false;
    return calls++ != fails_at;
  }
};
static_assert(xn::transport<decoding_transport> && xn::transport<xn::copy_transport> &&
              xn::transport<xn::thread_transport>);

template <class Net>
std::unique_ptr<typename Net::weights> inverted_weights(const Net& net) {
  auto packed = std::make_unique<typename Net::weights>();
  net.pack(*packed);
  auto* bytes = reinterpret_cast<unsigned char*>(packed.get());
  for (std::size_t i = 0; i < sizeof *packed; ++i) {
    bytes[i] = static_cast<unsigned char>(~bytes[i]);
  }
  return packed;
}

/// Whether `run(arena, buffers...)` succeeds, in an arena full of NaN.
template <class Net, class Run>
bool succeeds(const buffers& in, buffers& out, const Run& run) {
  const auto arena = std::make_unique<typename Net::arena>();
  std::memset(arena->bytes, 0xff, sizeof arena->bytes);
  std::vector<const float*> given;
  std::vector<float*> found;
  for (const auto& values : in) given.push_back(values.data());
  for (auto& values : out) found.push_back(values.data());
  bool good = false;
  xenos_test::detail::with_buffers<Net>(
      given.data(), found.data(), [&](auto... spans) { good = run(*arena, spans...).has_value(); });
  return good;
}
template <class Net, class Transport>
bool run_with(const Net& net, Transport& by, const typename Net::weights& packed, const buffers& in,
              buffers& out) {
  return succeeds<Net>(in, out, [&](auto& arena, auto... spans) {
    return net.run_with(by, packed, arena, spans...);
  });
}
/// The same on a pool, each core with a transport of its own.
template <class Net, class Transports>
bool run_on_with(const Net& net, xn::thread_pool& pool, Transports& by,
                 const typename Net::weights& packed, const buffers& in, buffers& out) {
  return succeeds<Net>(in, out, [&](auto& arena, auto... spans) {
    return net.run_on_with(pool, by, packed, arena, spans...);
  });
}

/// The most of all segments.
struct most {
  int rounds = 1;
  int pieces = 1;
  int bands = 1;
};
template <class Net>
constexpr most most_of() {
  most of;
  for (int k = 0; k < Net::plan.segment_count; ++k) {
    constexpr auto& plan = Net::plan;
    of = {std::max(of.rounds, plan.segments[k].rounds),
          std::max(of.pieces, plan.segments[k].pieces), std::max(of.bands, plan.segments[k].bands)};
  }
  return of;
}

/// Runs a model with parameters brought; at least in so many rounds, pieces and bands of some
/// segment.
template <xn::target On, auto Policy = xn::split::automatic, class Model>
void check_brought(const Model& model, most least) {
  const auto net = xn::link<On, Policy>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(xn::verify(net_type::records, On, net_type::plan).what == xn::flaw::none);
  constexpr most found = most_of<net_type>();
  INFO("scratchpad " << On.scratchpad << ", cores " << On.cores << ": rounds " << found.rounds
                     << ", pieces " << found.pieces << ", bands " << found.bands);
  CHECK(found.rounds >= least.rounds);
  CHECK(found.pieces >= least.pieces);
  CHECK(found.bands >= least.bands);
  const buffers in = random_inputs<net_type>();
  const buffers want = run_model<in_place(512)>(model, in);
  buffers out = make_outputs<net_type>();
  decoding_transport by;
  const auto packed = inverted_weights(net);
  CHECK(run_with(net, by, *packed, in, out));
  CHECK(same_bits(out, want));
  if constexpr (net_type::plan.cores > 1) {
    for (const int threads : {net_type::plan.cores, 2}) {
      xn::thread_pool pool(threads);
      decoding_transport of_cores[net_type::plan.cores];
      out = make_outputs<net_type>();
      CHECK(run_on_with(net, pool, of_cores, *packed, in, out));
      CHECK(same_bits(out, want));
    }
  }
}

}  // namespace

TEST_CASE("parameters are brought in rounds", "[rounds]") {
  check_brought<bringing(512)>(network(), {1});
  check_brought<bringing(64)>(network(), {2});
  check_brought<bringing(48)>(network(), {2});
  check_brought<bringing(64, 2), xn::split::rows>(network(), {2});
  check_brought<bringing(64, 4), xn::split::output_channels>(network(), {1});
}

TEST_CASE("sums are brought in pieces where a block of channels does not fit", "[rounds]") {
  check_brought<bringing(14)>(deep(), {.rounds = 7, .pieces = 7, .bands = 6});
  check_brought<bringing(24)>(deep(), {.rounds = 10, .pieces = 5});
  check_brought<bringing(16, 3), xn::split::rows>(deep(), {.rounds = 7, .pieces = 7});
  check_brought<coherent(16, 2), xn::split::columns>(deep(), {.rounds = 7, .pieces = 7});
  check_brought<coherent(16, 4), xn::split::output_channels>(deep(), {.rounds = 7, .pieces = 7});
  check_brought<coherent(16, 4), xn::split::grid>(deep(), {.rounds = 7, .pieces = 7});
  check_brought<bringing(128)>(xn::input<float, xn::vector(1536)> | some_dense<40, 1536>(),
                               {.rounds = 4, .pieces = 2});
  check_brought<bringing(10)>(widening(), {.rounds = 4, .pieces = 4});
  check_brought<coherent(10, 3), xn::split::columns>(widening(), {.rounds = 4, .pieces = 4});
}

namespace {

/// Every element is as it should be, or has not been touched.
void check_partly(const buffers& out, const buffers& want, const buffers& untouched) {
  for (std::size_t k = 0; k < out.size(); ++k) {
    for (std::size_t i = 0; i < out[k].size(); ++i) {
      const bool right = out[k][i] == want[k][i] || out[k][i] == untouched[k][i];
      CHECK(right);
    }
  }
}

/// Lets each call of a transport fail in turn; on several cores, of each core's.
template <xn::target On, auto Policy = xn::split::automatic, class Model>
void check_errors(const Model& model) {
  const auto net = xn::link<On, Policy>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  constexpr int cores = net_type::plan.cores;
  const auto packed = inverted_weights(net);
  const buffers in = random_inputs<net_type>();
  xn::thread_pool pool(cores);
  const auto run = [&](auto& by, buffers& out) {
    if constexpr (cores == 1) return run_with(net, by[0], *packed, in, out);
    return run_on_with(net, pool, by, *packed, in, out);
  };
  buffers want = make_outputs<net_type>();
  const buffers untouched = want;
  decoding_transport sound[cores];
  REQUIRE(run(sound, want));
  for (int core = 0; core < cores; ++core) {
    REQUIRE(sound[core].calls > 10);
    for (int call = 0; call < sound[core].calls; ++call) {
      INFO("core " << core << ", call " << call);
      buffers out = untouched;
      decoding_transport by[cores];
      by[core].fails_at = call;
      CHECK_FALSE(run(by, out));
      for (const decoding_transport& each : by) CHECK_FALSE(each.pending);  // all waited for
      check_partly(out, want, untouched);
    }
  }
}

/// Whether run(net, packed, in, out) gives again and again what a copy as transport gives.
template <class Net, class Run>
void check_repeated(const Net& net, const Run& run) {
  const auto packed = std::make_unique<typename Net::weights>();
  net.pack(*packed);
  const buffers in = random_inputs<Net>();
  buffers want = make_outputs<Net>();
  xn::copy_transport copy;
  REQUIRE(run_with(net, copy, *packed, in, want));
  for (int again = 0; again < 20; ++again) {
    buffers out = make_outputs<Net>();
    CHECK(run(net, *packed, in, out));
    CHECK(same_bits(out, want));
  }
}

}  // namespace

TEST_CASE("what recurrent layers read in each row comes to fast memory if no buffer holds it",
          "[rounds]") {
  check_brought<bringing(16)>(recurrent(), {1});
  constexpr auto& plan = decltype(xn::link<bringing(16)>(recurrent()))::plan;
  constexpr xn::segment second = plan.segments[plan.segment_count - 1];
  static_assert(second.round_offset > plan.segments[plan.segment_count - 2].round_offset);
  static_assert(plan.memory_bytes == second.round_offset + second.round_bytes);
  static_assert(plan.parameter_buffers[0] == 0 && plan.parameter_buffers[1] == 0);
}

TEST_CASE("operations without a kernel read what was brought", "[rounds]") {
  check_brought<bringing(8)>(without_kernel(), {1});
  check_brought<coherent(8, 3), xn::split::columns>(without_kernel(), {1});
  using net = decltype(xn::link<bringing(8)>(without_kernel()));
  static_assert(net::plan.parameter_bytes == 4 * (45 + 5 + 45));
  using free = decltype(xn::link<in_place(8)>(without_kernel()));
  static_assert(free::plan.parameter_bytes == 0);
}

TEST_CASE("an error of the transport is reported, whichever call fails", "[rounds]") {
  check_errors<bringing(64)>(network());
  check_errors<bringing(14)>(deep());
  check_errors<coherent(16, 3), xn::split::rows>(deep());
}

TEST_CASE("a thread brings the next round while one computes", "[rounds]") {
  xn::thread_transport by;
  check_repeated(xn::link<bringing(64)>(network()),
                 [&](const auto& net, const auto& packed, const auto& in, auto& out) {
                   return run_with(net, by, packed, in, out);
                 });
}

TEST_CASE("threads bring the rounds of the threads of a pool", "[rounds]") {
  const auto net = xn::link<coherent(16, 2), xn::split::rows>(deep());
  static_assert(decltype(net)::plan.cores == 2);
  xn::thread_pool pool(2);
  xn::thread_transport by[2];
  check_repeated(net, [&](const auto&, const auto& packed, const auto& in, auto& out) {
    return run_on_with(net, pool, by, packed, in, out);
  });
}
