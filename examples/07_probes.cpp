// Seeing inner values: a probe is called with each row as it is written. First use of it: find the
// stage from which on two programs differ.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>
#include <vector>

#include <xenos/xenos.hpp>

#include "models/separable.hpp"

namespace xn = xenos;

namespace {

constexpr auto image = support::values<48 * 48 * 3>(7);

/// The tensors of one run, by record number.
using tensors = std::map<int, std::vector<float>>;

template <class Net>
tensors record(const Net& net) {
  static typename Net::weights weights;
  static typename Net::arena arena;
  net.pack(weights);
  tensors seen;
  std::array<float, 10> scores;
  // The probe gets the number of the record whose result the row is, the row's number, its
  // elements. Rows of a tensor come in order. Without a probe, as in run(), none of this is
  // compiled.
  net.run_probed(
      [&](int id, int /*row*/, std::span<const float> values) {
        seen[id].insert(seen[id].end(), values.begin(), values.end());
      },
      weights, Net::tiers(arena), image, scores);
  return seen;
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return a.size() == b.size() ? largest : INFINITY;
}

/// Prints each record that both runs show; the number of the first that differs, or -1.
template <class Net>
int compare(const tensors& a, const tensors& b) {
  int first = -1;
  for (const auto& [id, values] : a) {
    const auto other = b.find(id);
    if (other == b.end()) continue;
    const xn::record& stage = Net::records[id];
    const float difference = largest_difference(values, other->second);
    std::printf("  record %2d %-20s %2d x %2d x %2d: largest difference %.2g\n", id, stage.name,
                stage.out.height, stage.out.width, stage.out.channels, double(difference));
    if (difference != 0 && first < 0) first = id;
  }
  return first;
}

}  // namespace

int main() {
  constexpr auto host = xn::targets::host;
  constexpr auto network = models::separable();

  // A policy that fuses nothing shows every stage, ReLUs apart; the linked program shows what it
  // makes: the results of fused stages.
  const auto linked = xn::link<host>(network);
  const auto apart = xn::link<host, xn::planning{.fuse = false, .link = false}>(network);
  using Net = decltype(linked);
  const tensors fused_rows = record(linked);
  const tensors all_rows = record(apart);
  std::printf("linked: %zu tensors seen, nothing fused: %zu\n", fused_rows.size(), all_rows.size());
  const int none = compare<Net>(fused_rows, all_rows);

  // Now a fault is planted: one weight of the second pointwise convolution is wrong.
  static models::separable_weights spoilt = models::separable_values;
  spoilt.pointwise2[0] += 0.01F;
  std::printf("with one weight changed:\n");
  const int culprit = compare<Net>(record(xn::link<host>(models::separable(spoilt))), fused_rows);
  std::printf("the first record that differs is %d\n", culprit);

  // Record 9 is that convolution, record 10 the ReLU fused into it.
  const bool good = none == -1 && culprit == 10 && fused_rows.size() == 9 && all_rows.size() == 14;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
