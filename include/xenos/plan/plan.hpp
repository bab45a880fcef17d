// What planning decides, as plain values.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/fault.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/core/range.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// Where a tensor lies.
enum class placement : std::uint8_t {
  ring,    // a ring of rows in a core's scratchpad, inside one segment
  memory,  // whole, in shared memory, between segments
  caller,  // in the caller's input or output buffer
};

/// The most cores that a plan shares work among.
inline constexpr int max_cores = 16;

/// Into how many parts the work of a segment is split in each direction: as many cores compute it.
/// Parts of rows and columns compute what they need of the inner tensors for themselves (their
/// halos overlap), parts of channels need no more than their channels.
struct ways {
  int rows = 1;
  int columns = 1;
  int channels = 1;

  [[nodiscard]] constexpr int count() const { return rows * columns * channels; }
  /// The part that core `index` has in each direction: columns vary fastest, channels slowest.
  [[nodiscard]] constexpr ways part(int index) const {
    return {index / columns % rows, index % columns, index / columns / rows};
  }
  friend constexpr bool operator==(const ways&, const ways&) = default;
};

/// The most one-to-one operations that run on one stage's accumulators.
inline constexpr int max_followers = 6;

/// A stream that a unit reads. Edges of the head come first, then the further operands of
/// followers.
struct edge {
  int from = 0;  // unit
  access reads{};
  int follower = -1;  // -1: the head reads it; else which follower
};

/// Why a tensor is not in a ring.
enum class cut : std::uint8_t {
  none,        // it is in a ring
  output,      // it is an output of the model
  asked,       // the model says unlink, or the policy cuts
  stage,       // the next stage of a pipeline reads it, on another core
  used_later,  // a stage beyond the segment reads it
  whole,       // a stage reads it whole (transpose)
  scratchpad,  // a longer segment would not fit into the scratchpad
  cost,        // a longer segment would cost more
};

/// Why a segment is not split as the policy would have it first.
enum class obstacle : std::uint8_t {
  none,         // it is, or the policy wants it on one core
  sequential,   // a stage computes all rows in order
  accumulates,  // rows are wanted split, and a stage makes one row of all
  columns,      // a stage cannot compute some of the columns
  channels,     // a stage but the first mixes channels, or cannot compute some
  lines,        // cores do not see each other's writes, and share lines of the caller's buffer
  cost,         // it would not fit or would cost more
};

/// A stage with the followers fused into it, and the tensor that it writes.
struct unit {
  int head = 0;  // record
  int follower_count = 0;
  int followers[max_followers] = {};      // records
  int chain_operand[max_followers] = {};  // which operand of the follower the accumulator is
  int edge_count = 0;
  edge edges[max_streams] = {};
  int first_consumer = -1;              // of a list: consumer unit * max_streams + edge
  int next_consumer[max_streams] = {};  // for each edge: the next consumer of the same tensor

  shape out{};
  dtype type = dtype::f32;
  dtype factors = dtype::f32;  // what its head reads first, and multiplies
  int zero_point = 0;          // of its elements: what stands outside the image
  int steps = 1;
  bool accumulates = false;
  bool sequential = false;   // computes all rows in order, on one core
  bool materialise = false;  // may not be in a ring
  bool in_place = false;     // a model input that is read where it lies: no work at all
  int input_port = -1;
  int output_port = -1;
  int block_rows = 1;
  int block_columns = 1;
  bool channelwise = false;
  int channel_block = 0;
  bool column_cuts = false;
  std::int64_t macs = 0;
  bytes_t parameter_bytes = 0;
  bytes_t channel_bytes = 0;  // of the head's for each channel of a block, or 0
  bytes_t whole_bytes = 0;    // of those that are needed all at once
  int terms = 0;              // as in `record`
  bytes_t term_bytes = 0;
  bytes_t sum_bytes = 0;
  bytes_t end_bytes = 0;
  bytes_t parameter_offset = 0;  // in the buffer of a round, where a transport brings them
  bytes_t temporary_bytes = 0;
  bytes_t state_bytes = 0;

  int segment = -1;
  placement where = placement::memory;
  cut why = cut::none;
  int halo_left = 0;  // zeroed columns before and after each row
  int halo_right = 0;
  int row_stride = 0;        // bytes from row to row, a multiple of the target's alignment
  int rows = 0;              // rows it holds: ring capacity, or all
  bytes_t bytes = 0;         // rows * row_stride
  bytes_t offset = 0;        // from the start of its tier
  bytes_t state_offset = 0;  // of its state, from the start of the scratchpad

  /// Rows of its schedule that one step covers when the segment's tile is `tile_rows`.
  [[nodiscard]] constexpr int tile(int tile_rows) const { return min_of(tile_rows, steps); }
};

