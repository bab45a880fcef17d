#include <support/run.hpp>

#include <catch2/catch.hpp>

#include <limits>

namespace {

namespace xn = xenos;

constexpr int features = 21;
constexpr xn::embedding_attributes words{.rows = 10, .features = features};
constexpr xn::position_attributes places{.rows = 8};

struct tables {
  float words[10 * features];
  float places[8 * features];
  constexpr tables() : words(), places() {
    for (int i = 0; i < 10 * features; ++i) words[i] = float(i + 1);
    for (int i = 0; i < 8 * features; ++i) places[i] = float(1000 * (i / features));
  }
};
constexpr tables data;
constexpr xn::weights<float, xn::oi{10, features}> by_rows(data.words);
constexpr xn::weights<float, xn::io{features, 10}> by_columns(data.words);
constexpr xn::weights<float, xn::oi{8, features}> of_places(data.places);
constexpr int beyond = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t ids[7] = {0, 9, 10, -1, 3, beyond, -beyond - 1};

/// Runs `model` on ids.
template <xn::target On, auto Policy, class Model>
std::vector<float> run(const Model& model) {
  const auto net = xn::link<On, Policy>(model);
  using net_type = std::remove_const_t<decltype(net)>;
  static_assert(xn::verify(net_type::records, On, net_type::plan).what == xn::flaw::none);
  const auto packed = net.pack();
  const auto arena = std::make_unique<typename net_type::arena>();
  float out[7 * features];
  net.run(packed, *arena, ids, out);
  return {out, out + 7 * features};
}

constexpr xn::target cores = [] {
  xn::target t = xn::targets::host.with_cores(2);
  t.barrier_cycles = 1;
  return t;
}();

}  // namespace

TEST_CASE("an embedding is a row of its table, or zeros", "[embedding]") {
  constexpr auto in = xn::input<std::int32_t, xn::sequence(7, 1)>;
  const auto rows = run<xn::targets::host, xn::planning{}>(in | xn::embedding<words>(by_rows));
  const auto columns =
      run<xn::targets::host, xn::planning{}>(in | xn::embedding<words>(by_columns));
  for (int y = 0; y < 7; ++y) {
    for (int c = 0; c < features; ++c) {
      const bool known = ids[y] >= 0 && ids[y] < 10;
      CHECK(rows[std::size_t(y * features + c)] == (known ? data.words[ids[y] * features + c] : 0));
      CHECK(columns[std::size_t(y * features + c)] == (known ? data.words[c * 10 + ids[y]] : 0));
    }
  }
}

TEST_CASE("embeddings join, and get positions", "[embedding]") {
  const auto model = xn::input<std::int32_t, xn::sequence(7, 1)> |
                     xn::fork(xn::embedding<words>(by_rows), xn::embedding<words>(by_columns)) |
                     xn::add | xn::positions<places>(of_places) | xn::relu;
  const auto made = run<xn::targets::host, xn::planning{}>(model);
  for (int y = 0; y < 7; ++y) {
    for (int c = 0; c < features; ++c) {
      const bool known = ids[y] >= 0 && ids[y] < 10;
      const float both =
          data.words[known ? ids[y] * features + c : 0] + data.words[known ? c * 10 + ids[y] : 0];
      CHECK(made[std::size_t(y * features + c)] == float(1000 * y) + (known ? both : 0));
    }
  }
  CHECK(run<xn::targets::host, xn::planning{.fuse = false, .tile = 2}>(model) == made);
  CHECK(run<cores, xn::split::rows>(model) == made);
  CHECK(run<cores, xn::split::output_channels>(model) == made);
}
