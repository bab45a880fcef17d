// What a run works on: arena, caller's buffers, weights; and how rows of tensors are found there.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/plan/plan.hpp>

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// A program seen by kernels that read weights through its views. Where none does nothing of it is
/// kept, so that a program in flash does not bring the weights that it was packed from.
template <class Net>
struct seen_views {
  const Net& net;
  constexpr seen_views(const Net& of) : net(of) {}
};
struct unseen_views {
  template <class Net>
  constexpr unseen_views(const Net&) {}
};
template <class Net>
using kept_views = std::conditional_t<Net::reads_any_views, seen_views<Net>, unseen_views>;

/// The weights of a unit where they lie, for kernels that read them there; else views of nothing.
template <int Unit, template <class> class Frame, class Net>
decltype(auto) views_of_unit(const Frame<Net>& f) {
  if constexpr (Net::template reads_views<Unit>) {
    return f.views.net.template views<Unit>();
  } else {
    return typename Net::template views_of<Unit>{};
  }
}

}  // namespace detail

/// What one core works on in a run. `bases` are its scratchpad, the memory, the inputs by port,
/// then the outputs.
template <class Net>
struct frame {
  static constexpr int scratchpad = 0;
  static constexpr int memory = 1;
  static constexpr int first_input = 2;
  static constexpr int first_output = first_input + Net::inputs;

  [[no_unique_address]] detail::kept_views<Net> views;
  const typename Net::weights& parameters;
  std::byte* bases[first_output + Net::outputs];
  // The part of a core, where a segment is split in columns or channels.
  const range* columns = nullptr;  // by unit of the segment
  range channels{};
  range rows{};   // of its schedule, of the last unit, where rounds cut its sums
  range terms{};  // of the sums
  const std::byte* brought = nullptr;  // the parameters of the present round
};

namespace detail {

/// Where the rows of a tensor lie. All numbers are bytes but `slots` and `height`.
struct tensor_rows {
  int base = 0;               // which of a frame's bases
  std::ptrdiff_t offset = 0;  // of column 0 of row 0
  std::ptrdiff_t stride = 0;  // from slot to slot
  int slots = 1;              // row r lies in slot r % slots
  int height = 1;
  int halo_before = 0;  // bytes before and behind each row that hold `zero`
  int halo_after = 0;
  int row = 0;   // bytes of a row itself
  int zero = 0;  // the zero point of the elements

  [[nodiscard]] std::byte* at(std::byte* const* bases, int index) const {
    const int slot = slots < height ? index % slots : index;
    return bases[base] + offset + slot * stride;
  }
};

/// The rows of `u` in the bases of a Net's frame.
template <class Net>
constexpr tensor_rows rows_of(const unit& u) {
  const int pixel = u.out.channels * size_of(u.type);
  tensor_rows rows;
  rows.stride = u.row_stride;
  rows.slots = rows.height = u.out.height;
  rows.row = u.out.width * pixel;
  rows.zero = u.zero_point;
  if (u.where == placement::caller) {
    rows.base = u.in_place ? frame<Net>::first_input + u.input_port
                           : frame<Net>::first_output + u.output_port;
  } else {
    rows.base = u.where == placement::ring ? frame<Net>::scratchpad : frame<Net>::memory;
    rows.offset = static_cast<std::ptrdiff_t>(u.offset + bytes_t{u.halo_left} * pixel);
    rows.slots = u.rows;
    rows.halo_before = u.halo_left * pixel;
    rows.halo_after = u.halo_right * pixel;
  }
  return rows;
}

/// What a unit reads through one edge.
struct edge_rows {
  tensor_rows from{};
  window reads{};
  bool zeros = false;  // rows outside are the shared row of zeros, else null
  int fills = 0;       // bytes of that row that are to be made zero points before it is read
};

/// Where some of the columns are read: the elements of a row before the first that is there, in the
/// ring and in the row of zeros.
struct skipped_elements {
  int row = 0;
  int zeros = 0;
};

/// Pointers to column 0 of the rows that output rows [first, end) read; of some columns of them if
/// `skipped_elements` say so. One function for all stages: it runs once a tile, and its size counts
/// for each element type only. `Divides`: the window may have `up` other than 1, for which 32-bit
/// machines need a 64-bit division.
template <bool Divides, class T, class... Skipped>
XENOS_NOINLINE void gather_rows(std::byte* const* bases, const edge_rows& edge, int first, int end,
                                const T** rows, Skipped... skipped) {
  const skipped_elements before{skipped...};
  bool filled = edge.fills == 0;
  window reads = edge.reads;
  if constexpr (!Divides) reads.up = 1;
  const int stop = reads.end(end);
  for (int r = reads.first(first); r < stop; ++r) {
    const T* row = nullptr;
    if (r >= 0 && r < edge.from.height) {
      row = reinterpret_cast<const T*>(edge.from.at(bases, r)) - before.row;
    } else if (edge.zeros) {
      if (!filled) std::memset(bases[0], edge.from.zero, static_cast<std::size_t>(edge.fills));
      filled = true;
      row = reinterpret_cast<const T*>(bases[0] + edge.from.halo_before) - before.zeros;
    }
    *rows++ = row;
  }
}

/// What a core writes of a row besides its share: whether it zeroes the halo columns on either
/// side. A ring that holds some of the columns begins with element `skipped`.
struct written_row {
  bool left = true;
  bool right = true;
  int skipped = 0;
};

/// Pointers to column 0 of rows [first, end), their halo columns holding the zero point; of a part
/// of them if a `written_row` says so.
template <class T, class... Part>
XENOS_NOINLINE void prepare_rows(std::byte* const* bases, const tensor_rows& to, int first, int end,
                                 T** rows, Part... written) {
  const written_row part{written...};
  const T zero = static_cast<T>(to.zero);
  for (int r = first; r < end; ++r) {
    T* row = reinterpret_cast<T*>(to.at(bases, r)) - part.skipped;
    const auto before = static_cast<int>(to.halo_before / int(sizeof(T)));
    const auto width = static_cast<int>(to.row / int(sizeof(T)));
    const auto after = static_cast<int>(to.halo_after / int(sizeof(T)));
    for (int i = -before; part.left && i < 0; ++i) row[i] = zero;
    for (int i = width; part.right && i < width + after; ++i) row[i] = zero;
    *rows++ = row;
  }
}

}  // namespace detail

}  // namespace xenos::inline XENOS_ABI
