// Compares linked programs of int8 with the stored results of a trained network, bit by bit.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../examples/models/mlperf_tiny.hpp"
#include "golden/golden.hpp"
#include "support/data.hpp"

namespace golden {

namespace xn = xenos;
using integers = std::span<const std::int8_t>;

/// Runs `net` on all samples, the outputs one after the other; `probe` sees the rows, where no
/// transport brings parameters.
template <class Net, class Probe = xn::no_probe>
std::vector<std::int8_t> run_integers(const Net& net, integers inputs, Probe&& probe = {}) {
  constexpr auto in = static_cast<std::size_t>(Net::records[0].out.elements());
  constexpr auto out = static_cast<std::size_t>(Net::records[Net::size - 1].out.elements());
  static_assert(xn::verify(Net::records, Net::on, Net::plan).what == xn::flaw::none);
  const auto weights = std::make_unique<typename Net::weights>();
  net.pack(*weights);
  const auto arena = std::make_unique<typename Net::arena>();
  const std::size_t count = inputs.size() / in;
  std::vector<std::int8_t> results(count * out);
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const std::int8_t, in> input(inputs.data() + i * in, in);
    const std::span<std::int8_t, out> output(results.data() + i * out, out);
    if constexpr (Net::plan.rounds > 0) {
      xn::copy_transport by;
      REQUIRE(net.run_with(by, *weights, *arena, input, output).has_value());
    } else {
      net.run_probed(probe, *weights, Net::tiers(*arena), input, output);
    }
  }
  return results;
}

/// The number of elements that differ.
inline std::size_t differences(integers a, integers b) {
  REQUIRE(a.size() == b.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
  return count;
}

/// The model on several cores under every policy, with little scratchpad, and with parameters that
/// are brought in rounds to `Least` KB: always the same integers.
template <int Least, class Expression>
void check_integer_cores(const Expression& model, integers inputs, integers wanted) {
  namespace split = xn::split;
  constexpr auto host = xn::targets::host;
  const auto check = [&](const auto& net) {
    CHECK(differences(run_integers(net, inputs), wanted) == 0);
  };
  check(xn::link<host.with_scratchpad(64 * 1024)>(model));
  check(xn::link<xn::targets::cortex_m4>(model));
  check(xn::link<cores(2), split::rows>(model));
  check(xn::link<cores(7), split::rows>(model));
  check(xn::link<cores(3), split::columns>(model));
  check(xn::link<cores(4), split::output_channels>(model));
  check(xn::link<cores(4), split::grid>(model));
  check(xn::link<cores(8), split::paper>(model));
  check(xn::link<cores(2), split::automatic>(model));
  check(xn::link<cores(8), split::automatic>(model));
  check(xn::link<cores(3), split::pipeline>(model));
  check(xn::link<bringing(512)>(model));
  check(xn::link<bringing(Least)>(model));
  check(xn::link<bringing(Least, 4), split::rows>(model));
}

/// A record and the file with the output that it must have.
using stored_integers = std::vector<std::pair<int, std::string>>;

/// Every intermediate of the sample at `input`, seen by a probe, on a plan that fuses nothing and
/// on one that fuses and links.
template <class Expression>
void check_integer_layers(const Expression& model, integers input, support::model_folder& folder,
                          const std::string& prefix, const stored_integers& layers) {
  const auto compare = [&](const auto& net, std::size_t at_least) {
    std::map<int, std::vector<std::int8_t>> seen;
    const auto probe = [&](int record, int, integers row) {
      seen[record].insert(seen[record].end(), row.begin(), row.end());
    };
    run_integers(net, input, probe);
    std::size_t compared = 0;
    for (const auto& [record, file] : layers) {
      if (!seen.contains(record)) continue;
      INFO(prefix << file);
      const auto expected = folder.values<std::int8_t>(prefix + file);
      REQUIRE(folder.good());
      CHECK(differences(seen[record], expected) == 0);
      ++compared;
    }
    CHECK(compared >= at_least);
  };
  compare(xn::link<xn::targets::host, xn::planning{.fuse = false, .link = false}>(model),
          layers.size());
  compare(xn::link<xn::targets::host>(model), 5);
}

}  // namespace golden
