#include <catch2/catch.hpp>
#include <support/run.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

constexpr int steps = 11;

/// Numbers for one layer, of about unit gain.
struct layer_values {
  std::vector<float> at;
  std::size_t next = 0;

  layer_values(std::size_t count, int taps) : at(count) {
    noise draw{seed() + count};
    const float scale = 2 / std::sqrt(static_cast<float>(taps));
    for (float& value : at) value = scale * draw();
  }
  template <auto Order>
  auto take() {
    const xn::weights<float, Order> view(at.data() + next);
    next += view.size;
    return view;
  }
};

/// Runs the kernel in tiles of `rows` rows, its memory full of NaN before.
template <class Kernel, class Packed, class Views>
buffers run_tiles(const Packed& packed, const Views& views, const std::vector<float>& in,
                  int features, int hidden, int rows) {
  alignas(64) static std::byte temporaries[1 << 16];
  alignas(64) static std::byte state[1 << 12];
  static_assert(Kernel::temporary_bytes <= sizeof temporaries &&
                Kernel::state_bytes <= sizeof state);
  std::memset(temporaries, 0xff, sizeof temporaries);
  std::memset(state, 0xff, sizeof state);
  std::vector<float> out(std::size_t(steps * hidden), -12345.0F);
  for (int first = 0; first < steps; first += rows) {
    const float* from[steps];
    float* to[steps];
    const int count = std::min(rows, steps - first);
    for (int r = 0; r < count; ++r) {
      from[r] = in.data() + (first + r) * features;
      to[r] = out.data() + (first + r) * hidden;
    }
    const float* const* inputs[] = {from};
    const xn::tile<float, float> tile{inputs, to, first, count, temporaries, {}, {}, state};
    Kernel::run(tile, packed, views, xn::epilogue<float>(nullptr, nullptr));
  }
  return {out};
}

/// The kernel of `Op` against its definition, on two widths of vectors and in tiles of any rows.
template <auto Op, int Features, int VectorBytes, class Views>
void check_kernel(const Views& views) {
  constexpr xn::shapes extents = [] {
    xn::shapes in;
    in.push({steps, 1, Features});
    return in;
  }();
  using kernel = typename xn::kernel_for<Op, extents, float, VectorBytes>::type;
  INFO("hidden " << Op.hidden << ", features " << Features << ", vectors " << VectorBytes);
  const auto packed = std::make_unique<typename kernel::packed>();
  std::memset(static_cast<void*>(packed.get()), 0xff, sizeof *packed);
  kernel::pack(views, *packed);
  std::vector<float> in(steps * Features);
  noise draw{seed() + Features};
  for (float& value : in) value = draw();
  const tensor wide(in.begin(), in.end());
  tensor_reader reader;
  reader.in[0] = &wide;
  reader.extents = extents;
  const tensor want = detail::define_sequence(Op, reader, views);
  const auto run = [&](int rows) {
    return run_tiles<kernel>(*packed, views, in, Features, Op.hidden, rows);
  };
  const buffers whole = run(steps);
  CHECK(difference(whole[0], want) == "");
  for (const int rows : {1, 2, 3, 5, 8}) CHECK(same_bits(run(rows), whole));
}

template <int Hidden, int... Features>
void check_lstm() {
  const auto check = []<int F>() {
    constexpr xn::lstm_attributes op{.hidden = Hidden};
    layer_values values(4 * Hidden * (F + Hidden + 1), F + Hidden);
    const auto input = values.take<xn::oi{4 * Hidden, F}>();
    const auto recurrent = values.take<xn::oi{4 * Hidden, Hidden}>();
    const auto bias = values.take<xn::per_channel{4 * Hidden}>();
    const xn::weight_list<decltype(input), decltype(recurrent), decltype(bias)> views{
        input, recurrent, bias};
    check_kernel<op, F, 64>(views);
    check_kernel<op, F, 4>(views);
  };
  (check.template operator()<Features>(), ...);
}

template <int Hidden, int... Features>
void check_gru() {
  const auto check = []<int F>() {
    constexpr xn::gru_attributes after{.hidden = Hidden};
    constexpr xn::gru_attributes before{.hidden = Hidden, .reset_after = false};
    layer_values values(3 * Hidden * (F + Hidden + 2), F + Hidden);
    const auto input = values.take<xn::oi{3 * Hidden, F}>();
    const auto recurrent = values.take<xn::oi{3 * Hidden, Hidden}>();
    const auto bias = values.take<xn::per_channel{3 * Hidden}>();
    const auto more = values.take<xn::per_channel{3 * Hidden}>();
    const xn::weight_list<decltype(input), decltype(recurrent), decltype(bias), decltype(more)>
        four{input, recurrent, bias, more};
    const xn::weight_list<decltype(input), decltype(recurrent)> two{input, recurrent};
    check_kernel<after, F, 64>(four);
    check_kernel<after, F, 4>(two);
    check_kernel<before, F, 64>(two);
    check_kernel<before, F, 16>(two);
  };
  (check.template operator()<Features>(), ...);
}

