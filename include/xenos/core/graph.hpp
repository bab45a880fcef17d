// The traced model: a flat array of records, a general directed acyclic graph in topological order.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/quantisation.hpp>
#include <xenos/core/shape.hpp>
#include <xenos/core/window.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

// clang-format off
/// How outputs map to inputs (after DNNFusion); decides what may fuse and link.
///   one_to_one    element by element: activations, batch norm, add, mul; may fuse into its producer
///   one_to_many   copies of an element go to several outputs: up-sampling
///   many_to_many  a window of elements: convolution, pooling, dense, soft-max
///   reorganise    keeps the order of elements: reshape, concat, pad, flatten, slice
///   shuffle       changes the order of channels within a pixel
///   whole         needs all rows of its inputs before its first: transpose; never links to them
// clang-format on
enum class mapping : std::uint8_t {
  one_to_one,
  one_to_many,
  many_to_many,
  reorganise,
  shuffle,
  whole
};

/// The window of an operation that may read any column: its stages are not cut into columns.
inline constexpr window all_columns{1 << 24, 1, 0, 0};

/// The window of an operation each of whose rows reads all `height` rows of an input: that input is
/// materialised.
constexpr window all_rows(int height) { return {height, 1, 0, 0}; }

/// What a stage reads of one input. Zeros are those of the stream: its zero point, if it has one.
struct access {
  window rows{};
  int left = 0;                  // zeroed columns it reads before the first
  int right = 0;                 // and after the last
  bool zeros = false;            // rows outside the image: a row of zeros (true), or absent (false)
  window columns = all_columns;  // which columns an output column reads
  friend constexpr bool operator==(const access&, const access&) = default;
};

/// Access of an operation that works element by element.
inline constexpr access identity_access{.columns = {}};

enum class role : std::uint8_t { operation, input, output };

/// One traced stage. `name` has static storage.
struct record {
  const char* name = "";
  role kind = role::operation;
  mapping map = mapping::one_to_one;
  dtype type = dtype::f32;
  quantisation quantised{};  // of its elements
  shape out{};
  int steps = 1;             // rows of its schedule: out.height, or input rows when it accumulates
  bool accumulates = false;  // consumes input rows one by one into a single output row
  bool sequential = false;   // carries state from row to row: all rows in order, by one core
  bool takes_epilogue = true;  // a one-to-one follower may be fused into it
  bool cut_after = false;      // unlink: its tensor is materialised
  int port = -1;               // which model input or output
  int inputs = 0;
  int from[max_streams] = {};
  access reads[max_streams] = {};
  std::int64_t macs = 0;
  bytes_t parameter_bytes = 0;  // as the kernel packs them
  bytes_t channel_bytes = 0;    // of them for each channel of a block; 0: it needs all at once
  int terms = 0;                // of a sum, if theirs can come some at a time; 0: they cannot
  bytes_t term_bytes = 0;       // then: for each term, of a block of channels
  bytes_t sum_bytes = 0;        // and of a pixel's unfinished sums of such a block
  bytes_t end_bytes = 0;        // and what its sums begin with, or what finishes them
  bytes_t temporary_bytes = 0;  // scratch the kernel needs while it runs
  bytes_t state_bytes = 0;      // what the kernel carries from row to row
  int block_rows = 1;           // rows of the kernel's register block
  int block_columns = 1;        // and columns: fewer take as long
  bool channelwise = false;     // a channel of the output reads that channel of the inputs only
  int channel_block = 0;  // shares of channels are multiples of it; 0: the kernel makes all at once
  bool column_cuts = false;  // the kernel can make some of the columns
};

/// The records of a model. `Capacity` is exact for a template model and an upper bound at run time.
template <int Capacity>
struct graph {
  int count = 0;
  record nodes[Capacity] = {};

  constexpr int push(const record& node) {
    nodes[count] = node;
    return count++;
  }
  [[nodiscard]] constexpr const record& operator[](int index) const { return nodes[index]; }
  [[nodiscard]] constexpr record& operator[](int index) { return nodes[index]; }
};

}  // namespace xenos::inline XENOS_ABI
