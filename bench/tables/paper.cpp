// The tables of the Xenos paper (arXiv 2302.00282) beside what the cost model says of our plans on
// its devices: modelled, not measured. Prints markdown.
#include <cstdio>
#include <memory>
#include <xenos/plan/cycles.hpp>

#include "../../examples/models/bert_small.hpp"
#include "../../examples/models/centrenet.hpp"
#include "../../examples/models/lstm.hpp"
#include "../../examples/models/mobilenet.hpp"
#include "../../examples/models/resnet18.hpp"
#include "../../examples/models/shufflenet_v2.hpp"
#include "../../examples/models/squeezenet.hpp"

namespace xn = xenos;

namespace {

struct mobilenet_v1 {
  auto operator()() const { return models::mobilenet<224>(models::mobilenet_weights<100, 1000>{}); }
};
struct squeezenet {
  auto operator()() const {
    return models::squeezenet<224>(models::squeezenet_weights<100, 1000>{});
  }
};
struct shufflenet_v2 {
  auto operator()() const {
    using weights = models::shufflenet_v2_weights<models::shufflenet_v2_1_0, 1000>;
    return models::shufflenet_v2<224>(weights{});
  }
};
struct resnet18 {
  auto operator()() const { return models::resnet18<224>(models::resnet18_weights<100, 1000>{}); }
};
template <int Size>
struct centrenet {
  auto operator()() const { return models::centrenet<Size>(models::centrenet_weights<100, 80>{}); }
};
struct lstm {
  auto operator()() const {
    return models::lstm_stack<64>(models::lstm_stack_weights<128, 128, 1>{});
  }
};
struct bert_small {
  auto operator()() const { return models::bert_encoder<128>(models::bert_weights<>{}); }
};

/// A tensor in memory, whose making is the first segment.
template <int Rows, int Columns, int Channels>
constexpr auto tensor = xn::input<float, xn::hwc{Rows, Columns, Channels}> |
                        xn::max_pool2d<xn::max_pool{.kernel = {1, 1}}> | xn::unlink;

template <int Rows, int Columns, int In, int Out, int Kernel>
constexpr auto convolution() {
  constexpr xn::conv attributes{.out = Out, .kernel = {Kernel, Kernel}};
  return tensor<Rows, Columns, In> |
         xn::conv2d<attributes>(xn::layer<xn::ohwi{Out, Kernel, Kernel, In}>{});
}
/// Convolution, batch normalisation, ReLU.
template <int Rows, int Columns, int In, int Out, int Kernel>
struct cbr {
  auto operator()() const {
    const xn::channel_weights<float, Out> each;
    return convolution<Rows, Columns, In, Out, Kernel>() | xn::batch_norm(each, each, each, each) |
           xn::relu;
  }
};
struct cbr_max_pool {
  auto operator()() const {
    return cbr<224, 224, 24, 224, 3>{}() |
           xn::max_pool2d<xn::max_pool{.kernel = {2, 2}, .stride = {2, 2}}>;
  }
};
struct cbr_average_pool {
  auto operator()() const { return cbr<7, 7, 1024, 1024, 1>{}() | xn::global_average_pool; }
};
struct fully_connected {
  auto operator()() const {
    return tensor<1, 1, 1536> | xn::dense<xn::fc{.out = 1000}>(xn::layer<xn::oi{1000, 1536}>{});
  }
};

/// A policy's cycles of a model's plan.
struct planned_cycles {
  xn::cycle_count cycles{};
  xn::cycle_count ends{};  // of them: of the first and last segment
  std::int64_t macs = 0;
  std::int64_t ends_macs = 0;
  bool feasible = false;
};
template <class Model, xn::target On, class Policy>
planned_cycles planned(const Policy& policy) {
  using records = xn::model_records<Model, On, On.parameters_in_place>;
  const auto p = std::make_unique<xn::plan<records::size>>(make_plan(records::records, On, policy));
  if (p->why != xn::fault::none) return {};
  xn::cycle_count ends = segment_cycles(*p, On, 0);
  ends.add(segment_cycles(*p, On, p->segment_count - 1));
  std::int64_t macs = 0;
  for (int i = 0; i < p->unit_count; ++i) {
    const int at = p->units[i].segment;
    if (at == 0 || at == p->segment_count - 1) macs += p->units[i].macs;
  }
  return {modelled_cycles(*p, On), ends, p->macs, macs, true};
}

double milliseconds(const xn::target& on, const planned_cycles& of) {
  return double(of.cycles.total()) / on.megahertz * 1e-3;
}

// Vanilla, as in the paper, is neither technique: each layer by itself, rows dealt out evenly.
// Fusion of a layer with what follows it belongs to linking there.
constexpr xn::planning apart{.fuse = false, .link = false};
constexpr xn::split::rows_policy vanilla{apart};

/// The paper's milliseconds: vanilla, with its split, with both; 0: it has none.
struct reported {
  double vanilla;
  double split;
  double both;
};

/// One network on one device. `peak`: multiply-accumulates a cycle and core that the device can do.
template <class Model, xn::target On>
void network_row(const char* name, reported paper, int peak) {
  const planned_cycles each[] = {planned<Model, On>(vanilla), planned<Model, On>(apart),
                                 planned<Model, On>(xn::split::rows),
                                 planned<Model, On>(xn::split::automatic)};
  std::printf("| %s ", name);
  for (const double value : {paper.vanilla, paper.split, paper.both}) {
    if (value > 0) {
      std::printf("| %.4g ", value);
    } else {
      std::printf("| ");
    }
  }
  for (const planned_cycles& of : each) {
    if (of.feasible) {
      std::printf("| %.2f ", milliseconds(On, of));
    } else {
      std::printf("| does not fit ");
    }
  }
  const planned_cycles& best = each[3];
  const double possible = double(best.cycles.total()) * peak * On.cores;
  const double share = 100 * double(best.macs) / possible;
  if (paper.both > 0) {
    std::printf("| %.1f | %.0f %% |\n", paper.both / milliseconds(On, best), share);
  } else {
    std::printf("| | %.0f %% |\n", share);
  }
}

void network_header(const char* device) {
  std::printf("%s, ms an image; modelled columns: ours.\n\n", device);
  std::printf(
      "| network | paper: vanilla | + split | + both | modelled: vanilla | + split | "
      "+ linking | both | times faster | of peak |\n|");
  for (int k = 0; k < 10; ++k) std::printf("---|");
  std::printf("\n");
}

/// Where the cycles go, of a plan with both.
template <class Model, xn::target On>
void causes_row(const char* name) {
  const planned_cycles of = planned<Model, On>(xn::split::automatic);
  const double all = double(of.cycles.total());
  const auto share = [all](std::int64_t cycles) { return 100 * double(cycles) / all; };
  std::printf("| %s | %.1f | %.0f %% | %.0f %% | %.0f %% | %.1f %% |\n", name,
              double(of.macs) * 1e-6, share(of.cycles.computing), share(of.cycles.moving),
              share(of.cycles.parameters), share(of.cycles.meeting));
}

/// An operator in the midst of a network: what it reads and makes lies in memory, not in the
/// caller's buffers, and the first and last segment, which do that, do not count.
template <class Operator>
struct followed {
  auto operator()() const { return Operator{}() | xn::unlink | xn::softmax; }
};
template <class Operator, class Without, class With>
void operator_row(const char* name, const char* technique, double paper, const Without& without,
                  const With& with) {
  constexpr xn::target on = xn::targets::c6678;
  const planned_cycles slow = planned<followed<Operator>, on>(without);
  const planned_cycles fast = planned<followed<Operator>, on>(with);
  const auto before = double(slow.cycles.total() - slow.ends.total());
  const auto after = double(fast.cycles.total() - fast.ends.total());
  std::printf("| %s | %s | %.2fx | %.0f | %.0f | %.2fx | %.0f %% |\n", name, technique, paper,
              before, after, before / after,
              100 * double(fast.macs - fast.ends_macs) / (after * 8 * on.cores));
}

}  // namespace

