// Picks, when it starts, the variant of a model for the best instruction set of this machine.
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../support/values.hpp"
#include "variant.hpp"

namespace {

/// The variants that this machine can run, the best last.
std::vector<const variant*> usable() {
  std::vector<const variant*> all{&portable};
#if defined(__x86_64__)
  const bool three = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (three) all.push_back(&avx2);
  const bool four = __builtin_cpu_supports("avx512f") != 0 &&
                    __builtin_cpu_supports("avx512bw") != 0 &&
                    __builtin_cpu_supports("avx512vl") != 0 &&
                    __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512cd");
  if (three && four) all.push_back(&avx512);
#endif
  return all;
}

constexpr auto image = support::values<32 * 32 * 3>(7);

/// The least microseconds of one inference.
double microseconds(const variant& with, std::array<float, 10>& scores) {
  double least = 1e9;
  for (int n = 0; n < 50; ++n) {
    const auto begin = std::chrono::steady_clock::now();
    with.run(image, scores);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    least = took.count() < least ? took.count() : least;
  }
  return least;
}

}  // namespace

int main() {
  const std::vector<const variant*> all = usable();
  std::array<float, 10> first{};
  double largest = 0;
  for (const variant* one : all) {
    std::array<float, 10> scores{};
    const double took = microseconds(*one, scores);
    if (one == all.front()) first = scores;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      largest = std::fmax(largest, std::fabs(double(scores[i]) - double(first[i])));
    }
    std::printf("%-10s %8.1f us%s\n", one->name, took, one == all.back() ? "   (picked)" : "");
  }
  std::printf("largest difference of a score between variants: %.1g\n", largest);
  return largest <= 1e-5 ? EXIT_SUCCESS : EXIT_FAILURE;
}
