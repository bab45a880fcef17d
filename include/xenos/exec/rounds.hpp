// Runs a plan whose parameters a transport brings, in rounds.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/result.hpp>
#include <xenos/exec/cores.hpp>
#include <xenos/exec/serial.hpp>
#include <xenos/exec/transport.hpp>

#include <cstddef>
#include <utility>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// Where round `round` of a segment comes.
template <class Net, int Segment>
std::byte* buffer_of(const frame<Net>& f, int round) {
  constexpr segment s = Net::plan.segments[Segment];
  if constexpr (s.round_in_memory) return f.bases[frame<Net>::memory] + s.round_offset;
  round += s.first_round;
  constexpr bytes_t even = Net::plan.buffer_offset(0);
  constexpr bytes_t odd = Net::plan.buffer_offset(1);
  return f.bases[frame<Net>::scratchpad] + (round % 2 == 0 ? even : odd);
}

template <class Net, int Segment, class Transport, int... Offsets>
bool fetch_units(const frame<Net>& f, std::byte* buffer, range channels, range terms, Transport& by,
                 std::integer_sequence<int, Offsets...>) {
  constexpr int first = Net::plan.segments[Segment].first;
  return (Net::template fetch<first + Offsets>(by, buffer, f.parameters, channels, terms) && ...);
}

/// Starts to bring what core `core` needs in a round, if it takes part in it.
template <class Net, int Segment, class Transport>
bool start_round(const frame<Net>& f, int core, int round, Transport& by) {
  if constexpr (Segment >= Net::plan.segment_count) {
    return true;
  } else {
    constexpr segment s = Net::plan.segments[Segment];
    const range channels = channels_of_core<Net, Segment>(core, round);
    if (channels.empty()) return true;
    std::byte* buffer = buffer_of<Net, Segment>(f, round);
    constexpr auto units = std::make_integer_sequence<int, s.last - s.first + 1>{};
    const range terms = terms_of_segment<Net, Segment>(round);
    return fetch_units<Net, Segment>(f, buffer, channels, terms, by, units);
  }
}

/// The rounds of a segment on one core: while one computes, the next comes; `Ahead`: also the first
/// of the next segment. `good` becomes false with the first error of the transport; nothing is
/// computed after it.
template <class Net, int Segment, bool Ahead, class Transport>
void run_rounds(const frame<Net>& all, int core, Transport& by, bool& good) {
  constexpr segment s = Net::plan.segments[Segment];
  for (int round = 0; good && round < s.rounds; ++round) {
    good = by.wait();
    if (good && round + 1 < s.rounds) {
      good = start_round<Net, Segment>(all, core, round + 1, by);
    } else if (good && Ahead) {
      good = start_round<Net, Segment + 1>(all, core, 0, by);
    }
    if (!good || core >= s.split.count()) continue;
    frame<Net> f = all;
    f.brought = buffer_of<Net, Segment>(f, round);
    no_probe none;
    run_share<Net, Segment>(f, core, none, round);
  }
}

/// All cores' shares of a segment in turn, in one scratchpad.
template <class Net, int Segment, class Transport>
void run_rounds_of_all(const frame<Net>& f, Transport& by, bool& good) {
  if constexpr (Net::plan.cores == 1) {
    run_rounds<Net, Segment, true>(f, 0, by, good);
  } else {
    for (int core = 0; good && core < Net::plan.segments[Segment].split.count(); ++core) {
      good = start_round<Net, Segment>(f, core, 0, by);
      run_rounds<Net, Segment, false>(f, core, by, good);
    }
  }
}

template <class Net, class Transport, int... Segments>
bool run_brought(const frame<Net>& f, Transport& by, std::integer_sequence<int, Segments...>) {
  bool good = Net::plan.cores > 1 || start_round<Net, 0>(f, 0, 0, by);
  (run_rounds_of_all<Net, Segments>(f, by, good), ...);
  return good;
}

