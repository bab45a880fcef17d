#include <support/streaming.hpp>

#include "../../../bench/support/fill.hpp"

namespace {

using namespace xenos_test;

template <int Window>
constexpr models::bert_size small{.layers = 2,
                                  .hidden = 24,
                                  .heads = 3,
                                  .inner = 40,
                                  .window = Window,
                                  .vocabulary = 50,
                                  .positions = 20,
                                  .segments = 2};

template <int Window>
const auto& seeded_weights() {
  static models::seeded make(seed());
  static const auto weights = [] {
    models::bert_weights<small<Window>> filled;
    bench::fill(make, filled);
    return filled;
  }();
  return weights;
}

constexpr xn::target two = [] {
  xn::target t = xn::targets::host.with_cores(2);
  t.barrier_cycles = 1;
  return t;
}();

}  // namespace

TEST_CASE("a small BERT agrees with its definition, whoever computes it", "[models]") {
  const auto model = models::bert_encoder<19>(seeded_weights<0>());
  CHECK(check_fused(model) == "");
  using net = decltype(xn::link<xn::targets::host>(model));
  const buffers in = random_inputs<net>();
  const buffers want = run_model<xn::targets::host>(model, in);
  CHECK(same_bits(run_model<two, xn::split::rows>(model, in), want));
  CHECK(same_bits(run_model<two, xn::split::output_channels>(model, in), want));
}

TEST_CASE("a causal BERT runs live", "[models][stream]") {
  check_streaming<3, 30>([]<int T>() { return models::bert_encoder<T>(seeded_weights<6>()); });
}

TEST_CASE("a causal BERT takes ids one by one", "[models][stream]") {
  constexpr int steps = 20;
  static models::seeded make(seed() + 1);
  static models::bert_embedding_weights<small<6>> tables;
  bench::fill(make, tables);
  const auto model = []<int T>() { return models::bert<T>(tables, seeded_weights<6>()); };
  std::int32_t ids[steps];
  std::int32_t segments[steps];
  for (int k = 0; k < steps; ++k) ids[k] = k * 13 % 53 - 1, segments[k] = k / 12;

  const auto net = xn::link<xn::targets::host>(model.operator()<steps>());
  using net_type = std::remove_const_t<decltype(net)>;
  const auto packed = std::make_unique<net_type::weights>();
  net.pack(*packed);
  const auto arena = std::make_unique<net_type::arena>();
  float want[steps * 24];
  net.run(*packed, *arena, ids, segments, want);

  const auto live = xn::stream<xn::targets::host>(model.operator()<xn::unbounded>());
  const live_memory<std::remove_const_t<decltype(live)>> memory(live);
  const auto state = std::make_unique<std::remove_const_t<decltype(live)>::state>();
  std::vector<float> got;
  for (int round = 0; round < 2; ++round) {
    got.clear();
    for (int k = 0; k < steps; ++k) {
      CHECK(live.push(*memory.packed, *state, *memory.scratch, std::span(ids + k, 1),
                      std::span(segments + k, 1),
                      [&](auto row) { got.insert(got.end(), row.begin(), row.end()); }));
    }
    state->reset();
  }
  CHECK(same_bits({got}, {std::vector<float>(want, want + steps * 24)}));
}

TEST_CASE("BERT-S has the published size", "[models]") {
  using trace = xenos::traced<decltype(models::bert_encoder<128>(models::bert_weights<>{}))>;
  std::int64_t macs = 0;
  for (const xenos::record& r : trace::records.nodes) {
    const std::string_view name = r.name;
    if (name == "dense" || name == "attention") macs += r.macs;
  }
  CHECK(macs == 4 * 128LL * (4 * 512 * 512 + 2 * 512 * 2048 + 2 * 128 * 512));
}
