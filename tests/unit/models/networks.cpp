// The papers' networks: their size as published, plans of the whole networks under all policies,
// and runs of small ones, which agree with the definitions and to the bit with each other.
#include <support/random_target.hpp>
#include <support/small_networks.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

/// Records of any of the networks.
using records = xn::graph<160>;

template <xn::target On, class Model>
records records_of(const Model&) {
  constexpr auto& of = xn::model_records<Model, On, true>::records;
  records all;
  for (int i = 0; i < of.count; ++i) all.push(of[i]);
  return all;
}

/// Multiply-accumulates of the layers with weights.
std::int64_t macs_of_layers(const records& g) {
  std::int64_t macs = 0;
  for (int i = 0; i < g.count; ++i) {
    if (g[i].parameter_bytes > 0) macs += g[i].macs;
  }
  return macs;
}
std::int64_t parameters_of(const records& g) {
  std::int64_t bytes = 0;
  for (int i = 0; i < g.count; ++i) bytes += g[i].parameter_bytes;
  return bytes / std::int64_t{sizeof(float)};
}

/// Plans under every policy for one to four cores; the first that is wrong.
std::string check_plans(const records& g, const xn::target& on) {
  for (int cores = 1; cores <= 4; ++cores) {
    for (int kind = 0; kind < any_split::kinds; ++kind) {
      any_split policy;
      policy.kind = kind;
      const xn::target t = on.with_cores(cores);
      const auto plan = xn::make_plan(g, t, policy);
      const std::string where = std::string(on.name.text) + ", policy " + any_split::names[kind] +
                                ", " + std::to_string(cores) + " cores";
      if (plan.why != xn::fault::none) return where + ": no plan";
      if (xn::verify(g, t, plan).what != xn::flaw::none) return where + ": wrong plan";
      if (kind > 0 && cores > 1 && plan.cores < 2 && cores != 3) return where + ": not split";
    }
  }
  return "";
}

/// One core of the host, then `Cores` of a target on which all of them have work.
template <int Cores, auto Policy, class Model>
void check_split(const Model& model) {
  constexpr xn::target on = cheap_to_split(Cores);
  static_assert(decltype(xn::link<on, Policy>(model))::plan.cores == Cores);
  check_network(model, [&](const buffers& in, const buffers& want) {
    check_policies<on, Policy>(model, in, want);
  });
}

}  // namespace

TEST_CASE("The papers' networks, whole", "[models]") {
  const auto check = [](const auto& model, std::int64_t macs, std::int64_t parameters) {
    const records g = records_of<xn::targets::host>(model);
    CHECK(macs_of_layers(g) == macs);
    // Without vectors, to which channels are filled up, blocks are the same on all machines.
    CHECK(parameters_of(records_of<xn::targets::cortex_m4>(model)) == parameters);
    CHECK(check_plans(g, xn::targets::host) == "");
    CHECK(check_plans(records_of<small_target>(model), small_target) == "");
  };
  // Parameters are those of torchvision's models with batch normalisation folded (a value a channel
  // instead of two), and 1000 classes filled up to whole blocks.
  check(models::resnet18<224>(models::resnet18_weights<100, 1000>{}), 1'814'073'344,
        11'689'512 - 4'800 + 8);
  check(models::squeezenet<224>(models::squeezenet_weights<100, 1000>{}), 349'151'936,
        1'235'496 + 8);
  check(
      models::shufflenet_v2<224>(models::shufflenet_v2_weights<models::shufflenet_v2_1_0, 1000>{}),
      144'907'992, 2'271'304 + 8);
  check(models::centrenet<512>(models::centrenet_weights<100, 80>{}), 22'716'350'464, 15'814'832);
}

TEST_CASE("SqueezeNet of small width", "[models]") {
  const auto weights = seeded_weights<models::squeezenet_weights<25, 10>>();
  check_split<3, xn::split::automatic>(models::squeezenet<48>(weights));
}
TEST_CASE("ShuffleNetV2 of small width", "[models]") {
  constexpr models::shufflenet_v2_width width{6, 12, 24, 36, 40, 2, 2, 2};
  const auto weights = seeded_weights<models::shufflenet_v2_weights<width, 10>>();
  check_split<4, xn::split::paper>(models::shufflenet_v2<64>(weights));
}
TEST_CASE("LSTMs one behind the other", "[models]") {
  const auto weights = seeded_weights<models::lstm_stack_weights<7, 19, 2>>();
  check_split<2, xn::split::pipeline>(models::lstm_stack<5>(weights));
}
TEST_CASE("CentreNet of small width, and so the backbone of ResNet18", "[models]") {
  const auto weights = seeded_weights<models::centrenet_weights<12, 5>>();
  check_split<4, xn::split::grid>(models::centrenet<64>(weights));
}
