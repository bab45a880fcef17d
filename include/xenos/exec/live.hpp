// Runs a live plan: after each input row every unit does what it can.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/element.hpp>
#include <xenos/exec/frame.hpp>
#include <xenos/exec/serial.hpp>
#include <xenos/kernels/generic/live_definition.hpp>
#include <xenos/plan/live.hpp>

#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

namespace xenos::inline XENOS_ABI {

/// The height of a tensor whose end is not known yet.
inline constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

/// Pointers of one push. `heights` has the true height of each unit's tensor, or `no_end`.
template <class Net>
struct live_frame {
  [[no_unique_address]] detail::kept_views<Net> views;
  const typename Net::parameter_block& parameters;
  typename Net::state& state;
  std::byte* scratch;
  const std::int64_t* heights;
  const std::byte* inputs[Net::inputs];  // the row to be taken next, by port
};

namespace detail {

/// What a unit reads through one edge, and where that lies in a stream's state.
struct live_edge {
  int from = 0;
  window reads{};
  bool zeros = false;
  int zero = 0;       // the zero point of the elements
  bytes_t fills = 0;  // bytes of the row of zeros that are to be made zero points before it is read
  bytes_t offset = 0;  // of column 0 of slot 0
  int stride = 0;
  int slots = 1;
  int halo_before = 0;
  int endless = 0;   // the height that says it has no end
  int produced = 0;  // rows a period
};

/// Pointers to column 0 of `reach` rows from `first` on.
template <class T>
XENOS_NOINLINE void gather_live_rows(const std::byte* rings, std::byte* zeros,
                                     const live_edge& edge, std::int64_t first, std::int64_t height,
                                     const T** rows) {
  bool filled = edge.fills == 0;
  int slot = first > 0 ? static_cast<int>(first % edge.slots) : 0;
  for (int i = 0; i < edge.reads.reach; ++i, ++first) {
    const std::byte* row = nullptr;
    if (first >= 0 && first < height) {
      row = rings + edge.offset + std::ptrdiff_t{slot} * edge.stride;
      if (++slot == edge.slots) slot = 0;
    } else if (edge.zeros) {
      if (!filled) std::memset(zeros, edge.zero, static_cast<std::size_t>(edge.fills));
      filled = true;
      row = zeros + edge.halo_before;
    }
    *rows++ = reinterpret_cast<const T*>(row);
  }
}

/// Whether a stream has zero points, so that units fill the row of zeros when they read it.
template <class Net>
constexpr bool live_zero_points() {
  for (int i = 0; i < Net::plan.unit_count; ++i) {
    const unit& u = Net::plan.units[i];
    for (int k = 0; k < u.edge_count; ++k) {
      if (u.edges[k].reads.zeros && Net::plan.units[u.edges[k].from].zero_point != 0) return true;
    }
  }
  return false;
}

/// Row pointers and kernel of one unit.
template <class Net, int Unit>
struct live_runner {
  static constexpr const auto& plan = Net::plan;
  static constexpr unit u = plan.units[Unit];
  static constexpr bool is_input = u.input_port >= 0;
  static constexpr int inputs = is_input ? 1 : u.edge_count;
  static constexpr int pixel = u.out.channels * size_of(u.type);
  using element = element_t<u.type>;
  using in_element = element_t<input_type<Net>(u)>;
  using selected = live_kernel<typename Net::template kernel<Unit>>;

  struct layout {
    live_edge at[inputs];
    int begin[inputs + 1] = {};  // of its rows among all
  };
  static constexpr layout make_layout() {
    layout all{};
    for (int k = 0; k < inputs; ++k) {
      if (!is_input) {
        const unit& from = plan.units[u.edges[k].from];
        const int halo = from.halo_left * from.out.channels * size_of(from.type);
        const access& reads = u.edges[k].reads;
        all.at[k] = {u.edges[k].from,
                     reads.rows,
                     reads.zeros,
                     from.zero_point,
                     live_zero_points<Net>() ? bytes_t{from.row_stride} : 0,
                     from.offset + halo,
                     from.row_stride,
                     from.rows,
                     halo,
                     from.out.height,
                     plan.produced[u.edges[k].from]};
      }
      all.begin[k + 1] = all.begin[k] + all.at[k].reads.reach;
    }
    return all;
  }
  static constexpr layout edges = make_layout();

  /// Whether row `row` may be done when `done` rows of each unit are.
  static bool ready(const std::int64_t* done, std::int64_t row) {
    for (const live_edge& e : edges.at) {
      if (first_read(e.reads, row) + e.reads.reach > done[e.from]) return false;
    }
    return true;
  }