int main() {
  constexpr xn::target dsp = xn::targets::c6678;
  constexpr xn::target logic = xn::targets::zcu102;
  // All slices on multiply-accumulates of fixed point; activations and parameters still fp32's.
  constexpr xn::target fixed = [] {
    xn::target t = xn::targets::zcu102;
    t.macs_per_cycle = t.int8_macs_per_cycle;
    return t;
  }();
  constexpr reported mobilenet{833, 624, 132};
  constexpr reported squeeze{1512, 1165, 176};
  constexpr reported shuffle{381, 307, 214};
  constexpr reported residual{2458, 1923, 294};
  constexpr reported centre{362, 203, 56};
  constexpr reported recurrent{58, 45, 31};
  network_header("TMS320C6678");
  network_row<mobilenet_v1, dsp>("MobileNetV1 224", mobilenet, 8);
  network_row<squeezenet, dsp>("SqueezeNet 1.1 224", squeeze, 8);
  network_row<shufflenet_v2, dsp>("ShuffleNetV2 1.0 224", shuffle, 8);
  network_row<resnet18, dsp>("ResNet18 224", residual, 8);
  network_row<centrenet<512>, dsp>("CentreNet 512", centre, 8);
  network_row<centrenet<128>, dsp>("CentreNet 128", centre, 8);
  network_row<lstm, dsp>("LSTM 128, 64 steps", recurrent, 8);
  network_row<bert_small, dsp>("BERT-S, 128 steps", {}, 8);

  std::printf(
      "\n| network | M multiply-accumulates | computing | activations | waiting for "
      "parameters | meeting |\n|---|---|---|---|---|---|\n");
  causes_row<mobilenet_v1, dsp>("MobileNetV1 224");
  causes_row<squeezenet, dsp>("SqueezeNet 1.1 224");
  causes_row<shufflenet_v2, dsp>("ShuffleNetV2 1.0 224");
  causes_row<resnet18, dsp>("ResNet18 224");
  causes_row<centrenet<512>, dsp>("CentreNet 512");
  causes_row<centrenet<128>, dsp>("CentreNet 128");
  causes_row<lstm, dsp>("LSTM 128, 64 steps");
  causes_row<bert_small, dsp>("BERT-S, 128 steps");

  const auto on_logic = [&]<xn::target On>(const char* title, int peak) {
    std::printf("\n");
    network_header(title);
    network_row<mobilenet_v1, On>("MobileNetV1 224", {50.7, 1.94, 1.53}, peak);
    network_row<squeezenet, On>("SqueezeNet 1.1 224", {34.7, 3.2, 1.1}, peak);
    network_row<shufflenet_v2, On>("ShuffleNetV2 1.0 224", {32.6, 2.1, 1.59}, peak);
    network_row<resnet18, On>("ResNet18 224", {25.4, 14.3, 2.4}, peak);
    network_row<centrenet<512>, On>("CentreNet 512", {23.4, 1.8, 0.9}, peak);
    network_row<centrenet<128>, On>("CentreNet 128", {23.4, 1.8, 0.9}, peak);
    network_row<lstm, On>("LSTM 128, 64 steps", {19.2, 2.5, 1.3}, peak);
    network_row<bert_small, On>("BERT-S, 128 steps", {}, peak);
  };
  on_logic.operator()<logic>("ZCU102, five slices a fp32 multiply-accumulate", 504);
  on_logic.operator()<fixed>("ZCU102, one slice a multiply-accumulate (fixed point)", 2520);

  std::printf(
      "\nOperators on the C6678, cycles.\n\n| operator | technique | paper | without | "
      "with | modelled | of peak |\n|---|---|---|---|---|---|---|\n");
  constexpr xn::planning fused{.link = false};
  operator_row<cbr<224, 224, 3, 32, 3>>("CBR 3x224x224, 3x3 -> 32", "fusion", 3.1, apart, fused);
  operator_row<cbr<28, 28, 128, 256, 1>>("CBR 128x28x28, 1x1 -> 256", "fusion", 2.4, apart, fused);
  operator_row<cbr_max_pool>("CBR-MaxPool 24x224x224, 3x3 -> 224", "linking", 3.3, fused,
                             xn::planning{});
  operator_row<cbr_average_pool>("CBR-AvgPool 1024x7x7, 1x1 -> 1024", "linking", 2.3, fused,
                                 xn::planning{});
  operator_row<fully_connected>("fully connected 1536 -> 1000", "parameter split", 2.25,
                                xn::split::none, xn::planning{});
}
