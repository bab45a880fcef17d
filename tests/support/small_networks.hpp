// The papers' networks at reduced size: what unit tests and the whole matrix of policies share.
#pragma once

#include <catch2/catch.hpp>
#include <support/cores.hpp>

#include "../../bench/support/fill.hpp"

namespace xenos_test {

/// A machine with a small scratchpad and a microcontroller's costs. Its vectors are the host's:
/// results are equal to the bit for vectors of one width.
inline constexpr xenos::target small_target = [] {
  xenos::target t = xenos::targets::cortex_m55.with_scratchpad(96 * 1024).with_memory(1 << 28);
  t.alignment = xenos::targets::host.alignment;
  t.vector_bytes = xenos::targets::host.vector_bytes;
  return t;
}();

/// For which splitting pays even in models as small as these.
constexpr xenos::target cheap_to_split(int cores) {
  xenos::target t = small_target.with_cores(cores);
  t.barrier_cycles = 1;
  t.exchange_bytes_per_cycle = 1 << 20;
  t.step_cycles = 1;
  return t;
}

template <class Weights>
Weights seeded_weights() {
  static models::seeded make(seed());
  Weights weights;
  bench::fill(make, weights);
  return weights;
}

/// On one core of the host `model` agrees with the definitions; `check(inputs, outputs)` goes on.
template <class Model, class Check>
void check_network(const Model& model, const Check& check) {
  const auto net = xenos::link<xenos::targets::host>(model);
  const buffers in = random_inputs<decltype(net)>();
  const buffers want = run_program(net, in);
  CHECK(difference(want, reference_outputs(net, in)) == "");
  check(in, want);
}

/// On target `On` by each of `Policies` it gives `want` to the bit.
template <xenos::target On, auto... Policies, class Model>
void check_policies(const Model& model, const buffers& in, const buffers& want) {
  const auto one = [&](const auto& net) {
    CHECK(same_bits(run_on_threads(net, in, On.cores), want));
  };
  (one(xenos::link<On, Policies>(model)), ...);
}

/// Every policy of the library on three cores of the host and four of another machine.
template <class Model>
void check_all_policies(const Model& model) {
  namespace split = xenos::split;
  check_network(model, [&](const buffers& in, const buffers& want) {
    const auto all = [&]<xenos::target On>() {
      check_policies<On, split::none, split::rows, split::columns, split::output_channels,
                     split::grid, split::paper, split::automatic, split::pipeline>(model, in, want);
    };
    all.template operator()<xenos::targets::host.with_cores(3)>();
    all.template operator()<cheap_to_split(4)>();
  });
}

}  // namespace xenos_test
