// Schedules as constant tables.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/schedule.hpp>

#include <cstdint>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// A step as the executor reads it: three bytes as long as units and rows are at most 255.
template <class Index>
struct packed_step {
  Index unit;
  Index first;
  Index end;
};

/// The steps of a segment and the cursor behind them.
template <class Index, int Count, int Capacity>
struct step_table {
  packed_step<Index> at[Count > 0 ? Count : 1] = {};
  static constexpr int size = Count;
};

namespace detail {

/// The schedule of segment `Segment` after `Part * step_budget` steps. Compilers bound the steps of
/// one constant expression, so long schedules are run in parts.
inline constexpr int step_budget = 4000;

template <class Net, int Segment, int Part>
struct schedule_part {
  static constexpr auto run() {
    auto at = schedule_part<Net, Segment, Part - 1>::cursor;
    step now;
    for (int i = 0; i < step_budget && at.next(Net::plan, Net::plan.segments[Segment], now); ++i) {
    }
    return at;
  }
  static constexpr auto cursor = run();
};
template <class Net, int Segment>
struct schedule_part<Net, Segment, 0> {
  static constexpr schedule_cursor<Net::size> cursor{};
};

template <class Net>
constexpr int largest_index() {
  int largest = Net::plan.unit_count;
  for (int i = 0; i < Net::plan.unit_count; ++i)
    largest = max_of(largest, Net::plan.units[i].steps);
  return largest;
}

/// The `Part`-th piece of a segment's table.
template <class Net, int Segment, int Part>
struct table_part {
  using index = std::conditional_t<(largest_index<Net>() <= 255), std::uint8_t, std::uint16_t>;
  static_assert(largest_index<Net>() <= 65535, "xenos: a tensor has more than 65535 rows");
  static constexpr int begin = Part * step_budget;
  static constexpr int count = min_of(Net::plan.segments[Segment].steps - begin, step_budget);

  static constexpr auto fill() {
    step_table<index, count, Net::size> table;
    auto cursor = schedule_part<Net, Segment, Part>::cursor;
    step now;
    for (int i = 0; i < count && cursor.next(Net::plan, Net::plan.segments[Segment], now); ++i) {
      table.at[i] = {static_cast<index>(now.unit), static_cast<index>(now.first),
                     static_cast<index>(now.end)};
    }
    return table;
  }
  static constexpr auto steps = fill();
};

/// How many pieces a segment's table has.
template <class Net, int Segment>
inline constexpr int table_parts =
    (Net::plan.segments[Segment].steps + step_budget - 1) / step_budget;

}  // namespace detail

}  // namespace xenos::inline XENOS_ABI
