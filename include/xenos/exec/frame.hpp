// What a run works on: arena, caller's buffers, weights; and how a row of a tensor is found there.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/plan/plan.hpp>

#include <cstddef>

namespace xenos::inline XENOS_ABI {

/// Pointers of one run. `scratchpad` and `memory` are the two tiers of the arena.
template <class Net>
struct frame {
  const Net& net;
  const typename Net::weights& parameters;
  std::byte* scratchpad;
  std::byte* memory;
  const void* const* inputs;
  void* const* outputs;
};

namespace detail {

/// Column 0 of row `row` of the tensor of unit `Unit`.
template <class Net, int Unit, class T>
T* row_of(const frame<Net>& f, int row) {
  constexpr unit u = Net::plan.units[Unit];
  static_assert(u.where != placement::caller || u.output_port >= 0);
  if constexpr (u.where == placement::caller) {
    return static_cast<T*>(f.outputs[u.output_port]) + std::size_t(row) * u.out.row();
  } else {
    constexpr int origin = u.halo_left * u.out.channels;
    std::byte* tier = u.where == placement::ring ? f.scratchpad : f.memory;
    const int slot = u.rows < u.out.height ? row % u.rows : row;
    return reinterpret_cast<T*>(tier + u.offset + std::size_t(slot) * u.row_stride) + origin;
  }
}

/// The same for reading; model inputs that are read in place lie in the caller's buffer.
template <class Net, int Unit, class T>
const T* readable_row(const frame<Net>& f, int row) {
  constexpr unit u = Net::plan.units[Unit];
  if constexpr (u.in_place) {
    return static_cast<const T*>(f.inputs[u.input_port]) + std::size_t(row) * u.out.row();
  } else {
    return row_of<Net, Unit, T>(f, row);
  }
}

/// Zeroes the halo columns of a row; `row` points to its column 0.
template <class Net, int Unit, class T>
void clear_halo(T* row) {
  constexpr unit u = Net::plan.units[Unit];
  if constexpr (u.where != placement::caller) {
    constexpr int left = u.halo_left * u.out.channels;
    constexpr int right = u.halo_right * u.out.channels;
    for (int i = -left; i < 0; ++i) row[i] = T(0);
    for (int i = u.out.row(); i < u.out.row() + right; ++i) row[i] = T(0);
  }
}

}  // namespace detail

}  // namespace xenos::inline XENOS_ABI
