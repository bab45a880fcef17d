// Times a model under several policies and tells which to write. Host tool: not part of the
// umbrella header.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/exec/threads.hpp>
#include <xenos/model/link.hpp>

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
    return {took.count(), net_type::plan.cycles, net_type::plan.arena_bytes()};
  }

 private:
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

/// Times `model`, planned for `Target` by each of `Policies`: they run in turn, `passes` times, so
/// that what disturbs the machine disturbs all of them. With several cores in the target as many
/// threads run. In the order of the policies.
template <target Target, auto... Policies, model_source Model>
std::array<timing, sizeof...(Policies)> time_policies(const Model& model, int passes = 50) {
  thread_pool pool(Target.cores);
  std::tuple<detail::timed_program<Target, Policies, Model>...> programs{
      detail::timed_program<Target, Policies, Model>(model)...};
  std::array<timing, sizeof...(Policies)> least{};
  const auto take = [](timing& best, const timing& now) {
    if (best.seconds == 0 || now.seconds < best.seconds) best = now;
  };
  for (int pass = 0; pass < passes; ++pass) {
    std::apply(
        [&](auto&... program) {
          std::size_t at = 0;
          (take(least[at++], program.run(pool)), ...);
        },
        programs);
  }
  return least;
}

/// A first tuner: tries tiles of 1, 2, 4, 8 and 16 rows and the planner's own choice, and hands a
/// table and the policy to write to `sink`, in pieces of text (`const char*`, ended by 0).
template <target Target, model_source Model, class Sink>
void tune(const Model& model, Sink&& sink, int passes = 50) {
  constexpr int tiles[] = {0, 1, 2, 4, 8, 16};
  const auto found =
      time_policies<Target, planning{}, planning{.tile = 1}, planning{.tile = 2},
                    planning{.tile = 4}, planning{.tile = 8}, planning{.tile = 16}>(model, passes);
  std::size_t best = 0;
  char line[128];
  sink("tile        us      arena, bytes    cycles by the cost model\n");
  for (std::size_t k = 0; k < found.size(); ++k) {
    const timing& t = found[k];
    std::snprintf(line, sizeof line, "%4d %9.2f %17lld %27lld\n", tiles[k], t.seconds * 1e6,
                  static_cast<long long>(t.arena), static_cast<long long>(t.cycles));
    sink(line);
    if (t.seconds < found[best].seconds) best = k;
  }
  const double gain = 100 * (1 - found[best].seconds / found[0].seconds);
  if (best == 0 || gain < 2) {
    sink("the planner's choice is within 2 % of the best: link<target>\n");
    return;
  }
  std::snprintf(line, sizeof line, "link<target, xenos::planning{.tile = %d}> takes %.0f %% less\n",
                tiles[best], gain);
  sink(line);
}

}  // namespace xenos::inline XENOS_ABI
