// Compares linked programs with the stored results of a trained network.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../../examples/support/model_folder.hpp"
#include "support/data.hpp"

namespace golden {

namespace xn = xenos;

/// All samples of a network: inputs and expected outputs, one after the other.
struct samples {
  std::span<const float> inputs;
  std::span<const float> outputs;
};

/// Runs `net` on all samples; the outputs one after the other. Checks the plan by the verifier.
template <class Net>
std::vector<float> run_all(const Net& net, const samples& data) {
  constexpr auto in = static_cast<std::size_t>(Net::records[0].out.elements());
  constexpr auto out = static_cast<std::size_t>(Net::records[Net::size - 1].out.elements());
  static_assert(xn::verify(Net::records, Net::on, Net::plan).what == xn::flaw::none);
  const auto weights = std::make_unique<typename Net::weights>();
  net.pack(*weights);
  const auto arena = std::make_unique<typename Net::arena>();
  const std::size_t count = data.inputs.size() / in;
  std::vector<float> results(count * out);
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const float, in> input(data.inputs.data() + i * in, in);
    const std::span<float, out> output(results.data() + i * out, out);
    if constexpr (Net::plan.rounds > 0) {
      xn::copy_transport by;
      REQUIRE(net.run_with(by, *weights, *arena, input, output).has_value());
    } else {
      net.run(*weights, *arena, input, output);
    }
  }
  return results;
}

inline float largest_difference(std::span<const float> a, std::span<const float> b) {
  REQUIRE(a.size() == b.size());
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const float difference = std::abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;  // NaN counts as a difference
  }
  return largest;
}

/// Final outputs of all samples within 1e-5, on host targets with scratchpads of 16 KB to 1 MB and
/// with nothing linked; the results of all of them bit-equal.
template <class Expression>
void check_outputs(const Expression& model, const samples& data) {
  constexpr auto host = xn::targets::host;
  const std::vector<float> results[] = {
      run_all(xn::link<host.with_scratchpad(16 * 1024)>(model), data),
      run_all(xn::link<host.with_scratchpad(64 * 1024)>(model), data),
      run_all(xn::link<host.with_scratchpad(256 * 1024)>(model), data),
      run_all(xn::link<host.with_scratchpad(1024 * 1024)>(model), data),
      run_all(xn::link<host, xn::planning{.link = false}>(model), data),
  };
  for (const auto& result : results) {
    CHECK(largest_difference(result, data.outputs) <= 1e-5F);
    CHECK(result == results[0]);
  }
}

/// A host of several cores for which splitting pays in networks as small as these.
constexpr xn::target cores(int n) {
  xn::target t = xn::targets::host.with_cores(n);
  t.barrier_cycles = t.step_cycles = 10;
  t.exchange_bytes_per_cycle = 1000;
  return t;
}
/// A host whose parameters a transport brings.
constexpr xn::target bringing(int kilobytes, int n = 1) {
  xn::target t = cores(n).with_scratchpad(kilobytes * 1024);
  t.parameters_in_place = false;
  return t;
}

/// The results of one core, bit for bit, by every split policy for 2 to 8 cores, and with
/// parameters in rounds. `Least`: kilobytes of the smallest scratchpad that brings them.
template <int Least, class Expression>
void check_cores(const Expression& model, const samples& data) {
  namespace split = xn::split;
  const std::vector<float> one = run_all(xn::link<xn::targets::host>(model), data);
  CHECK(largest_difference(one, data.outputs) <= 1e-5F);
  CHECK(run_all(xn::link<cores(2), split::rows>(model), data) == one);
  CHECK(run_all(xn::link<cores(7), split::rows>(model), data) == one);
  CHECK(run_all(xn::link<cores(3), split::columns>(model), data) == one);
  CHECK(run_all(xn::link<cores(4), split::output_channels>(model), data) == one);
  CHECK(run_all(xn::link<cores(4), split::grid>(model), data) == one);
  CHECK(run_all(xn::link<cores(8), split::paper>(model), data) == one);
  CHECK(run_all(xn::link<cores(2), split::automatic>(model), data) == one);
  CHECK(run_all(xn::link<cores(8), split::automatic>(model), data) == one);
  CHECK(run_all(xn::link<cores(3), split::pipeline>(model), data) == one);
  CHECK(run_all(xn::link<bringing(512)>(model), data) == one);
  CHECK(run_all(xn::link<bringing(Least)>(model), data) == one);
  CHECK(run_all(xn::link<bringing(Least, 4), split::rows>(model), data) == one);
  CHECK(run_all(xn::link<bringing(Least, 2), split::paper>(model), data) == one);
}

/// A record and the file with the output that it must have.
using stored_layers = std::vector<std::pair<int, std::string>>;

/// Every intermediate of sample `index` within 1e-4 of that layer's largest magnitude, seen by a
/// probe on a plan that fuses nothing; and the rows of a fused and linked plan, where it shows
/// them.
template <class Expression>
void check_intermediates(const Expression& model, const samples& data, std::size_t index,
                         support::model_folder& folder, const std::string& prefix,
                         const stored_layers& layers) {
  const auto compare = [&](const auto& net, std::size_t at_least) {
    using net_type = std::remove_cvref_t<decltype(net)>;
    constexpr auto in = static_cast<std::size_t>(net_type::records[0].out.elements());
    constexpr auto out =
        static_cast<std::size_t>(net_type::records[net_type::size - 1].out.elements());
    const auto weights = std::make_unique<typename net_type::weights>();
    net.pack(*weights);
    const auto arena = std::make_unique<typename net_type::arena>();
    std::map<int, std::vector<float>> seen;
    const auto probe = [&](int record, int row, std::span<const float> values) {
      auto& tensor = seen[record];
      REQUIRE(tensor.size() == static_cast<std::size_t>(row) * values.size());
      tensor.insert(tensor.end(), values.begin(), values.end());
    };
    std::vector<float> result(out);
    net.run_probed(probe, *weights, net_type::tiers(*arena),
                   std::span<const float, in>(data.inputs.data() + index * in, in),
                   std::span<float, out>(result.data(), out));
    std::size_t compared = 0;
    for (const auto& [record, file] : layers) {
      if (!seen.contains(record)) continue;
      INFO(file);
      const auto expected = folder.floats(prefix + file);
      REQUIRE(folder.good());
      float magnitude = 0;
      for (const float value : expected) magnitude = std::max(magnitude, std::abs(value));
      CHECK(largest_difference(seen[record], expected) <= 1e-4F * magnitude);
      ++compared;
    }
    CHECK(compared >= at_least);
  };
  compare(xn::link<xn::targets::host, xn::planning{.fuse = false, .link = false}>(model),
          layers.size());
  compare(xn::link<xn::targets::host>(model), 5);
}

}  // namespace golden
