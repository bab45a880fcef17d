// A plan as a table that a person can follow. Host tool: not part of the umbrella header.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/plan/pipeline.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/target/target.hpp>

#include <cstdarg>
#include <cstdio>

namespace xenos::inline XENOS_ABI {

/// Why a tensor is materialised, in words.
constexpr const char* text(cut why) {
  switch (why) {
    case cut::none: return "in a ring";
    case cut::output: return "it is an output";
    case cut::stage: return "the next stage of the pipeline reads it";
    case cut::asked: return "the model or the policy asks for it";
    case cut::used_later: return "a later stage reads it too";
    case cut::whole: return "the next stage needs all of it";
    case cut::scratchpad: return "the next stages do not fit the scratchpad beside it";
    case cut::cost: return "a longer segment would cost more";
  }
  return "";
}

/// Why a segment is not split, in words; empty where there is no reason to.
constexpr const char* text(obstacle why) {
  switch (why) {
    case obstacle::none: return "";
    case obstacle::sequential: return ": a stage computes its rows in order";
    case obstacle::accumulates: return ": a stage makes one row of all";
    case obstacle::columns: return ": a stage cannot compute some of its columns";
    case obstacle::channels: return ": a stage mixes channels, or cannot compute some of them";
    case obstacle::lines: return ": cores would share lines of the caller's buffer";
    case obstacle::cost: return ": to split it would not fit, or cost more";
  }
  return "";
}

namespace detail {

/// Formats into a line of bounded length and hands it to the sink.
template <class Sink>
__attribute__((format(printf, 2, 3))) void print_line(Sink& sink, const char* format, ...) {
  char line[256];
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  sink(line);
}

/// The names of a unit's stages, joined by "+", shortened to what fits.
template <int N>
void unit_name(const graph<N>& g, const unit& u, char (&name)[40]) {
  int at = std::snprintf(name, sizeof name, "%s", g[u.head].name);
  for (int f = 0; f < u.follower_count && at < int(sizeof name); ++f) {
    const record& r = g[u.followers[f]];
    if (r.kind == role::output) continue;
    at += std::snprintf(name + at, sizeof name - std::size_t(at), "+%s", r.name);
  }
}

}  // namespace detail

/// Prints plan `p` of graph `g` on target `t`: for each segment why it ends, its tile and bytes,
/// and a row for each unit with shape, halo columns, ring rows and bytes, and behind it one for the
/// state that it carries from row to row, if any. `sink` is called with pieces of text (`const
/// char*`, ended by 0).
template <int N, int M, class Sink>
void explain(const graph<M>& g, const plan<N>& p, const target& t, Sink&& sink) {
  using detail::print_line;
  const auto kb = [](bytes_t bytes) { return double(bytes) / 1024; };
  const auto row = [&sink](const char* stage, const char* shape, const char* halo, const char* held,
                           bytes_t bytes, bytes_t offset) {
    print_line(sink, "  %-39s %-14s %-6s %-10s %9lld %10lld\n", stage, shape, halo, held,
               static_cast<long long>(bytes), static_cast<long long>(offset));
  };
  print_line(sink, "plan for %s: scratchpad %.1f of %.1f KB, memory %.1f KB, parameters %.1f KB\n",
             t.name.text, kb(p.scratchpad_bytes), kb(t.scratchpad), kb(p.memory_bytes),
             kb(p.parameter_bytes));
  if (p.why != fault::none) {
    print_line(sink, "  infeasible: needs %lld bytes, has %lld\n", static_cast<long long>(p.needs),
               static_cast<long long>(p.has));
    sink("  ");
    sink(text(p.why));
    sink("\n");
    return;
  }
  print_line(sink,
             "%d stages in %d segments; %.2f M multiply-accumulates; %.1f KB moved beyond the "
             "scratchpad,\n%.1f KB through rings; %lld cycles by the cost model\n",
             p.unit_count, p.segment_count, double(p.macs) / 1e6, kb(p.moved_bytes),
             kb(p.near_bytes), static_cast<long long>(p.cycles));
  for (int k = 0; k < p.segment_count; ++k) {
    const segment& s = p.segments[k];
    print_line(
        sink,
        "\nsegment %d: tiles of %d rows, %d steps; rings %.1f KB, zero row %lld B; moves %.1f "
        "KB\n",
        k, s.tile, s.steps, kb(s.rings), static_cast<long long>(s.zero_row), kb(s.moved));
    if (p.stages > 1) {
      print_line(sink, "  on core %d, which takes %lld cycles a frame\n", s.stage,
                 static_cast<long long>(stage_cycles(p, s.stage)));
    } else if (s.split.count() > 1) {
      print_line(sink, "  split over %d cores: %d parts of rows, %d of columns, %d of channels\n",
                 s.split.count(), s.split.rows, s.split.columns, s.split.channels);
    } else if (t.cores > 1) {
      print_line(sink, "  on one core%s\n", text(s.unsplit));
    }
    if (s.strips > 1) print_line(sink, "  in %d strips of columns on each core\n", s.strips);
    if (s.round_in_memory) {
      print_line(sink, "  parameters of %.1f KB are read in memory, at %lld\n", kb(s.round_bytes),
                 static_cast<long long>(s.round_offset));
    } else if (p.rounds > 0) {
      print_line(sink, "  parameters in %d rounds of at most %.1f KB, %s\n", s.rounds,
                 kb(s.round_bytes),
                 s.hidden ? "each brought while the one before computes"
                          : "which take longer to bring than to compute");
    }
    if (s.pieces > 1) {
      print_line(sink, "  sums in %d pieces, in %d bands of rows; unfinished %.1f KB\n", s.pieces,
                 s.bands, kb(s.sums));
    }
    print_line(sink, "  %-39s %-14s %-6s %-10s %9s %10s\n", "stage", "rows x w x c", "halo", "held",
               "bytes", "offset");
    for (int i = s.first; i <= s.last; ++i) {
      const unit& u = p.units[i];
      char name[40];
      detail::unit_name(g, u, name);
      char shape[24];
      std::snprintf(shape, sizeof shape, "%dx%dx%d", u.out.height, u.out.width, u.out.channels);
      char halo[16];
      std::snprintf(halo, sizeof halo, "%d,%d", u.halo_left, u.halo_right);
      if (u.where == placement::caller) {
        print_line(sink, "  %-39s %-14s %-6s caller's buffer\n", name, shape, halo);
      } else {
        char held[16];
        std::snprintf(held, sizeof held,
                      u.rows < u.out.height || u.where == placement::ring ? "ring %d" : "all %d",
                      u.rows);
        row(name, shape, halo, held, u.bytes, u.offset);
      }
      if (u.state_bytes > 0) {
        row("  carries from row to row", "", "", "state", u.state_bytes, u.state_offset);
      }
    }
    print_line(sink, "  ends here: %s\n", text(p.units[s.last].why));
  }
}

}  // namespace xenos::inline XENOS_ABI
