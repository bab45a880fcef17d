// The cost model: bytes that stages move, cycles that they take.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/demand.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI::detail {

/// Bytes that `consumer` reads of `producer`: each row it needs once.
constexpr bytes_t bytes_read(const unit& producer, const unit& consumer, const access& reads) {
  const window& w = reads.rows;
  int rows = 1;
  if (!producer.accumulates && !consumer.accumulates && w.up == 1 && w.down > w.reach) {
    rows = 0;  // windows that leave rows out between them
    for (int row = 0; row < consumer.steps; ++row) {
      const int first = max_of(w.first(row), 0);
      rows += max_of(min_of(w.first(row) + w.reach, producer.steps) - first, 0);
    }
  } else if (!producer.accumulates) {
    rows = rows_demanded(producer, consumer, reads, consumer.steps) -
           min_of(oldest_row(producer, consumer, reads, 0), producer.steps);
  }
  return bytes_t{max_of(rows, 0)} * producer.out.row() * size_of(producer.type);
}

constexpr bytes_t bytes_written(const unit& u) { return u.out.elements() * size_of(u.type); }

/// The shared row of zeros that `consumer` needs for rows outside `producer`, in bytes.
constexpr bytes_t zero_row_bytes(const unit& producer, const unit& consumer, const access& reads) {
  const bool outside =
      reads.rows.first(0) < 0 || reads.rows.end(consumer.steps) > producer.out.height;
  return reads.zeros && outside ? producer.row_stride : 0;
}

/// What one core computes of a unit.
struct unit_part {
  int rows = 0;
  int columns = 0;
  int channels = 0;
};
constexpr unit_part all_of(const unit& u) { return {u.steps, u.out.width, u.out.channels}; }

/// Cycles that starting its tiles takes of a core that computes `rows` rows of a unit.
constexpr std::int64_t start_cycles(const unit& u, const target& t, int tile, int rows) {
  if (u.in_place || rows == 0) return 0;
  return std::int64_t{ceil_div(rows, min_of(u.tile(tile), rows))} * t.step_cycles;
}

/// Cycles of `part` of a unit, by the cost model: multiply-accumulates at the target's rate (a tile
/// that does not fill the kernel's block of rows or columns is slower), its parameters read once a
/// tile, half of which computing hides, and starting tiles.
constexpr std::int64_t unit_cycles(const unit& u, const target& t, int tile, unit_part part) {
  if (u.in_place || part.rows == 0) return 0;
  const int rows = min_of(u.tile(tile), part.rows);
  const int tiles = ceil_div(part.rows, rows);
  std::int64_t compute = max_of(u.macs, u.out.elements() / 2) / t.macs_per_cycle;
  bytes_t parameters = u.parameter_bytes;
  if (part.rows < u.steps) compute = compute * part.rows / u.steps;
  if (part.columns < u.out.width) {
    const int blocks = ceil_div(part.columns, u.block_columns) * u.block_columns;
    compute = compute * min_of(blocks, u.out.width) / u.out.width;
  }
  if (part.channels < u.out.channels) {
    compute = compute * part.channels / u.out.channels;
    parameters = parameters * part.channels / u.out.channels;
  }
  if (rows < min_of(u.block_rows, u.steps)) compute += compute / 3;
  // The first tile brings the parameters near; later ones find them there if they are small.
  // What a transport brings is near already and counted elsewhere.
  if (!t.parameters_in_place) parameters = 0;
  const bool stay = parameters <= t.scratchpad / 4;
  const std::int64_t reading = stay ? parameters / t.memory_bytes_per_cycle +
                                          parameters * (tiles - 1) / t.scratchpad_bytes_per_cycle
                                    : parameters * tiles / t.memory_bytes_per_cycle;
  return compute + reading / 2 + start_cycles(u, t, tile, part.rows);
}

}  // namespace xenos::inline XENOS_ABI::detail
