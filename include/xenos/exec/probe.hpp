// What looks on while a program runs. Of what a probe does not ask for nothing is compiled.
#pragma once

#include <xenos/config/abi.hpp>

#include <span>

namespace xenos::inline XENOS_ABI {

/// The absent probe: nothing is compiled for it.
struct no_probe {};

/// A probe sees the rows that each unit writes, as they are written: called with the record number
/// of the unit's last stage (its fused result), the row, and its elements.
template <class Probe, class T>
concept row_probe = requires(Probe probe, std::span<const T> row) {
  probe(0, 0, row);
};

/// A probe that times: told the number of a unit (of `plan.units`) right before and behind each of
/// its tiles, e.g. to read a cycle counter. A probe may be both.
template <class Probe>
concept unit_probe = requires(Probe probe, int unit) {
  probe.enter(unit);
  probe.leave(unit);
};

}  // namespace xenos::inline XENOS_ABI
