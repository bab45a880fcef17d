// Runs a plan on one core.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/exec/frame.hpp>
#include <xenos/exec/steps.hpp>
#include <xenos/kernels/kernel.hpp>

#include <cstring>
#include <span>
#include <utility>

namespace xenos::inline XENOS_ABI {

/// The absent probe: nothing is compiled for it.
struct no_probe {};

/// A probe sees the rows that each unit writes, as they are written: called with the record number
/// of the unit's last stage (its fused result), the row, and its elements.
template <class Probe, class T>
concept row_probe = requires(Probe probe, std::span<const T> row) {
  probe(0, 0, row);
};

namespace detail {

/// Row pointers for one tile of a unit.
template <class Net, int Unit>
struct tile_runner {
  static constexpr unit u = Net::plan.units[Unit];
  static constexpr segment s = Net::plan.segments[u.segment];
  static constexpr int tile_rows = u.tile(s.tile);
  using kernel = typename Net::template kernel<Unit>;
  using epilogue_type = typename Net::template epilogue<Unit>;
  using element = element_t<u.type>;

  static constexpr int head_inputs() {
    int n = 0;
    for (int k = 0; k < u.edge_count; ++k) n += u.edges[k].follower < 0;
    return u.input_port >= 0 ? 1 : n;
  }
  /// Rows of edge K that a tile may read.
  static constexpr int most_rows(int k) {
    return u.accumulates ? tile_rows : u.edges[k].reads.rows.span(tile_rows);
  }

  /// Fills `rows` with the rows that edge K reads for output rows [first, end).
  template <int K>
  static void gather(const frame<Net>& f, const element** rows, int first, int end) {
    constexpr edge e = u.edges[K];
    constexpr unit from = Net::plan.units[e.from];
    const int begin = u.accumulates ? first : e.reads.rows.first(first);
    const int stop = u.accumulates ? end : e.reads.rows.end(end);
    for (int r = begin; r < stop; ++r) {
      if (r >= 0 && r < from.out.height) {
        *rows++ = readable_row<Net, e.from, element>(f, r);
      } else if constexpr (e.reads.zeros) {
        *rows++ =
            reinterpret_cast<const element*>(f.scratchpad) + from.halo_left * from.out.channels;
      } else {
        *rows++ = nullptr;
      }
    }
  }

  template <int K>
  struct row_array {
    const element* at[most_rows(K)];
  };
  template <class Sequence>
  struct row_arrays;
  template <int... K>
  struct row_arrays<std::integer_sequence<int, K...>> : row_array<K>... {
    const element* const* all[sizeof...(K) > 0 ? sizeof...(K) : 1];

    row_arrays(const frame<Net>& f, int first, int end) {
      (gather<K>(f, row_array<K>::at, first, end), ...);
      ((all[K] = row_array<K>::at), ...);
    }
  };

  /// Computes schedule rows [first, end) and clears the halos of the rows they complete.
  template <class Probe>
  static void run(const frame<Net>& f, int first, int end, Probe& probe) {
    constexpr int out_rows = u.accumulates ? 1 : tile_rows;
    element* out[out_rows];
    const int first_out = u.accumulates ? 0 : first;
    const int end_out = u.accumulates ? 1 : end;
    for (int r = first_out; r < end_out; ++r) {
      out[r - first_out] = row_of<Net, Unit, element>(f, r);
    }
    if constexpr (u.input_port >= 0) {
      const element* rows[tile_rows];
      for (int r = first; r < end; ++r) {
        rows[r - first] =
            static_cast<const element*>(f.inputs[u.input_port]) + std::size_t(r) * u.out.row();
      }
      const element* const* all[] = {rows};
      execute(f, all, out, first, end);
    } else {
      const row_arrays<std::make_integer_sequence<int, u.edge_count>> rows(f, first, end);
      execute(f, rows.all, out, first, end);
    }
    for (int r = first_out; r < end_out; ++r) {
      clear_halo<Net, Unit>(out[r - first_out]);
      if constexpr (row_probe<Probe, element>) {
        if (!u.accumulates || end == u.steps) {
          probe(Net::template last_record<Unit>, r,
                std::span<const element>(out[r - first_out], std::size_t(u.out.row())));
        }
      }
    }
  }

 private:
  static void execute(const frame<Net>& f, const element* const* const* in, element* const* out,
                      int first, int end) {
    const element* vectors[epilogue_type::coefficient_vectors + 1];
    Net::template coefficients<Unit>(f.parameters, vectors);
    const epilogue_type epilogue(in + head_inputs(), vectors);
    kernel::run(tile<element, element>{in, out, first, end - first},
                Net::template parameters<Unit>(f.parameters), f.net.template views<Unit>(),
                epilogue);
  }
};

template <class Net, int Unit, class Probe>
void run_unit(const frame<Net>& f, int first, int end, Probe& probe) {
  if constexpr (!Net::plan.units[Unit].in_place) {
    tile_runner<Net, Unit>::run(f, first, end, probe);
  }
}

template <class Net, class Probe>
using unit_function = void (*)(const frame<Net>&, int, int, Probe&);

template <class Net, class Probe, class Units>
struct unit_functions;
template <class Net, class Probe, int... Units>
struct unit_functions<Net, Probe, std::integer_sequence<int, Units...>> {
  static constexpr unit_function<Net, Probe> at[] = {&run_unit<Net, Units, Probe>...};
};

template <class Net, int Segment, int Part, class Probe>
void run_part(const frame<Net>& f, Probe& probe) {
  using functions =
      unit_functions<Net, Probe, std::make_integer_sequence<int, Net::plan.unit_count>>;
  for (const auto& now : table_part<Net, Segment, Part>::steps.at) {
    functions::at[now.unit](f, now.first, now.end, probe);
  }
}

template <class Net, int Segment, class Probe, int... Parts>
void run_segment(const frame<Net>& f, Probe& probe, std::integer_sequence<int, Parts...>) {
  constexpr bytes_t zeros = Net::plan.segments[Segment].zero_row;
  if constexpr (zeros > 0) std::memset(f.scratchpad, 0, std::size_t(zeros));
  (run_part<Net, Segment, Parts>(f, probe), ...);
}

template <class Net, class Probe, int... Segments>
void run_segments(const frame<Net>& f, Probe& probe, std::integer_sequence<int, Segments...>) {
  (run_segment<Net, Segments>(f, probe,
                              std::make_integer_sequence<int, table_parts<Net, Segments>>{}),
   ...);
}

}  // namespace detail

/// Runs all segments in order on the calling core. Real-time safe: no allocation, locks or system
/// calls; the stack it needs is bounded by the plan.
template <class Net, class Probe>
void run_serial(const frame<Net>& f, Probe& probe) {
  detail::run_segments<Net>(f, probe, std::make_integer_sequence<int, Net::plan.segment_count>{});
}

}  // namespace xenos::inline XENOS_ABI
