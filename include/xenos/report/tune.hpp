// Times a model under several policies and tells which to write. Host tool: not part of the
// umbrella header.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/exec/threads.hpp>
#include <xenos/model/link.hpp>
#include <xenos/plan/cycles.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace xenos::inline XENOS_ABI {

/// What a policy costs on this machine.
struct timing {
  double seconds = 0;       // the least of all passes
  std::int64_t cycles = 0;  // by the cost model
  bytes_t arena = 0;        // bytes of a run's memory
};

namespace detail {

/// A model planned for `Target` by `Policy`, with memory and inputs of ones, ready to run.
template <target Target, auto Policy, class Model>
class timed_program {
  using net_type = decltype(link<Target, Policy>(std::declval<const Model&>()));

 public:
  explicit timed_program(const Model& model)
      : net_(link<Target, Policy>(model)),
        packed_(std::make_unique<typename net_type::weights>()),
        arena_(std::make_unique<typename net_type::arena>()) {
    net_.pack(*packed_);
    for (int i = 0; i < net_type::size; ++i) {
      const record& r = net_type::records[i];
      if (r.kind != role::input && r.kind != role::output) continue;
      const int port = r.kind == role::input ? r.port : net_type::inputs + r.port;
      buffers_[static_cast<std::size_t>(port)].assign(
          static_cast<std::size_t>(r.out.elements()) * sizeof(double), std::byte{0x3f});
    }
  }
  timing run(thread_pool& pool) {
    const auto begin = std::chrono::steady_clock::now();
    run(pool, std::make_index_sequence<net_type::inputs>{},
        std::make_index_sequence<net_type::outputs>{});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return {took.count(), modelled, net_type::plan.arena_bytes()};
  }

 private:
  static constexpr std::int64_t modelled = modelled_cycles(net_type::plan, Target).total();

  template <std::size_t... In, std::size_t... Out>
  void run(thread_pool& pool, std::index_sequence<In...>, std::index_sequence<Out...>) {
    net_.run_on(pool, *packed_, *arena_,
                buffer<typename net_type::template input_buffer<In>>(In)...,
                buffer<typename net_type::template output_buffer<Out>>(net_type::inputs + Out)...);
  }
  template <class Span>
  Span buffer(std::size_t port) {
    return Span(reinterpret_cast<typename Span::pointer>(buffers_[port].data()), Span::extent);
  }

  net_type net_;
  std::unique_ptr<typename net_type::weights> packed_;
  std::unique_ptr<typename net_type::arena> arena_;
  std::array<std::vector<std::byte>, net_type::inputs + net_type::outputs> buffers_;
};

}  // namespace detail

/// A target and a policy to be timed.
template <target Target, auto Policy>
struct candidate {
  static constexpr target on = Target;
  static constexpr auto by = Policy;
};

/// Times `model`, planned as each of `Candidates` says: they run in turn, `passes` times, so that
/// what disturbs the machine disturbs all of them; `runs` times each, if the weights of all of them
/// do not fit the caches. With several cores in the target as many threads
/// run. In the order of the candidates.
template <class... Candidates, model_source Model>
std::array<timing, sizeof...(Candidates)> time_candidates(const Model& model, int passes = 50,
                                                          int runs = 1) {
  int cores = 1;
  ((cores = max_of(cores, Candidates::on.cores)), ...);
  thread_pool pool(cores);
  std::tuple<detail::timed_program<Candidates::on, Candidates::by, Model>...> programs{
      detail::timed_program<Candidates::on, Candidates::by, Model>(model)...};
  std::array<timing, sizeof...(Candidates)> least{};
  const auto take = [](timing& best, const timing& now) {
    if (best.seconds == 0 || now.seconds < best.seconds) best = now;
  };
  for (int pass = 0; pass < passes; ++pass) {
    std::apply(
        [&](auto&... program) {
          std::size_t at = 0;
          const auto take_all = [&](auto& one) {
            for (int run = 0; run < runs; ++run) take(least[at], one.run(pool));
            ++at;
          };
          (take_all(program), ...);
        },
        programs);
  }
  return least;
}

/// The same for several policies on one target.
template <target Target, auto... Policies, model_source Model>
std::array<timing, sizeof...(Policies)> time_policies(const Model& model, int passes = 50) {
  return time_candidates<candidate<Target, Policies>...>(model, passes);
}

/// A first tuner: tries tiles of 1, 2, 4, 8 and 16 rows, the planner's own choice, and register
/// blocks of narrower vectors, which suit small numbers of channels and processors that clock down
/// for wide ones. Hands a table and what to write to `sink`, in pieces of text (`const char*`,
/// ended by 0).
template <target Target, model_source Model, class Sink>
void tune(const Model& model, Sink&& sink, int passes = 50) {
  constexpr auto narrow = [](int parts) {
    target t = Target;
    t.vector_bytes = max_of(t.vector_bytes / parts, static_cast<int>(sizeof(float)));
    return t;
  };
  struct choice {
    int tile;
    int vector_bytes;
  };
  constexpr int wide = Target.vector_bytes;
  constexpr choice choices[] = {{0, wide},
                                {1, wide},
                                {2, wide},
                                {4, wide},
                                {8, wide},
                                {16, wide},
                                {0, narrow(2).vector_bytes},
                                {0, narrow(4).vector_bytes}};
  const auto found = time_candidates<
      candidate<Target, planning{}>, candidate<Target, planning{.tile = 1}>,
      candidate<Target, planning{.tile = 2}>, candidate<Target, planning{.tile = 4}>,
      candidate<Target, planning{.tile = 8}>, candidate<Target, planning{.tile = 16}>,
      candidate<narrow(2), planning{}>, candidate<narrow(4), planning{}>>(model, passes);
  std::size_t best = 0;
  char line[128];
  sink("tile   vectors, bytes        us      arena, bytes    cycles by the cost model\n");
  for (std::size_t k = 0; k < found.size(); ++k) {
    const timing& t = found[k];
    std::snprintf(line, sizeof line, "%4d %16d %9.2f %17lld %27lld\n", choices[k].tile,
                  choices[k].vector_bytes, t.seconds * 1e6, static_cast<long long>(t.arena),
                  static_cast<long long>(t.cycles));
    sink(line);
    if (t.seconds < found[best].seconds) best = k;
  }
  const double gain = 100 * (1 - found[best].seconds / found[0].seconds);
  if (best == 0 || gain < 2) {
    sink("the planner's choice is within 2 % of the best: link<target>\n");
    return;
  }
  std::snprintf(line, sizeof line,
                "link<target, xenos::planning{.tile = %d}>, target with .vector_bytes = %d, takes "
                "%.0f %% less\n",
                choices[best].tile, choices[best].vector_bytes, gain);
  sink(line);
}

}  // namespace xenos::inline XENOS_ABI
