// Runs a plan on several cores: bare, where each core calls for its own part, and on a pool.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/exec/serial.hpp>

#include <concepts>
#include <cstddef>
#include <utility>

namespace xenos::inline XENOS_ABI {

/// How bare cores meet. One object a core, or one that all share.
///   arrive_and_wait()      returns when all cores of the plan have called it as often
///   publish(data, bytes)   what this core wrote there becomes visible to others (a cache is
///   written
///                          back); nothing to do where caches are coherent
///   acquire(data, bytes)   what others published there becomes visible to this core (a cache is
///                          invalidated)
/// Ranges begin and end anywhere, but no two cores write to one line of the target's alignment
/// between two meetings; an implementation may round ranges to lines.
template <class Sync>
concept core_sync = requires(Sync& sync, const void* data, std::size_t bytes) {
  sync.arrive_and_wait();
  sync.publish(data, bytes);
  sync.acquire(data, bytes);
};

/// Something that runs work on several cores: `run(n, work)` calls work(0) ... work(n - 1), at most
/// `size` at once, on any threads, and returns when all have returned. `pause()`, if it has that,
/// is called by a stage of a pipeline that waits for another one; work(0) ... work(size - 1) must
/// then run at the same time.
template <class Pool>
concept core_pool = requires(Pool& pool, void (&work)(int)) {
  { pool.size() } -> std::convertible_to<int>;
  pool.run(1, work);
};

namespace detail {

/// The bytes of rows [rows.first, rows.end) of a tensor, halo included.
template <class Visit>
void visit_rows(std::byte* const* bases, const tensor_rows& tensor, range rows,
                const Visit& visit) {
  if (rows.empty()) return;
  const std::byte* first = bases[tensor.base] + tensor.offset - tensor.halo_before;
  visit(first + rows.first * tensor.stride, static_cast<std::size_t>(rows.size() * tensor.stride));
}

// Plans are asked for constants only: one that is indexed at run time would be stored.

template <class Net, int Unit, int Edge, class Sync>
void acquire_edge(const frame<Net>& f, Sync& sync) {
  constexpr unit u = Net::plan.units[Unit];
  constexpr unit from = Net::plan.units[u.edges[Edge].from];
  if constexpr (from.segment < u.segment && !from.in_place) {
    visit_rows(f.bases, rows_of<Net>(from), {0, from.out.height},
               [&](const void* data, std::size_t bytes) { sync.acquire(data, bytes); });
  }
}

/// Makes visible what unit `Unit` reads from outside its segment.
template <class Net, int Unit, class Sync, int... Edges>
void acquire_inputs(const frame<Net>& f, Sync& sync, std::integer_sequence<int, Edges...>) {
  constexpr unit u = Net::plan.units[Unit];
  if constexpr (u.input_port >= 0) {
    const auto bytes = static_cast<std::size_t>(u.out.elements() * size_of(u.type));
    sync.acquire(f.bases[frame<Net>::first_input + u.input_port], bytes);
  }
  (acquire_edge<Net, Unit, Edges>(f, sync), ...);
}
template <class Net, int Unit, class Sync>
void acquire_inputs(const frame<Net>& f, Sync& sync) {
  constexpr int edges = Net::plan.units[Unit].edge_count;
  acquire_inputs<Net, Unit>(f, sync, std::make_integer_sequence<int, edges>{});
}

template <class Net, int Segment, class Sync, int... Offsets>
void acquire_units(const frame<Net>& f, Sync& sync, std::integer_sequence<int, Offsets...>) {
  (acquire_inputs<Net, Net::plan.segments[Segment].first + Offsets>(f, sync), ...);
}

/// Makes visible what a segment reads from outside.
template <class Net, int Segment, class Sync>
void acquire_segment(const frame<Net>& f, Sync& sync) {
  constexpr segment s = Net::plan.segments[Segment];
  constexpr int units = s.last - s.first + 1;
  acquire_units<Net, Segment>(f, sync, std::make_integer_sequence<int, units>{});
}

/// Makes this core's share of a segment's result visible to the others.
template <class Net, int Segment, class Sync>
void publish_share(const frame<Net>& f, int core, Sync& sync) {
  constexpr segment s = Net::plan.segments[Segment];
  constexpr unit last = Net::plan.units[s.last];
  if (last.in_place) return;
  const range rows = last.accumulates
                         ? range{0, last.out.height}
                         : share(last.out.height, s.split.rows, s.split.part(core).rows);
  visit_rows(f.bases, rows_of<Net>(last), rows,
             [&](const void* data, std::size_t bytes) { sync.publish(data, bytes); });
}

template <class Net, int Unit, class Sync>
void acquire_output(const frame<Net>& f, Sync& sync) {
  constexpr unit u = Net::plan.units[Unit];
  if constexpr (u.output_port >= 0) {
    visit_rows(f.bases, rows_of<Net>(u), {0, u.out.height},
               [&](const void* data, std::size_t bytes) { sync.acquire(data, bytes); });
  }
}
template <class Net, class Sync, int... Units>
void acquire_outputs(const frame<Net>& f, Sync& sync, std::integer_sequence<int, Units...>) {
  (acquire_output<Net, Units>(f, sync), ...);
}
/// Makes the outputs visible to core 0.
template <class Net, class Sync>
void acquire_outputs(const frame<Net>& f, int core, Sync& sync) {
  constexpr auto units = std::make_integer_sequence<int, Net::plan.unit_count>{};
  if (core == 0) acquire_outputs<Net>(f, sync, units);
}

/// Runs this core's share of a segment between making its inputs and its outputs visible.
template <class Net, int Segment, class Sync>
void run_published(const frame<Net>& f, int core, Sync& sync) {
  if (core < Net::plan.segments[Segment].split.count()) {
    no_probe none;
    acquire_segment<Net, Segment>(f, sync);
    run_share<Net, Segment>(f, core, none);
    publish_share<Net, Segment>(f, core, sync);
  }
  sync.arrive_and_wait();
}

template <class Net, class Sync, int... Segments>
void run_published(const frame<Net>& f, int core, Sync& sync,
                   std::integer_sequence<int, Segments...>) {
  (run_published<Net, Segments>(f, core, sync), ...);
}

template <class Net, int Segment, class Pool>
void run_pooled(const frame<Net>& f, Pool& pool) {
  constexpr int cores = Net::plan.segments[Segment].split.count();
  const auto work = [&f](int core) {
    frame<Net> own = f;
    constexpr bytes_t stride = Net::plan.scratchpad_stride();
    own.bases[frame<Net>::scratchpad] += core * stride;
    no_probe none;
    run_share<Net, Segment>(own, core, none);
  };
  if constexpr (cores == 1) {
    work(0);
  } else {
    pool.run(cores, work);
  }
}

template <class Net, class Pool, int... Segments>
void run_pooled(const frame<Net>& f, Pool& pool, std::integer_sequence<int, Segments...>) {
  (run_pooled<Net, Segments>(f, pool), ...);
}

}  // namespace detail

/// What core `core` does of a run. Every core below `plan.cores` calls it with the same buffers and
/// memory, each with a scratchpad of its own; when it has returned on all, the outputs are there,
/// and visible to core 0. Cores meet after each segment. Real-time safe as `run_serial`, but for
/// what `sync` does.
template <class Net, core_sync Sync>
void run_bare(const frame<Net>& f, int core, Sync& sync) {
  detail::run_published<Net>(f, core, sync,
                             std::make_integer_sequence<int, Net::plan.segment_count>{});
  detail::acquire_outputs(f, core, sync);
}

/// Runs all segments on a pool; those that are not split, on the calling thread.
template <class Net, core_pool Pool>
void run_on_pool(const frame<Net>& f, Pool& pool) {
  detail::run_pooled<Net>(f, pool, std::make_integer_sequence<int, Net::plan.segment_count>{});
}

}  // namespace xenos::inline XENOS_ABI
