// Runs a plan on one core.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/exec/denormals.hpp>
#include <xenos/exec/frame.hpp>
#include <xenos/exec/probe.hpp>
#include <xenos/exec/steps.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/plan/rounds.hpp>

#include <cstring>
#include <span>
#include <utility>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// The element type that a unit reads.
template <class Net>
constexpr dtype input_type(const unit& u) {
  return u.edge_count > 0 ? Net::plan.units[u.edges[0].from].type : u.type;
}

/// Whether a segment has zero points, so that its units fill the shared row of zeros when they read
/// it. A unit reads one stream of those outside its image.
template <class Net>
constexpr bool zero_points(const segment& s) {
  for (int i = s.first; i <= s.last; ++i) {
    const unit& u = Net::plan.units[i];
    for (int k = 0; k < u.edge_count; ++k) {
      if (u.edges[k].reads.zeros && Net::plan.units[u.edges[k].from].zero_point != 0) return true;
    }
  }
  return false;
}

/// The epilogue of a unit. Behind one that changes the element type there is none.
template <class Epilogue, class In, class Out>
constexpr Epilogue epilogue_of(const In* const* const* further, const Out* const* vectors) {
  if constexpr (std::is_same_v<In, Out>) {
    return Epilogue(further, vectors);
  } else {
    return Epilogue(nullptr, vectors);
  }
}

/// Row pointers and kernel of one unit.
template <class Net, int Unit>
struct tile_runner {
  static constexpr unit u = Net::plan.units[Unit];
  static constexpr ways split = Net::plan.segments[u.segment].split;
  static constexpr int rounds = Net::plan.segments[u.segment].rounds;
  static constexpr int first_unit = Net::plan.segments[u.segment].first;
  static constexpr int column_parts = Net::plan.segments[u.segment].column_parts();
  static constexpr bool pieces = Net::plan.segments[u.segment].pieces > 1;
  static constexpr cuts cut{column_parts > 1, split.channels* rounds > 1, pieces};
  static constexpr int tile_rows = u.tile(Net::plan.segments[u.segment].tile);
  static constexpr int out_rows = u.accumulates ? 1 : tile_rows;
  // A copied input reads the caller's buffer; other units read their edges.
  static constexpr bool is_input = u.input_port >= 0;
  static constexpr int inputs = is_input ? 1 : u.edge_count;
  using element = element_t<u.type>;
  using in_element = element_t<input_type<Net>(u)>;

  static constexpr edge_rows input(int k) {
    edge_rows rows;
    if (is_input) {
      rows.from = {.base = frame<Net>::first_input + u.input_port,
                   .stride = std::ptrdiff_t{u.out.row()} * size_of(u.type),
                   .slots = u.out.height,
                   .height = u.out.height};
    } else {
      const edge& e = u.edges[k];
      constexpr segment s = Net::plan.segments[u.segment];
      const unit& from = Net::plan.units[e.from];
      rows = {rows_of<Net>(from), e.reads.rows, e.reads.zeros};
      if (zero_points<Net>(s)) {
        rows.fills = static_cast<int>(min_of(s.zero_row, bytes_t{from.row_stride}));
      }
    }
    return rows;
  }
  /// The most rows of input k that a tile reads.
  static constexpr int most_rows(int k) {
    return is_input ? tile_rows : u.edges[k].reads.rows.span(tile_rows);
  }
  static constexpr int rows_before(int k) {
    int rows = 0;
    for (int i = 0; i < k; ++i) rows += most_rows(i);
    return rows;
  }

  struct layout {
    edge_rows in[inputs > 0 ? inputs : 1];
    tensor_rows out;
  };
  static constexpr layout make_layout() {
    layout rows{};
    for (int k = 0; k < inputs; ++k) rows.in[k] = input(k);
    rows.out = rows_of<Net>(u);
    return rows;
  }
  static constexpr layout where = make_layout();
  static constexpr bool divides = [] {
    bool any = false;
    for (const edge_rows& rows : where.in) any = any || rows.reads.up != 1;
    return any;
  }();
  /// Bytes of the row pointers that a tile keeps on the stack.
  static constexpr bytes_t pointer_bytes =
      bytes_t{sizeof(void*)} * (rows_before(inputs) + inputs + out_rows);