/// Units that are linked through rings: one loop nest. All rows of the last unit are computed,
/// which pulls the rows of the others.
struct segment {
  int first = 0;  // units [first, last]
  int last = 0;
  int tile = 1;  // rows a step
  ways split{};  // over cores
  obstacle unsplit = obstacle::none;
  int stage = 0;         // of a pipeline: the core that runs it
  int strips = 1;        // a core's columns are computed in so many parts, one after another
  int column_block = 1;  // shares are multiples of these
  int channel_block = 1;
  int rounds = 1;                  // parameters are brought in so many parts; see plan/rounds.hpp
  int bands = 1;                   // of rows, that rounds compute one after another
  int pieces = 1;                  // of the terms of sums, in rounds of their own
  int first_round = 0;             // its number among the rounds of the plan
  bytes_t round_bytes = 0;         // the largest; 0: parameters are read where they lie
  bool round_in_memory = false;    // the only round fits no buffer, and comes to
  bytes_t round_offset = 0;        // this place in memory
  bool hidden = true;              // computing takes no less time than bringing the next round
  int steps = 0;                   // of all parts of rows together
  int part_steps[max_cores] = {};  // by part of rows
  bool reversed = false;           // joins pull their last input first
  bytes_t zero_row = 0;            // bytes of the shared row of zeros, at scratchpad offset 0
  bytes_t temporaries = 0;         // at scratchpad offset zero_row
  bytes_t states = 0;              // of its units, behind them
  bytes_t sums = 0;                // unfinished, where there are pieces, behind these
  bytes_t rings = 0;               // bytes of all rings behind these
  bytes_t moved = 0;               // activation bytes read from and written to memory and caller
  bytes_t near = 0;                // activation bytes read from and written to rings
  std::int64_t computing = 0;      // cycles of a core, by the cost model
  std::int64_t cycles = 0;         // of the segment: computing, moving, meeting

  /// All parts of columns: those of core part c are [c * strips, (c + 1) * strips).
  [[nodiscard]] constexpr int column_parts() const { return split.columns * strips; }
  [[nodiscard]] constexpr bytes_t before_sums() const { return zero_row + temporaries + states; }
  [[nodiscard]] constexpr bytes_t before_rings() const { return before_sums() + sums; }
  [[nodiscard]] constexpr bytes_t scratchpad() const { return before_rings() + rings; }
};

/// One step of the schedule: rows [first, end) of a unit.
struct step {
  int unit = 0;
  int first = 0;
  int end = 0;
  friend constexpr bool operator==(const step&, const step&) = default;
};

/// The plan of a model for a target. `why` tells whether it is feasible; `where` is the unit at
/// fault.
template <int Capacity>
struct plan {
  fault why = fault::none;
  int where = -1;
  bytes_t needs = 0;  // bytes needed and available, when memory is at fault
  bytes_t has = 0;

  int unit_count = 0;
  int segment_count = 0;
  unit units[Capacity] = {};
  segment segments[Capacity] = {};

  int cores = 1;                      // that have work
  int stages = 1;                     // of a pipeline: each has consecutive segments, and a core
  int ahead = 0;                      // steps by which one may be ahead of the next
  int rounds = 0;                     // of all segments, where a transport brings parameters
  bytes_t area_bytes = 0;             // zero row up to rings, of the largest segment
  bytes_t parameter_buffers[2] = {};  // behind them: of even and odd rounds
  bytes_t scratchpad_bytes = 0;       // of a core: area and buffers
  bytes_t memory_bytes = 0;           // materialised tensors
  bytes_t parameter_bytes = 0;        // packed weights
  bytes_t moved_bytes = 0;            // activation bytes beyond the scratchpad, a run
  bytes_t near_bytes = 0;             // activation bytes through rings, a run
  std::int64_t macs = 0;
  std::int64_t cycles = 0;  // by the cost model
  int alignment = 1;

  /// The static memory a run needs: the scratchpads of all cores, then memory.
  [[nodiscard]] constexpr bytes_t arena_bytes() const { return memory_offset() + memory_bytes; }
  /// Where the memory tier starts in an arena that holds both.
  [[nodiscard]] constexpr bytes_t memory_offset() const { return cores * scratchpad_stride(); }
  /// Where the parameters of round number `round` lie in the scratchpad.
  [[nodiscard]] constexpr bytes_t buffer_offset(int round) const {
    return align_up(area_bytes, alignment) + (round % 2 == 0 ? 0 : parameter_buffers[0]);
  }
  /// From one core's scratchpad to the next in such an arena.
  [[nodiscard]] constexpr bytes_t scratchpad_stride() const {
    return align_up(scratchpad_bytes, alignment);
  }
};

}  // namespace xenos::inline XENOS_ABI
