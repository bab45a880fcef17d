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

/// Steps of one part of rows of a segment.
template <class Index, int Count>
struct step_table {
  packed_step<Index> at[Count > 0 ? Count : 1] = {};
};

namespace detail {

/// The schedule of a segment after `Piece * step_budget` steps. Compilers bound the steps of one
/// constant expression, so long schedules are run in pieces.
inline constexpr int step_budget = 4000;

template <class Net, int Segment, int Part, int Piece>
struct schedule_piece {
  static constexpr auto run() {
    auto at = schedule_piece<Net, Segment, Part, Piece - 1>::cursor;
    step now;
    for (int i = 0; i < step_budget && at.next(Net::plan, Net::plan.segments[Segment], now); ++i) {
    }
    return at;
  }
  static constexpr auto cursor = run();
};
template <class Net, int Segment, int Part>
struct schedule_piece<Net, Segment, Part, 0> {
  static constexpr schedule_cursor<Net::size> cursor{Net::plan, Net::plan.segments[Segment], Part};
};

template <class Net>
constexpr int largest_index() {
  int largest = Net::plan.unit_count;
  for (int i = 0; i < Net::plan.unit_count; ++i)
    largest = max_of(largest, Net::plan.units[i].steps);
  return largest;
}

/// The `Piece`-th piece of a table.
template <class Net, int Segment, int Part, int Piece>
struct table_piece {
  using index = std::conditional_t<(largest_index<Net>() <= 255), std::uint8_t, std::uint16_t>;
  static_assert(largest_index<Net>() <= 65535, "xenos: a tensor has more than 65535 rows");
  static constexpr int begin = Piece * step_budget;
  static constexpr int count =
      min_of(Net::plan.segments[Segment].part_steps[Part] - begin, step_budget);

  static constexpr auto fill() {
    step_table<index, count> table;
    auto cursor = schedule_piece<Net, Segment, Part, Piece>::cursor;
    step now;
    for (int i = 0; i < count && cursor.next(Net::plan, Net::plan.segments[Segment], now); ++i) {
      table.at[i] = {static_cast<index>(now.unit), static_cast<index>(now.first),
                     static_cast<index>(now.end)};
    }
    return table;
  }
  static constexpr auto steps = fill();
};

/// How many pieces the table of a part has.
template <class Net, int Segment, int Part>
inline constexpr int table_pieces =
    (Net::plan.segments[Segment].part_steps[Part] + step_budget - 1) / step_budget;

/// The columns of every unit of a segment, by part of columns.
template <class Net, int Segment>
struct column_table {
  static constexpr int parts = Net::plan.segments[Segment].column_parts();
  static constexpr int first = Net::plan.segments[Segment].first;
  static constexpr int units = Net::plan.segments[Segment].last - first + 1;
  struct entry {
    range at[units];
  };
  struct table {
    entry part[parts];
  };
  static constexpr table fill() {
    table all{};
    for (int k = 0; k < parts; ++k) {
      range by_unit[Net::size] = {};
      columns_of_part(Net::plan, Net::plan.segments[Segment], k, by_unit);
      for (int i = 0; i < units; ++i) all.part[k].at[i] = by_unit[first + i];
    }
    return all;
  }
  static constexpr table columns = fill();
};

}  // namespace detail

}  // namespace xenos::inline XENOS_ABI