  /// Computes schedule rows [first, end).
  template <class Probe>
  static void run(const frame<Net>& f, int first, int end, Probe& probe) {
    using epilogue_type = typename Net::template epilogue<Unit>;
    const in_element* rows[rows_before(inputs)];
    const in_element* const* in[inputs];
    for (int k = 0; k < inputs; ++k) {
      const in_element** begin = rows + row_begins[k];
      if constexpr (cut.columns) {
        gather_rows<divides>(f.bases, where.in[k], first, end, begin, skipped(f, k));
      } else {
        gather_rows<divides>(f.bases, where.in[k], first, end, begin);
      }
      in[k] = begin;
    }
    element* out[out_rows];
    const int first_out = u.accumulates ? 0 : first;
    const int end_out = u.accumulates ? 1 : end;
    if constexpr (cut.columns || cut.channels) {
      prepare_rows(f.bases, where.out, first_out, end_out, out, written(f));
    } else {
      prepare_rows(f.bases, where.out, first_out, end_out, out);
    }

    const element* vectors[epilogue_type::coefficient_vectors + 1];
    if constexpr (Net::plan.rounds > 0) {
      Net::template brought_coefficients<Unit>(f.brought, f.channels, f.terms, vectors);
    } else {
      Net::template coefficients<Unit>(f.parameters, vectors);
    }
    Net::template kernel<Unit>::run(
        tile<in_element, element, cut>{in, out, first, end - first, temporaries(f), columns(f),
                                       f.channels, state(f), piece(f, first)},
        parameters(f), views_of_unit<Unit>(f),
        epilogue_of<epilogue_type>(in + head_inputs(), vectors));
    if constexpr (row_probe<Probe, element>) {
      if (u.accumulates && end < u.steps) return;  // not finished yet
      for (int r = first_out; r < end_out; ++r) {
        probe(Net::template last_record<Unit>, r,
              std::span<const element>(out[r - first_out], std::size_t(u.out.row())));
      }
    }
  }

 private:
  struct begins {
    int at[inputs];
    constexpr int operator[](int k) const { return at[k]; }
  };
  static constexpr begins make_begins() {
    begins b{};
    for (int k = 0; k < inputs; ++k) b.at[k] = rows_before(k);
    return b;
  }
  static constexpr begins row_begins = make_begins();

  static decltype(auto) parameters(const frame<Net>& f) {
    if constexpr (Net::plan.rounds > 0) {
      return Net::template brought_parameters<Unit>(f.brought, f.channels, f.terms);
    } else {
      return Net::template parameters<Unit>(f.parameters);
    }
  }

  /// The columns that this core computes.
  static range columns(const frame<Net>& f) {
    if constexpr (cut.columns) {
      return f.columns[Unit - first_unit];
    } else {
      return {};
    }
  }
  /// The unit behind each edge, and whether it is a ring.
  struct producers {
    int unit[inputs > 0 ? inputs : 1];
    bool ring[inputs > 0 ? inputs : 1];
    shape extent[inputs > 0 ? inputs : 1];
  };
  static constexpr producers make_sources() {
    producers all{};
    for (int k = 0; k < inputs && !is_input; ++k) {
      const int from = all.unit[k] = u.edges[k].from;
      all.ring[k] = Net::plan.units[from].where == placement::ring;
      all.extent[k] = Net::plan.units[from].out;
    }
    return all;
  }
  static constexpr producers sources = make_sources();
  /// Elements of a row before the first of this core's columns behind edge k.
  static skipped_elements skipped(const frame<Net>& f, int k) {
    if (is_input) return {};
    const shape& from = sources.extent[k];
    const range read = columns_demanded(u.edges[k].reads, f.columns[Unit - first_unit], from.width);
    const int held = sources.ring[k] ? f.columns[sources.unit[k] - first_unit].first : 0;
    return {held * from.channels, read.first * from.channels};
  }
  static written_row written(const frame<Net>& f) {
    written_row part;
    if constexpr (cut.columns) {
      part.left = f.columns[Unit - first_unit].first == 0;
      part.right = f.columns[Unit - first_unit].end == u.out.width;
      if (u.where == placement::ring)
        part.skipped = f.columns[Unit - first_unit].first * u.out.channels;
    }
    if constexpr (cut.channels) {  // of a shared tensor only one core writes the halo
      const bool mine = u.where == placement::ring || f.channels.first == 0;
      part.left = part.left && mine;
      part.right = part.right && mine;
    }
    return part;
  }

