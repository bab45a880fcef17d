// Runs a pipeline: each core its own segments, frame after frame; rows go from core to core through
// rings that one core writes and one reads, without locks.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/exec/cores.hpp>
#include <xenos/exec/serial.hpp>
#include <xenos/plan/pipeline.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// How far the rows between two stages have come, counted over all frames and modulo 2^32, each
/// counter on a line of its own: `written` by the first stage, `released` by the second, which
/// reads none before it again.
struct stage_link {
  alignas(64) std::atomic<std::uint32_t> written{0};
  alignas(64) std::atomic<std::uint32_t> released{0};
};

/// What a stage does next.
template <int Readers>
struct alignas(64) stage_position {
  std::uint32_t frame = 0;
  int segment = -1;          // -1: a frame begins
  int piece = 0;             // of the segment's table
  int step = 0;              // of the piece
  int oldest[Readers] = {};  // by reader of the rows that come in: the first it still reads
};

/// The tensors between stages.
template <class Net>
struct stage_borders {
  static constexpr int stages = Net::plan.stages;
  struct table {
    int unit[stages];     // that stage k hands on
    int readers[stages];  // in stage k of what k - 1 hands on
    int first[stages];    // segment of stage k
    int last[stages];
  };
  static constexpr table fill() {
    table all{};
    for (int k = 0; k < Net::plan.segment_count; ++k) {
      const segment& s = Net::plan.segments[k];
      if (k == 0 || Net::plan.segments[k - 1].stage != s.stage) all.first[s.stage] = k;
      all.last[s.stage] = k;
      all.unit[s.stage] = s.last;
      for (int i = s.first; i <= s.last; ++i) {
        for (int e = 0; e < Net::plan.units[i].edge_count; ++e) {
          all.readers[s.stage] +=
              crosses_stages(Net::plan, Net::plan.units[i], Net::plan.units[i].edges[e]);
        }
      }
    }
    return all;
  }
  static constexpr table at = fill();
  static constexpr int most_readers = [] {
    int most = 1;
    for (const int n : at.readers) most = max_of(most, n);
    return most;
  }();
  /// Which of its stage's readers edge `e` of unit `index` is.
  static constexpr int reader(int index, int e) {
    const int first = Net::plan.segments[at.first[stage(index)]].first;
    int n = 0;
    for (int i = first; i <= index; ++i) {
      const unit& u = Net::plan.units[i];
      for (int k = 0; k < (i < index ? u.edge_count : e); ++k) {
        n += crosses_stages(Net::plan, u, u.edges[k]);
      }
    }
    return n;
  }
  static constexpr int stage(int index) {
    return Net::plan.segments[Net::plan.units[index].segment].stage;
  }
};

}  // namespace detail

/// What the cores of a pipeline share beside weights and memory: where each is, and how far the
/// rows between them have come. Starts at the first frame; `restart` only while no core runs.
template <class Net>
struct pipeline_state {
  static constexpr int stages = Net::plan.stages;
  detail::stage_link links[stages];
  detail::stage_position<detail::stage_borders<Net>::most_readers> at[stages];

  void restart() {
    for (int k = 0; k < stages; ++k) {
      links[k].written.store(0, std::memory_order_relaxed);
      links[k].released.store(0, std::memory_order_relaxed);
      at[k] = {};
    }
  }
};

