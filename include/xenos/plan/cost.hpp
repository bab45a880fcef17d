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

/// Multiply-accumulates a cycle and core of elements of type `type`.
constexpr int macs_per_cycle(const target& t, dtype type) {
  return type == dtype::i8 && t.int8_macs_per_cycle > 0 ? t.int8_macs_per_cycle : t.macs_per_cycle;
}

/// Cycles in which `cores` cores move `bytes` in all to or from memory beyond the fast one.
constexpr std::int64_t memory_cycles(const target& t, bytes_t bytes, int cores) {
  const std::int64_t own = bytes / (bytes_t{t.memory_bytes_per_cycle} * cores);
  if (t.memory_megabytes_per_second == 0) return own;
  return max_of(own, bytes * t.megahertz / t.memory_megabytes_per_second);
}

/// Cycles in which a transport brings `bytes` of parameters to each of `cores` cores in `starts`
/// transfers. `parts` of the cores need different ones. Where there is fast memory, those that
/// several need come through it, once from memory beyond.
constexpr std::int64_t bringing_cycles(const target& t, bytes_t bytes, int cores, int parts,
                                       int starts) {
  const bool through = t.fast_memory > 0;
  const std::int64_t far = memory_cycles(t, bytes * (through ? parts : cores), cores);
  const std::int64_t near = through ? bytes / t.fast_memory_bytes_per_cycle : 0;
  return max_of(far, near) + std::int64_t{starts} * t.transport_cycles;
}

/// Cycles in which a unit reads parameters that a transport brought to fast memory, all in each
/// row.
constexpr std::int64_t reading_cycles(const unit& u, const target& t) {
  return u.parameter_bytes * u.steps / t.fast_memory_bytes_per_cycle;
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
/// tile (a row, where each waits for the one before), half of which computing hides, and starting
/// tiles.
constexpr std::int64_t unit_cycles(const unit& u, const target& t, int tile, unit_part part) {
  if (u.in_place || part.rows == 0) return 0;
  const int rows = min_of(u.tile(tile), part.rows);
  // A recurrent layer reads half of its parameters in each row, the input's half in each tile.
  const int once = ceil_div(part.rows, rows);
  const int tiles = u.sequential ? (part.rows + once) / 2 : once;
  std::int64_t compute = max_of(u.macs, u.out.elements() / 2) / macs_per_cycle(t, u.factors);
  bytes_t parameters = u.parameter_bytes;
  if (part.rows < u.steps) compute = compute * part.rows / u.steps;
  if (part.columns < u.out.width) {
    const int blocks =
        min_of(ceil_div(part.columns, u.block_columns) * u.block_columns, u.out.width);
    compute = compute * (part.columns + blocks) / (bytes_t{2} * u.out.width);
  }
  if (part.channels < u.out.channels) {
    compute = compute * part.channels / u.out.channels;
    parameters = parameters * part.channels / u.out.channels;
  }
  if (rows < min_of(u.block_rows, u.steps)) compute += compute / (u.channelwise ? 3 : 8);
  // The first tile brings the parameters near; later ones find them there if they are small.
  // What a transport brings is near already and counted elsewhere.
  if (!t.parameters_in_place) parameters = 0;
  const bool stay = parameters <= max_of(t.scratchpad / 4, t.fast_memory);
  const std::int64_t reading = stay ? parameters / t.memory_bytes_per_cycle +
                                          parameters * (tiles - 1) / t.scratchpad_bytes_per_cycle
                                    : parameters * tiles / t.memory_bytes_per_cycle;
  return compute + reading / 2 + start_cycles(u, t, tile, part.rows);
}

}  // namespace xenos::inline XENOS_ABI::detail