  /// The part of the sums that the present round adds, of rows from `first` on.
  static auto piece(const frame<Net>& f, int first) {
    if constexpr (cut.terms) {
      constexpr segment s = Net::plan.segments[u.segment];
      constexpr bytes_t pixel = pixel_sum_bytes(u, most_channels(Net::plan, s));
      const bytes_t row = pixel * (cut.columns ? columns(f).size() : u.out.width);
      std::byte* sums = f.bases[frame<Net>::scratchpad] + s.before_sums();
      return sum_piece{f.terms, sums + (first - f.rows.first) * row, row, pixel};
    } else {
      return whole_sums{};
    }
  }

  static std::byte* temporaries(const frame<Net>& f) {
    return f.bases[frame<Net>::scratchpad] + Net::plan.segments[u.segment].zero_row;
  }
  static std::byte* state(const frame<Net>& f) {
    return f.bases[frame<Net>::scratchpad] + u.state_offset;
  }
  static constexpr int head_inputs() {
    if (is_input) return 1;
    int n = 0;
    while (n < u.edge_count && u.edges[n].follower < 0) ++n;
    return n;
  }
};

template <class Net, int Unit, class Probe>
void run_unit(const frame<Net>& f, int first, int end, Probe& probe) {
  if constexpr (!Net::plan.units[Unit].in_place) {
    if constexpr (unit_probe<Probe>) probe.enter(Unit);
    tile_runner<Net, Unit>::run(f, first, end, probe);
    if constexpr (unit_probe<Probe>) probe.leave(Unit);
  }
}

/// Bytes of the row pointers of the unit that needs most.
template <class Net, int... Units>
constexpr bytes_t largest_pointer_bytes(std::integer_sequence<int, Units...>) {
  bytes_t most = 0;
  ((most =
        max_of(most, Net::plan.units[Units].in_place ? 0 : tile_runner<Net, Units>::pointer_bytes)),
   ...);
  return most;
}

template <class Net, class Probe>
using unit_function = void (*)(const frame<Net>&, int, int, Probe&);

template <class Net, class Probe, class Units>
struct unit_functions;
template <class Net, class Probe, int... Units>
struct unit_functions<Net, Probe, std::integer_sequence<int, Units...>> {
  static constexpr unit_function<Net, Probe> at[] = {&run_unit<Net, Units, Probe>...};
};

template <class Net, int Segment, int Part, int Piece, class Probe>
void run_piece(const frame<Net>& f, Probe& probe) {
  using functions =
      unit_functions<Net, Probe, std::make_integer_sequence<int, Net::plan.unit_count>>;
  for (const auto& now : table_piece<Net, Segment, Part, Piece>::steps.at) {
    if constexpr (Net::plan.segments[Segment].bands > 1) {
      if (now.first < f.rows.first || now.first >= f.rows.end) continue;
    }
    functions::at[now.unit](f, now.first, now.end, probe);
  }
}

template <class Net, int Segment, int Part, class Probe, int... Pieces>
void run_rows(const frame<Net>& f, Probe& probe, std::integer_sequence<int, Pieces...>) {
  (run_piece<Net, Segment, Part, Pieces>(f, probe), ...);
}