namespace detail {

/// Whether counter `value` has reached `wanted`; they are less than 2^31 apart.
inline bool reached(std::uint32_t value, std::uint32_t wanted) {
  return static_cast<std::int32_t>(value - wanted) >= 0;
}

/// The rows of unit `Unit`, which goes from one stage to the next, in the counters of its link. A
/// frame begins with slot 0 of the ring, so that it counts whole rings.
template <class Net, int Unit>
struct link_rows {
  static constexpr int capacity = Net::plan.units[Unit].rows;
  static constexpr int height = Net::plan.units[Unit].out.height;
  static constexpr std::uint32_t frame = ceil_div(height, capacity) * capacity;
};

template <class Net, int Unit, int Edge>
void release(pipeline_state<Net>& all, int done) {
  using borders = stage_borders<Net>;
  constexpr unit u = Net::plan.units[Unit];
  constexpr int stage = borders::stage(Unit);
  constexpr int from = u.edges[Edge].from;
  using rows = link_rows<Net, from>;
  auto& at = all.at[stage];
  constexpr unit producer = Net::plan.units[from];
  at.oldest[borders::reader(Unit, Edge)] =
      min_of(oldest_row(producer, u, u.edges[Edge].reads, done), rows::height);
  int oldest = rows::height;
  for (int k = 0; k < borders::at.readers[stage]; ++k) oldest = min_of(oldest, at.oldest[k]);
  const std::uint32_t ended = oldest == rows::height ? rows::frame : std::uint32_t(oldest);
  // A stage that waits comes here again and again; it leaves the line to the one that it waits for.
  std::atomic<std::uint32_t>& released = all.links[stage - 1].released;
  const std::uint32_t now = at.frame * rows::frame + ended;
  if (released.load(std::memory_order_relaxed) != now) {
    released.store(now, std::memory_order_release);
  }
}

/// Whether the rows that unit `Unit` needs for its rows below `end` through edge `Edge` are there.
template <class Net, int Unit, int Edge>
bool arrived(const pipeline_state<Net>& all, int end) {
  constexpr unit u = Net::plan.units[Unit];
  constexpr int stage = stage_borders<Net>::stage(Unit);
  constexpr int from = u.edges[Edge].from;
  constexpr unit producer = Net::plan.units[from];
  using rows = link_rows<Net, from>;
  const int needed = min_of(rows_demanded(producer, u, u.edges[Edge].reads, end), rows::height);
  return reached(all.links[stage - 1].written.load(std::memory_order_acquire),
                 all.at[stage].frame * rows::frame + std::uint32_t(needed));
}

/// Calls `visit` for each edge of a unit through which rows of the stage before come, until one
/// call returns false.
template <class Net, int Unit, class Visit, int... Edges>
bool visit_border_edges(const Visit& visit, std::integer_sequence<int, Edges...>) {
  [[maybe_unused]] const auto one = [&]<int Edge>(std::integral_constant<int, Edge> e) {
    if constexpr (crosses_stages(Net::plan, Net::plan.units[Unit],
                                 Net::plan.units[Unit].edges[Edge])) {
      return visit(e);
    } else {
      return true;
    }
  };
  return (one(std::integral_constant<int, Edges>{}) && ...);
}

/// Runs rows [first, end) of a unit if what they need is there; else false.
template <class Net, int Unit, class Probe>
bool try_unit(const frame<Net>& f, int first, int end, pipeline_state<Net>& all, Probe& probe) {
  using borders = stage_borders<Net>;
  constexpr unit u = Net::plan.units[Unit];
  constexpr int stage = borders::stage(Unit);
  constexpr auto edges = std::make_integer_sequence<int, u.edge_count>{};
  constexpr bool sends = stage + 1 < borders::stages && borders::at.unit[stage] == Unit;
  // It may begin in the middle: what lies before is not waited for.
  const bool there = visit_border_edges<Net, Unit>(
      [&](auto e) {
        release<Net, Unit, decltype(e)::value>(all, first);
        return arrived<Net, Unit, decltype(e)::value>(all, end);
      },
      edges);
  if (!there) return false;
  [[maybe_unused]] std::uint32_t written = 0;
  if constexpr (sends) {
    using rows = link_rows<Net, Unit>;
    const int out_end = u.accumulates ? (end == u.steps ? 1 : 0) : end;
    written = all.at[stage].frame * rows::frame + std::uint32_t(out_end);
    // An accumulating unit writes its only row from the first step on.
    const std::uint32_t touched = u.accumulates ? all.at[stage].frame * rows::frame + 1 : written;
    if (!reached(all.links[stage].released.load(std::memory_order_acquire),
                 touched - std::uint32_t(rows::capacity))) {
      return false;
    }
  }
  run_unit<Net, Unit>(f, first, end, probe);
  visit_border_edges<Net, Unit>(
      [&](auto e) {
        release<Net, Unit, decltype(e)::value>(all, end);
        return true;
      },
      edges);
  if constexpr (sends) {
    using rows = link_rows<Net, Unit>;
    if (end == u.steps) written = (all.at[stage].frame + 1) * rows::frame;
    all.links[stage].written.store(written, std::memory_order_release);
  }
  return true;
}

template <class Net, class Probe>
using trying_function = bool (*)(const frame<Net>&, int, int, pipeline_state<Net>&, Probe&);

template <class Net, int First, class Probe, class Units>
struct trying_functions;
template <class Net, int First, class Probe, int... Units>
struct trying_functions<Net, First, Probe, std::integer_sequence<int, Units...>> {
  static constexpr trying_function<Net, Probe> at[] = {&try_unit<Net, First + Units, Probe>...};
};

/// The pieces of a segment's table, as one kind of object.
template <class Net, int Segment, class Pieces>
struct piece_spans;
template <class Net, int Segment, int... Pieces>
struct piece_spans<Net, Segment, std::integer_sequence<int, Pieces...>> {
  using step_type = packed_step<typename table_piece<Net, Segment, 0, 0>::index>;
  static constexpr std::span<const step_type> at[] = {
      table_piece<Net, Segment, 0, Pieces>::steps.at...};
};

template <class Net, int Segment, int... Offsets>
void release_all(pipeline_state<Net>& all, std::integer_sequence<int, Offsets...>) {
  [[maybe_unused]] const auto one = [&]<int Unit>(std::integral_constant<int, Unit>) {
    constexpr unit u = Net::plan.units[Unit];
    visit_border_edges<Net, Unit>(
        [&](auto e) {
          release<Net, Unit, decltype(e)::value>(all, u.steps);
          return true;
        },
        std::make_integer_sequence<int, u.edge_count>{});
  };
  (one(std::integral_constant<int, Net::plan.segments[Segment].first + Offsets>{}), ...);
}

/// Goes on with a segment; false where a row is missing, or room for one.
template <class Net, int Segment, class Probe>
bool advance_segment(const frame<Net>& f, pipeline_state<Net>& all, Probe& probe) {
  constexpr segment s = Net::plan.segments[Segment];
  constexpr int units = s.last - s.first + 1;
  using spans =
      piece_spans<Net, Segment,
                  std::make_integer_sequence<int, max_of(table_pieces<Net, Segment, 0>, 1)>>;
  using functions = trying_functions<Net, s.first, Probe, std::make_integer_sequence<int, units>>;
  auto& at = all.at[s.stage];
  if (at.segment != Segment) {
    at.segment = Segment;
    at.piece = at.step = 0;
    if constexpr (s.zero_row > 0 && !zero_points<Net>(s))
      std::memset(f.bases[0], 0, std::size_t(s.zero_row));
  }
  for (; at.piece < table_pieces<Net, Segment, 0>; ++at.piece, at.step = 0) {
    const auto& steps = spans::at[at.piece];
    for (; at.step < static_cast<int>(steps.size()); ++at.step) {
      const auto& now = steps[static_cast<std::size_t>(at.step)];
      if (!functions::at[now.unit - s.first](f, now.first, now.end, all, probe)) return false;
    }
  }
  release_all<Net, Segment>(all, std::make_integer_sequence<int, units>{});
  return true;
}

template <class Net, int Stage, class Probe, int... Segments>
bool advance_stage(const frame<Net>& f, pipeline_state<Net>& all, Probe& probe,
                   std::integer_sequence<int, Segments...>) {
  constexpr int first = stage_borders<Net>::at.first[Stage];
  auto& at = all.at[Stage];
  const flush_denormals guard;
  if (at.segment < 0) {
    at.segment = first - 1;  // none of the stage's yet
    for (int& row : at.oldest) row = 0;
  }
  const bool done =
      ((at.segment > first + Segments || advance_segment<Net, first + Segments>(f, all, probe)) &&
       ...);
  if (!done) return false;
  at.segment = -1;
  ++at.frame;
  return true;
}

template <class Net, class Probe, int... Stages>
bool advance_core(const frame<Net>& f, int core, pipeline_state<Net>& all, Probe& probe,
                  std::integer_sequence<int, Stages...>) {
  bool done = false;
  (void)((core == Stages &&
          (done = advance_stage<Net, Stages>(
               f, all, probe,
               std::make_integer_sequence<int, stage_borders<Net>::at.last[Stages] -
                                                   stage_borders<Net>::at.first[Stages] + 1>{}),
           true)) ||
         ...);
  return done;
}

/// Waits as the pool does, or lets the processor know.
template <class Pool>
void pause(Pool& pool) {
  if constexpr (requires { pool.pause(); }) {
    pool.pause();
  } else {
    XENOS_PAUSE();
  }
}

}  // namespace detail

