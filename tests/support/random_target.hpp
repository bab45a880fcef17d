// Random targets, planning policies and inputs.
#pragma once

#include <support/dice.hpp>
#include <support/model.hpp>
#include <vector>
#include <xenos/plan/policy.hpp>
#include <xenos/target/catalogue.hpp>

namespace xenos_test {

inline constexpr xenos::target catalogue[] = {xenos::targets::host, xenos::targets::generic,
                                              xenos::targets::cortex_m4, xenos::targets::c6678,
                                              xenos::targets::zcu102};
inline constexpr int catalogue_size = 5;

/// Target `which` of the catalogue, often with less scratchpad or memory: sometimes with too
/// little.
inline xenos::target random_target(dice& d, int which) {
  xenos::target t = catalogue[which];
  const int kind = d.between(1, 100);
  if (kind > 25) t.scratchpad = d.bytes(kind > 55 ? 512 : 1024, kind > 55 ? 4096 : 65536);
  if (d.chance(10)) t.memory = d.bytes(256, 65536);
  constexpr int cores[] = {1, 2, 3, 4, 7, 8, 8, 16, 16, 16};
  t.cores = cores[d.between(0, 9)];
  t.parameters_in_place = d.chance(35);
  if (!t.parameters_in_place) {
    t.scratchpad = d.bytes(3 * 1024, d.chance(80) ? 12 * 1024 : 128 * 1024);
  }
  // A cost model in which splitting pays off more often.
  if (d.chance(50)) t.barrier_cycles = d.between(1, 100);
  // And one in which strips of columns do: slow memory, quick starts.
  if (d.chance(80)) {
    t.memory_bytes_per_cycle = 1;
    t.step_cycles = d.between(0, 5);
  }
  t.exchange_bytes_per_cycle = d.between(1, 64);
  return t;
}

/// Any of the library's split policies, chosen at run time.
struct any_split : xenos::planning {
  static constexpr int kinds = 8;
  static constexpr const char* names[kinds] = {"none", "rows",  "columns",   "output_channels",
                                               "grid", "paper", "automatic", "pipeline"};
  int kind = 0;
  int ahead = 0;

  [[nodiscard]] constexpr int stages(const xenos::target& t) const {
    return kind == 7 && t.coherent && t.parameters_in_place ? t.cores : 1;
  }

  [[nodiscard]] constexpr xenos::split_choices split(const xenos::split_query& of) const {
    namespace policies = xenos::split;
    switch (kind) {
      case 0: return policies::none.split(of);
      case 1: return policies::rows.split(of);
      case 2: return policies::columns.split(of);
      case 3: return policies::output_channels.split(of);
      case 4: return policies::grid.split(of);
      case 5: return policies::paper.split(of);
      case 7: return policies::pipeline.split(of);
      default: return policies::automatic.split(of);
    }
  }
};

/// One that the interpreter can run, which takes segments in order.
inline constexpr int ordered_kinds = any_split::kinds - 1;

inline any_split random_policy(dice& d, int kinds = any_split::kinds) {
  any_split policy;
  policy.kind = d.between(0, kinds - 1);
  policy.fuse = d.chance(75);
  policy.link = d.chance(88);
  if (d.chance(25)) policy.tile = d.chance(70) ? d.between(1, 9) : d.between(10, 200);
  policy.ahead = d.between(0, 5);
  return policy;
}

/// Values in [-1, 1) for the inputs of a model, by port.
inline std::vector<tensor_values> random_inputs(dice& d, const model& m) {
  std::vector<tensor_values> inputs(static_cast<std::size_t>(m.inputs));
  for (int id = 0; id < m.records.count; ++id) {
    if (m.records[id].kind != xenos::role::input) continue;
    tensor_values& values = inputs[static_cast<std::size_t>(m.records[id].port)];
    values.resize(static_cast<std::size_t>(m.records[id].out.elements()));
    for (float& value : values) value = static_cast<float>(d.between(-32768, 32767)) / 32768.0F;
  }
  return inputs;
}

}  // namespace xenos_test