template <class Net, int Segment, int Part, class Probe>
void run_rows_if(bool mine, const frame<Net>& f, Probe& probe) {
  constexpr int pieces = table_pieces<Net, Segment, Part>;
  if (mine) run_rows<Net, Segment, Part>(f, probe, std::make_integer_sequence<int, pieces>{});
}

/// The schedule of part `part` of rows.
template <class Net, int Segment, class Probe, int... Parts>
void run_part(const frame<Net>& f, int part, Probe& probe, std::integer_sequence<int, Parts...>) {
  (run_rows_if<Net, Segment, Parts>(part == Parts, f, probe), ...);
}

/// The channels that core `core` computes of a segment in a round, all of them where they are not
/// split; empty: it has nothing to do in it.
template <class Net, int Segment>
range channels_of_core(int core, int round) {
  // Constants of the plan, not the plan, which would be stored.
  constexpr segment s = Net::plan.segments[Segment];
  constexpr int channels = Net::plan.units[s.last].out.channels;
  if constexpr (s.split.count() * s.rounds == 1) {
    return {0, core == 0 ? channels : 0};
  } else {
    if (core >= s.split.count()) return {};
    const int part = s.split.part(core).channels;
    return channels_of_round(s, share(channels, s.split.channels, part, s.channel_block), round);
  }
}

/// The terms that a round of a segment adds to its sums; none where they are not cut.
template <class Net, int Segment>
range terms_of_segment(int round) {
  constexpr segment s = Net::plan.segments[Segment];
  if constexpr (s.pieces == 1) {
    return {};
  } else {
    constexpr unit last = Net::plan.units[s.last];
    return terms_of_round(s, last, round);
  }
}

/// What core `core` computes of a segment in round `round`, with the scratchpad of frame `all`.
template <class Net, int Segment, class Probe>
void run_share(const frame<Net>& all, int core, Probe& probe, int round = 0) {
  constexpr segment s = Net::plan.segments[Segment];
  constexpr auto parts = std::make_integer_sequence<int, s.split.rows>{};
  const flush_denormals guard;
  if constexpr (s.zero_row > 0 && !zero_points<Net>(s))
    std::memset(all.bases[0], 0, std::size_t(s.zero_row));
  if constexpr (s.column_parts() * s.split.count() * s.rounds == 1) {
    run_part<Net, Segment>(all, 0, probe, parts);
  } else {
    const ways part = s.split.part(core);
    frame<Net> f = all;
    f.channels = channels_of_core<Net, Segment>(core, round);
    if (f.channels.empty()) return;
    if constexpr (s.pieces > 1) {
      constexpr int steps = Net::plan.units[s.last].steps;
      f.rows = rows_of_round(s, share(steps, s.split.rows, part.rows), round);
      f.terms = terms_of_segment<Net, Segment>(round);
    }
    for (int strip = 0; strip < s.strips; ++strip) {
      if constexpr (s.column_parts() > 1) {
        f.columns = column_table<Net, Segment>::columns.part[part.columns * s.strips + strip].at;
        if (f.columns[s.last - s.first].empty()) return;
      }
      run_part<Net, Segment>(f, part.rows, probe, parts);
    }
  }
}

template <class Net, int Segment, class Probe>
void run_segment(const frame<Net>& f, Probe& probe) {
  for (int core = 0; core < Net::plan.segments[Segment].split.count(); ++core) {
    run_share<Net, Segment>(f, core, probe);
  }
}

template <class Net, class Probe, int... Segments>
void run_segments(const frame<Net>& f, Probe& probe, std::integer_sequence<int, Segments...>) {
  (run_segment<Net, Segments>(f, probe), ...);
}

}  // namespace detail

/// Runs all segments in order on the calling core, the shares of several cores one after another in
/// one scratchpad. Real-time safe: no allocation, locks or system calls; the stack it needs is
/// bounded by the plan.
template <class Net, class Probe>
void run_serial(const frame<Net>& f, Probe& probe) {
  detail::run_segments<Net>(f, probe, std::make_integer_sequence<int, Net::plan.segment_count>{});
}

}  // namespace xenos::inline XENOS_ABI