template <class Net, int Segment, class Sync, class Transport>
void run_published(const frame<Net>& f, int core, Sync& sync, Transport& by, bool& good) {
  constexpr segment s = Net::plan.segments[Segment];
  if (core < s.split.count()) acquire_segment<Net, Segment>(f, sync);
  run_rounds<Net, Segment, true>(f, core, by, good);
  if (core < s.split.count()) publish_share<Net, Segment>(f, core, sync);
  sync.arrive_and_wait();
}

template <class Net, class Sync, class Transport, int... Segments>
bool run_published(const frame<Net>& f, int core, Sync& sync, Transport& by,
                   std::integer_sequence<int, Segments...>) {
  bool good = start_round<Net, 0>(f, core, 0, by);
  (run_published<Net, Segments>(f, core, sync, by, good), ...);
  return good;
}

/// A segment on a pool, one transport a core. Cores that only the next segment has take part, to
/// start its first round.
template <class Net, int Segment, class Pool, class Transports>
void run_pooled(const frame<Net>& f, Pool& pool, Transports& by, bool (&good)[max_cores]) {
  constexpr int next = min_of(Segment + 1, Net::plan.segment_count - 1);
  constexpr int cores =
      max_of(Net::plan.segments[Segment].split.count(), Net::plan.segments[next].split.count());
  for (int core = 0; core < Net::plan.cores; ++core) {
    if (!good[core]) return;  // what it should have computed is missing
  }
  const auto work = [&](int core) {
    frame<Net> own = f;
    constexpr bytes_t stride = Net::plan.scratchpad_stride();
    own.bases[frame<Net>::scratchpad] += core * stride;
    bool went = Segment > 0 || start_round<Net, Segment>(own, core, 0, by[core]);
    run_rounds<Net, Segment, true>(own, core, by[core], went);
    good[core] = went;
  };
  if constexpr (cores == 1) {
    work(0);
  } else {
    pool.run(cores, work);
  }
}

template <class Net, class Pool, class Transports, int... Segments>
bool run_pooled(const frame<Net>& f, Pool& pool, Transports& by,
                std::integer_sequence<int, Segments...>) {
  bool good[max_cores];
  for (bool& core : good) core = true;
  (run_pooled<Net, Segments>(f, pool, by, good), ...);
  bool all = true;
  for (const bool core : good) all = all && core;
  for (int core = 0; core < Net::plan.cores && !all; ++core) by[core].wait();
  return all;
}

}  // namespace detail

/// The error of a run whose transport failed.
inline constexpr error transport_failed{errc::io_failure,
                                        "xenos: a transport of parameters reported an error"};

/// Runs all segments in order on the calling core, with parameters that `by` brings. After an error
/// of the transport nothing more is computed, and elements of the outputs that were not computed
/// are left as they were. Every transfer that was begun is waited for.
template <class Net, transport Transport>
result<void> run_brought(const frame<Net>& f, Transport& by) {
  constexpr auto all = std::make_integer_sequence<int, Net::plan.segment_count>{};
  if (detail::run_brought<Net>(f, by, all)) return {};
  by.wait();
  return transport_failed;
}

/// `run_bare` for a core whose parameters `by` brings. After an error this core computes nothing
/// more, but meets the others to the end: the run failed if it failed on any core.
template <class Net, core_sync Sync, transport Transport>
result<void> run_bare(const frame<Net>& f, int core, Sync& sync, Transport& by) {
  constexpr auto all = std::make_integer_sequence<int, Net::plan.segment_count>{};
  const bool good = detail::run_published<Net>(f, core, sync, by, all);
  detail::acquire_outputs(f, core, sync);
  if (good) return {};
  by.wait();
  return transport_failed;
}

/// Runs all segments on a pool with parameters that `by[core]` brings, for each core of the plan.
/// After an error of a transport on any core, those that compute the same segment end it, and
/// nothing more is computed. A transport is used by one thread at a time.
template <class Net, core_pool Pool, class Transports>
result<void> run_on_pool(const frame<Net>& f, Pool& pool, Transports& by) {
  constexpr auto all = std::make_integer_sequence<int, Net::plan.segment_count>{};
  if (detail::run_pooled<Net>(f, pool, by, all)) return {};
  return transport_failed;
}

}  // namespace xenos::inline XENOS_ABI