  /// Computes row `row`, and hands it to the sink if it is an output's.
  template <class Sink>
  static void run(const live_frame<Net>& f, std::int64_t row, Sink& sink) {
    using epilogue_type = typename Net::template epilogue<Unit>;
    const in_element* rows[edges.begin[inputs]];
    const in_element* const* in[inputs];
    for (int k = 0; k < inputs; ++k) {
      const in_element** begin = rows + edges.begin[k];
      if constexpr (is_input) {
        *begin = reinterpret_cast<const in_element*>(f.inputs[u.input_port]);
      } else {
        const live_edge& e = edges.at[k];
        gather_live_rows(f.state.rings, f.scratch, e, first_read(e.reads, row), f.heights[e.from],
                         begin);
      }
      in[k] = begin;
    }
    element* const out = prepare(f, row);
    const element* vectors[epilogue_type::coefficient_vectors + 1];
    Net::template coefficients<Unit>(f.parameters, vectors);

    // Kernels count rows in int. Behind the prologue nothing but the place in a period matters.
    const std::int64_t later = row - plan.begun[Unit];
    const std::int64_t periods = later > 0 ? later / plan.produced[Unit] : 0;
    const auto first = static_cast<int>(row - periods * plan.produced[Unit]);
    const tile<in_element, element> t{
        in, &out, first, 1, f.scratch + plan.temporaries, {}, {}, f.state.rings + u.state_offset};
    const auto epilogue = epilogue_of<epilogue_type>(in + head_inputs, vectors);
    if constexpr (selected::needs_heights) {
      int heights[inputs];
      for (int k = 0; k < inputs; ++k) heights[k] = height_of(f, edges.at[k], periods);
      selected::type::run(live_tile<in_element, element>{t, heights}, {}, views_of_unit<Unit>(f),
                          epilogue);
    } else {
      selected::type::run(t, Net::template parameters<Unit>(f.parameters), views_of_unit<Unit>(f),
                          epilogue);
    }
    if constexpr (u.output_port >= 0) {
      const std::span<const element, std::size_t(u.out.row())> made(out, std::size_t(u.out.row()));
      if constexpr (Net::outputs == 1) {
        sink(made);
      } else {
        sink(std::integral_constant<int, u.output_port>{}, made);
      }
    }
  }

 private:
  static constexpr int count_head_inputs() {
    int n = 0;
    while (n < u.edge_count && u.edges[n].follower < 0) ++n;
    return is_input ? 1 : n;
  }
  static constexpr int head_inputs = count_head_inputs();

  /// Column 0 of the row to be written, its halo columns zeroed.
  static element* prepare(const live_frame<Net>& f, std::int64_t row) {
    std::byte* to;
    if constexpr (u.output_port >= 0) {
      to = f.scratch + plan.output_row;
    } else {
      to = f.state.rings + u.offset + std::ptrdiff_t(row % u.rows) * u.row_stride;
    }
    auto* const out = reinterpret_cast<element*>(to + std::ptrdiff_t{u.halo_left} * pixel);
    for (int i = -u.halo_left * u.out.channels; i < 0; ++i) out[i] = element(u.zero_point);
    for (int i = 0; i < u.halo_right * u.out.channels; ++i)
      out[u.out.row() + i] = element(u.zero_point);
    return out;
  }
  static int height_of(const live_frame<Net>& f, const live_edge& edge, std::int64_t periods) {
    const std::int64_t height = f.heights[edge.from];
    return height == no_end ? edge.endless : static_cast<int>(height - periods * edge.produced);
  }
};

/// All rows that unit `Unit` can do; rows behind the end of its tensor are only counted.
template <class Net, int Unit, class Sink>
void advance_unit(const live_frame<Net>& f, Sink& sink) {
  using runner = live_runner<Net, Unit>;
  std::int64_t& done = f.state.done[Unit];
  do {
    if constexpr (!runner::is_input) {
      if (!runner::ready(f.state.done, done)) return;
    }
    if (done < f.heights[Unit]) runner::run(f, done, sink);
    ++done;
  } while (!runner::is_input);
}

template <class Net, class Sink, int... Units>
void advance_units(const live_frame<Net>& f, Sink& sink, std::integer_sequence<int, Units...>) {
  (advance_unit<Net, Units>(f, sink), ...);
}

}  // namespace detail

/// Takes one row of each input, or finds that there is none any more, and does what follows.
/// Real-time safe: no allocation, locks or system calls; the stack it needs is bounded by the plan.
template <class Net, class Sink>
void advance_live(const live_frame<Net>& f, Sink& sink) {
  detail::advance_units<Net>(f, sink, std::make_integer_sequence<int, Net::plan.unit_count>{});
}

}  // namespace xenos::inline XENOS_ABI
