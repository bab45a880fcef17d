// The main job: two trained networks of MLPerf Tiny classify real inputs. Prints the plan, what
// each sample is taken for, how far the scores are from the stored ones, and the time of an
// inference.
//
// The trained networks are read from the folder that XENOS_DATA names (or the one found at
// configure time). Without it the same networks run with seeded weights, and the program says so.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <xenos/plan/explain.hpp>
#include <xenos/xenos.hpp>

#include "models/mlperf_tiny.hpp"
#include "models/seeded.hpp"

namespace xn = xenos;

namespace {

const char* const words[] = {"down",  "go",   "left", "no",  "off",     "on",
                             "right", "stop", "up",   "yes", "silence", "unknown"};
const char* const objects[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                               "dog",      "frog",       "horse", "ship", "truck"};

std::filesystem::path data_folder() {
  if (const char* given = std::getenv("XENOS_DATA")) return given;
#ifdef XENOS_DEFAULT_DATA
  return XENOS_DEFAULT_DATA;
#else
  return {};
#endif
}

/// Runs `net` on all samples and prints what they are. `expected` may be empty. False when a score
/// is further than 1e-5 from the expected one.
template <class Net>
bool classify(const char* title, const Net& net, std::span<const float> inputs,
              std::span<const float> expected, const char* const* labels) {
  constexpr auto in = static_cast<std::size_t>(Net::records[0].out.elements());
  constexpr auto out = static_cast<std::size_t>(Net::records[Net::size - 1].out.elements());
  const auto weights = std::make_unique<typename Net::weights>();
  net.pack(*weights);
  const auto arena = std::make_unique<typename Net::arena>();

  std::printf("== %s\n", title);
  xn::explain(Net::records, Net::plan, Net::on, [](const char* text) { std::fputs(text, stdout); });

  std::printf("\n");
  float worst = 0;
  const std::size_t count = inputs.size() / in;
  std::vector<float> scores(out);
  const std::span<float, out> result(scores.data(), out);
  for (std::size_t i = 0; i < count; ++i) {
    net.run(*weights, *arena, std::span<const float, in>(inputs.data() + i * in, in), result);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    std::printf("sample %2zu: %-10s %.3f%s", i, labels[best], double(scores[std::size_t(best)]),
                i % 3 == 2 || i + 1 == count ? "\n" : "   ");
    for (std::size_t k = 0; k < out && !expected.empty(); ++k) {
      const float difference = std::abs(scores[k] - expected[i * out + k]);
      if (!(difference <= worst)) worst = difference;
    }
  }
  using clock = std::chrono::steady_clock;
  double best_time = 1e9;
  for (int repeat = 0; repeat < 500; ++repeat) {
    const auto start = clock::now();
    net.run(*weights, *arena, std::span<const float, in>(inputs.data(), in), result);
    best_time = std::min(best_time, std::chrono::duration<double>(clock::now() - start).count());
  }
  std::printf("%.1f us an inference (best of 500), %.1f GFLOP/s, arena %lld bytes\n",
              best_time * 1e6, 2e-9 * double(Net::plan.macs) / best_time,
              static_cast<long long>(Net::plan.arena_bytes()));
  if (expected.empty()) return true;
  std::printf("largest difference from the stored scores: %.2g (allowed: 1e-5)\n\n", double(worst));
  return worst <= 1e-5F;
}

bool classify_trained(const std::filesystem::path& data) {
  bool good = true;
  {
    support::model_folder folder(data / "kws" / "float");
    const auto weights = models::read_ds_cnn(folder);
    const auto inputs = folder.floats("inputs.npy");
    const auto outputs = folder.floats("outputs.npy");
    if (!folder.good()) return std::fprintf(stderr, "%s\n", folder.failure().c_str()), false;
    const auto net = xn::link<xn::targets::host.with_scratchpad(64 * 1024)>(
        [&] { return models::ds_cnn(weights); });
    good = classify("DS-CNN, keyword spotting", net, inputs, outputs, words) && good;
  }
  {
    support::model_folder folder(data / "ic" / "float");
    const auto weights = models::read_resnet8(folder);
    const auto inputs = folder.floats("inputs.npy");
    const auto outputs = folder.floats("outputs.npy");
    if (!folder.good()) return std::fprintf(stderr, "%s\n", folder.failure().c_str()), false;
    const auto net = xn::link<xn::targets::host.with_scratchpad(64 * 1024)>(
        [&] { return models::resnet8(weights); });
    good = classify("ResNet-8, image classification", net, inputs, outputs, objects) && good;
  }
  return good;
}

bool classify_seeded() {
  std::printf(
      "No trained networks: XENOS_DATA does not name their folder. Seeded weights and inputs "
      "instead;\nthe classes mean nothing.\n\n");
  models::seeded make(7);
  models::ds_cnn_weights w;
  make.fill(w.stem);
  for (auto& block : w.blocks) make.fill(block.depthwise), make.fill(block.pointwise);
  make.fill(w.classifier);
  // Scores of the scalar definitions in double precision on these weights and inputs.
  static constexpr float expected[] = {
      0.07332315F,  0.26064991F,  0.080736661F, 0.1251837F,   0.066130174F, 0.036978321F,
      0.11336194F,  0.03582115F,  0.076348948F, 0.050084497F, 0.041471182F, 0.039910374F,
      0.075290959F, 0.27497332F,  0.079295824F, 0.12446745F,  0.067175617F, 0.0362711F,
      0.1158765F,   0.033094865F, 0.078339569F, 0.044852579F, 0.036758742F, 0.033603472F};
  const auto net =
      xn::link<xn::targets::host.with_scratchpad(64 * 1024)>([&] { return models::ds_cnn(w); });
  return classify("DS-CNN with seeded weights", net, make.values(490 * 2, 1), expected, words);
}

}  // namespace

int main() {
  const auto data = data_folder();
  const bool trained = !data.empty() && std::filesystem::is_directory(data);
  return (trained ? classify_trained(data) : classify_seeded()) ? EXIT_SUCCESS : EXIT_FAILURE;
}