/// Goes on with the present frame of stage `core` as far as rows are there; true when the frame is
/// done, and the next call begins the next one. Never waits. `f` has this core's scratchpad and the
/// buffers of this frame.
template <class Net, class Probe>
bool advance_stage(const frame<Net>& f, int core, pipeline_state<Net>& all, Probe& probe) {
  return detail::advance_core(f, core, all, probe,
                              std::make_integer_sequence<int, Net::plan.stages>{});
}

/// One frame on the calling core, which goes from stage to stage as rows are there.
template <class Net, class Probe>
void run_stages(const frame<Net>& f, Probe& probe) {
  constexpr int stages = Net::plan.stages;
  pipeline_state<Net> all;
  bool done[stages] = {};
  for (int left = stages; left > 0;) {
    for (int core = 0; core < stages; ++core) {
      if (done[core]) continue;
      frame<Net> own = f;
      own.bases[frame<Net>::scratchpad] += core * Net::plan.scratchpad_stride();
      done[core] = advance_stage(own, core, all, probe);
      left -= done[core];
    }
  }
}

/// `count` frames on a pool, whose threads are the cores; `step[b]` is how many bytes buffer b of a
/// frame lies behind that of the frame before. A pool of fewer threads than stages is not used.
template <class Net, core_pool Pool>
void run_stages_on(const frame<Net>& f, Pool& pool, int count, const std::ptrdiff_t* step) {
  constexpr int stages = Net::plan.stages;
  const auto buffers_of = [&f, step](int number) {
    frame<Net> own = f;
    for (int b = frame<Net>::first_input; number > 0 && b < frame<Net>::first_output + Net::outputs;
         ++b) {
      own.bases[b] += number * step[b - frame<Net>::first_input];
    }
    return own;
  };
  no_probe none;
  if (pool.size() < stages) {
    for (int k = 0; k < count; ++k) run_stages(buffers_of(k), none);
    return;
  }
  pipeline_state<Net> all;
  pool.run(stages, [&](int core) {
    for (int k = 0; k < count; ++k) {
      frame<Net> own = buffers_of(k);
      own.bases[frame<Net>::scratchpad] += core * Net::plan.scratchpad_stride();
      no_probe unseen;
      while (!advance_stage(own, core, all, unseen)) detail::pause(pool);
    }
  });
}

}  // namespace xenos::inline XENOS_ABI