constexpr auto rows = xn::input<float, xn::sequence(23, 6)>;
template <int Cores>
constexpr xn::target cores = xn::targets::host.with_cores(Cores);

}  // namespace

TEST_CASE("the LSTM kernel agrees with the definition", "[recurrent]") {
  check_lstm<1, 1, 2, 40>();
  check_lstm<3, 1, 3, 17>();
  check_lstm<8, 1, 8, 40>();
  check_lstm<17, 5, 16, 33>();
  check_lstm<64, 2, 40>();
  check_lstm<128, 1, 40>();
}

TEST_CASE("the GRU kernels agree with the definitions", "[recurrent]") {
  check_gru<1, 1, 3>();
  check_gru<3, 1, 40>();
  check_gru<8, 2, 16>();
  check_gru<17, 3, 33>();
  check_gru<64, 40>();
  check_gru<128, 10>();
}

TEST_CASE("recurrent layers with followers, branches and layers of all kinds", "[recurrent]") {
  CHECK(check_model(rows | some_lstm<9, 6>() | some_batch_norm<9>() | xn::relu) == "");
  CHECK(check_model(rows | some_gru<5, 6>() | xn::residual(some_gru<5, 5, false>(5)) |
                    some_dense<3, 5>() | xn::softmax) == "");
  CHECK(check_model(rows | xn::fork(some_lstm<4, 6>() | xn::tanh, some_gru<4, 6>(3)) | xn::mul |
                    some_lstm<6, 4>(7) | xn::crop<xn::slice{.begin = {22, 0, 0}}>) == "");
}

TEST_CASE("weights in the orders of Keras, layers without bias", "[recurrent]") {
  constexpr xn::lstm_attributes lstm{.hidden = 4};
  constexpr xn::gru_attributes gru{.hidden = 4};
  CHECK(check_model(rows | xn::lstm<lstm>(some_weights<xn::io{6, 16}>(),
                                          some_weights<xn::io{4, 16}>(1))) == "");
  CHECK(
      check_model(rows | xn::gru<gru>(some_weights<xn::io{6, 12}>(), some_weights<xn::io{4, 12}>(1),
                                      some_weights<xn::per_channel{12}>(2))) == "");
}

TEST_CASE("plans change nothing of a recurrent network", "[recurrent]") {
  constexpr xn::conv_1d op{.out = 8, .kernel = 3, .padding = xn::causal};
  const auto model = rows | xn::conv1d<op>(some_weights<xn::oki{8, 3, 6}>()) | xn::relu |
                     some_lstm<20, 8>() | some_gru<12, 20>(3) | some_gru<7, 12, false>(6) |
                     xn::crop<xn::slice{.begin = {9, 0, 0}}>;
  using net = decltype(xn::link<xn::targets::host>(model));
  const buffers in = random_inputs<net>();
  const buffers want = run_model<xn::targets::host>(model, in);
  constexpr auto small = xn::targets::host.with_scratchpad(6 * 1024);
  CHECK(same_bits(run_model<small>(model, in), want));
  constexpr xn::planning one{.tile = 1};
  CHECK(same_bits(run_model<xn::targets::host, one>(model, in), want));
  constexpr xn::planning unlinked{.fuse = false, .link = false, .tile = 5};
  CHECK(same_bits(run_model<xn::targets::host, unlinked>(model, in), want));
  CHECK(same_bits(run_model<cores<4>, xn::split::rows>(model, in), want));
  CHECK(same_bits(run_model<cores<3>, xn::split::output_channels>(model, in), want));
}

TEST_CASE("bidirectional layers, and each direction on its own", "[recurrent]") {
  constexpr auto in = xn::input<float, xn::sequence(steps, 5)>;
  const auto forward = some_lstm<6, 5>(1);
  const auto backward = some_gru<4, 5>(5);
  const auto both = in | xn::bidirectional(forward, backward);
  CHECK(check_model(both) == "");
  using net = decltype(xn::link<xn::targets::host>(both));
  const buffers given = random_inputs<net>();
  buffers mirrored = given;
  for (int y = 0; y < steps; ++y) {
    std::copy_n(given[0].begin() + y * 5, 5, mirrored[0].begin() + (steps - 1 - y) * 5);
  }
  const buffers made = run_model<xn::targets::host>(both, given);
  const buffers first = run_model<xn::targets::host>(in | forward, given);
  const buffers second = run_model<xn::targets::host>(in | backward, mirrored);
  for (int y = 0; y < steps; ++y) {
    const auto row = made[0].begin() + y * 10;
    CHECK(std::equal(row, row + 6, first[0].begin() + y * 6));
    CHECK(std::equal(row + 6, row + 10, second[0].begin() + (steps - 1 - y) * 4));
  }
}
