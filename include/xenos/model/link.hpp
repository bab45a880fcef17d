// link: from an expression to a program that can be packed and run.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/exec/cores.hpp>
#include <xenos/exec/pipeline.hpp>
#include <xenos/exec/rounds.hpp>
#include <xenos/exec/serial.hpp>
#include <xenos/model/brought.hpp>
#include <xenos/model/net.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace xenos::inline XENOS_ABI {

/// Static memory of one run: the scratchpad of each core, then the materialised tensors. Contents
/// mean nothing between runs, so programs that do not run at once may share one.
template <bytes_t Bytes, int Alignment>
struct arena_storage {
  static constexpr bytes_t size = Bytes;
  alignas(Alignment) std::byte bytes[Bytes > 0 ? Bytes : 1];
};

/// The two tiers of an arena where the user has put them, e.g. in named sections. Each is aligned
/// to the target's alignment and has at least the planned bytes: plan.scratchpad_bytes for
/// `run_core` and one core, plan.cores * plan.scratchpad_stride() for a pool; plan.memory_bytes.
struct arena_tiers {
  std::byte* scratchpad;
  std::byte* memory;
};

/// A model linked for a target. It holds views of weights only (a few words a layer); everything
/// else about it is in its type:
///   plan                 the plan, a constant
///   weights              type of the packed parameters; constant, shared by all that run
///   arena                type of the memory of one run
///   run                  one inference; const, re-entrant with another arena
/// `Model` is an expression or names one, `Policy` says how to plan (see `planning`).
template <model_source Model, target Target, auto Policy>
struct program : brought_model<planned<Model, Target, Policy>> {
  using base = brought_model<planned<Model, Target, Policy>>;
  using base::base;
  using base::inputs;
  using base::outputs;
  using base::plan;
  using base::units;
  using typename base::weights;

  /// The record of the input or output of that number.
  static constexpr int find_port(role kind, int number) {
    int i = 0;
    while (base::records[i].kind != kind || base::records[i].port != number) ++i;
    return i;
  }
  template <role Kind, int Number>
  static constexpr const record& port = base::records[find_port(Kind, Number)];
  template <role Kind, int Number>
  using port_element = element_t<port<Kind, Number>.type>;
  template <role Kind, int Number, class T>
  using port_buffer = std::span<T, static_cast<std::size_t>(port<Kind, Number>.out.elements())>;

  /// The buffers that `run` takes, by port: spans of exactly height * width * channels elements.
  template <int Port = 0>
  using input_buffer = port_buffer<role::input, Port, const port_element<role::input, Port>>;
  template <int Port = 0>
  using output_buffer = port_buffer<role::output, Port, port_element<role::output, Port>>;

  using arena = arena_storage<plan.arena_bytes(), Target.alignment>;

  /// Bytes that a run keeps on the stack: the frames of a core and of a share, and the row pointers
  /// of the unit that needs most. What compilers add for kernels' registers is theirs; see
  /// bench/tables/stack.cpp.
  static constexpr bytes_t stack_bytes() {
    return 2 * bytes_t{sizeof(frame<program>)} +
           detail::largest_pointer_bytes<program>(std::make_integer_sequence<int, units>{});
  }

  /// One inference. `buffers` are the model's inputs by port, then its outputs: arrays or spans of
  /// exactly height * width * channels elements, aligned as their elements; a buffer of another
  /// extent does not compile. Outputs may not overlap inputs. Denormal numbers count as zeros.
  template <class... Buffers>
  void run(const weights& parameters, arena& memory, Buffers&&... buffers) const {
    run_probed(no_probe{}, parameters, tiers(memory), buffers...);
  }
  template <class... Buffers>
  void run(const weights& parameters, arena_tiers memory, Buffers&&... buffers) const {
    run_probed(no_probe{}, parameters, memory, buffers...);
  }

  /// The same with a probe, which sees the rows each unit writes (see `row_probe`).
  template <class Probe, class... Buffers>
  void run_probed(Probe&& probe, const weights& parameters, arena_tiers memory,
                  Buffers&&... buffers) const {
    in_place_only();
    if constexpr (plan.stages > 1) {
      run_stages(make_frame(parameters, memory, buffers...), probe);
    } else {
      run_serial(make_frame(parameters, memory, buffers...), probe);
    }
  }

  /// The same, its work shared among the threads of `pool` (see `core_pool` and
  /// exec/threads.hpp) as the plan says. The result is the same to the last bit.
  template <core_pool Pool, class... Buffers>
  void run_on(Pool& pool, const weights& parameters, arena& memory, Buffers&&... buffers) const {
    run_on(pool, parameters, tiers(memory), buffers...);
  }
  template <core_pool Pool, class... Buffers>
  void run_on(Pool& pool, const weights& parameters, arena_tiers memory,
              Buffers&&... buffers) const {
    in_place_only();
    if constexpr (plan.stages > 1) {
      run_stages_on(make_frame(parameters, memory, buffers...), pool, 1, nullptr);
    } else {
      run_on_pool(make_frame(parameters, memory, buffers...), pool);
    }
  }

  /// As many inferences as the buffers hold tensors, one behind the other, each stage of a pipeline
  /// (`split::pipeline`) at work on another one. Results are those of `run`, to the last bit. An
  /// error where a buffer does not hold the same whole number of tensors; then nothing is changed.
  template <core_pool Pool, class... Buffers>
  result<void> run_frames_on(Pool& pool, const weights& parameters, arena& memory,
                             Buffers&&... buffers) const {
    static_assert(plan.stages > 1, "xenos: this plan is no pipeline; link with split::pipeline");
    static_assert(sizeof...(Buffers) == inputs + outputs,
                  "xenos: a run takes one buffer for each input and output of the model");
    const std::size_t sizes[] = {std::span(buffers).size_bytes()...};
    std::ptrdiff_t step[inputs + outputs] = {};
    for (const record& r : base::records.nodes) {
      if (r.kind == role::input) step[r.port] = r.out.elements() * size_of(r.type);
      if (r.kind == role::output) step[inputs + r.port] = r.out.elements() * size_of(r.type);
    }
    const std::size_t frames = sizes[0] / std::size_t(step[0]);
    for (int b = 0; b < inputs + outputs; ++b) {
      if (sizes[b] != frames * std::size_t(step[b])) {
        return error{errc::size_mismatch,
                     "buffers must hold the same whole number of inputs and outputs"};
      }
    }
    frame<program> f{*this, parameters, {tiers(memory).scratchpad, tiers(memory).memory}};
    bind_buffers<0, std::dynamic_extent>(f.bases + frame<program>::first_input, buffers...);
    run_stages_on(f, pool, static_cast<int>(frames), step);
    return {};
  }

  /// What core `core` of a pipeline does of a frame: every core below plan.stages calls it for each
  /// frame, with the same `state` and memory, a scratchpad of its own, and the frame's buffers,
  /// which stay until all have returned from it. Waits, without locks, for rows and for room.
  template <class... Buffers>
  void run_stage(int core, pipeline_state<program>& state, const weights& parameters,
                 arena_tiers own, Buffers&&... buffers) const {
    static_assert(plan.stages > 1, "xenos: this plan is no pipeline; link with split::pipeline");
    if (core >= plan.stages) return;
    no_probe none;
    const auto f = make_frame(parameters, own, buffers...);
    while (!advance_stage(f, core, state, none)) XENOS_PAUSE();
  }
  using pipeline = pipeline_state<program>;

  /// What core `core` of a machine without an operating system does of an inference: every core
  /// below plan.cores calls it, with the same buffers and memory and a scratchpad of its own; see
  /// `run_bare` and the concept `core_sync`. Other cores may call it and return at once.
  template <core_sync Sync, class... Buffers>
  void run_core(int core, Sync& sync, const weights& parameters, arena_tiers own,
                Buffers&&... buffers) const {
    in_place_only();
    static_assert(plan.stages == 1, "xenos: cores of a pipeline call run_stage");
    if (core >= plan.cores) return;
    run_bare(make_frame(parameters, own, buffers...), core, sync);
  }

  /// For targets whose parameters a transport brings (`target::parameters_in_place` is false): one
  /// inference on the calling core. `parameters` may lie where no kernel can read. The error of the
  /// transport, if there is one; then elements of the outputs that were not computed are unchanged.
  template <transport Transport, class... Buffers>
  result<void> run_with(Transport& by, const weights& parameters, arena_tiers memory,
                        Buffers&&... buffers) const {
    return run_brought(make_frame(parameters, memory, buffers...), by);
  }
  template <transport Transport, class... Buffers>
  result<void> run_with(Transport& by, const weights& parameters, arena& memory,
                        Buffers&&... buffers) const {
    return run_with(by, parameters, tiers(memory), buffers...);
  }
  /// The same of `run_on`: every core has a transport of its own, by[0] ... by[plan.cores - 1], in
  /// an array, a span or the like.
  template <core_pool Pool, class Transports, class... Buffers>
    requires transport<std::remove_reference_t<decltype(std::declval<Transports&>()[0])>>
        result<void> run_on_with(Pool& pool, Transports&& by, const weights& parameters,
                                 arena_tiers memory, Buffers&&... buffers)
  const { return run_on_pool(make_frame(parameters, memory, buffers...), pool, by); }
  template <core_pool Pool, class Transports, class... Buffers>
    requires transport<std::remove_reference_t<decltype(std::declval<Transports&>()[0])>>
        result<void> run_on_with(Pool& pool, Transports&& by, const weights& parameters,
                                 arena& memory, Buffers&&... buffers)
  const { return run_on_with(pool, by, parameters, tiers(memory), buffers...); }
  /// The same of `run_core`: every core has a transport of its own.
  template <core_sync Sync, transport Transport, class... Buffers>
  result<void> run_core_with(int core, Sync& sync, Transport& by, const weights& parameters,
                             arena_tiers own, Buffers&&... buffers) const {
    if (core >= plan.cores) return {};
    return run_bare(make_frame(parameters, own, buffers...), core, sync, by);
  }

  static constexpr arena_tiers tiers(arena& memory) {
    return {memory.bytes, memory.bytes + plan.memory_offset()};
  }

  /// For the executor: the record of the unit's last stage; outputs only say where its rows go.
  template <int Unit>
  static constexpr int last_record = [] {
    int last = plan.units[Unit].head;
    for (int f = 0; f < plan.units[Unit].follower_count; ++f) {
      const int id = plan.units[Unit].followers[f];
      if (base::records[id].kind != role::output) last = id;
    }
    return last;
  }();

 private:
  static constexpr void in_place_only() {
    static_assert(plan.rounds == 0,
                  "xenos: on this target a transport brings the parameters; call run_with, "
                  "run_on_with or run_core_with, e.g. with xn::copy_transport");
  }

  /// Where `given` begins; its extent must be known to be that of `Buffer`, or `Extent`.
  template <class Buffer, std::size_t Extent, class Given>
  static auto* begin_of(Given&& given) {
    if constexpr (Extent == std::dynamic_extent) {
      return std::span<typename Buffer::element_type>(given).data();
    } else {
      static_assert(
          decltype(std::span(given))::extent == Buffer::extent,
          "xenos: a buffer has not the extent of the model's input or output; pass an array, "
          "or a span of height * width * channels elements, such as "
          "net::input_buffer<0>(data)");
      return Buffer(given).data();
    }
  }
  template <class... Buffers>
  frame<program> make_frame(const weights& parameters, arena_tiers memory,
                            Buffers&... buffers) const {
    static_assert(sizeof...(Buffers) == inputs + outputs,
                  "xenos: run takes one buffer for each input and output of the model");
    frame<program> f{*this, parameters, {memory.scratchpad, memory.memory}};
    bind_buffers<0>(f.bases + frame<program>::first_input, buffers...);
    return f;
  }
  /// Inputs are never written; they share one array of pointers with the outputs.
  template <int K, std::size_t Extent = 0, class First, class... Rest>
  static void bind_buffers(std::byte** bases, First&& first, Rest&&... rest) {
    if constexpr (K < inputs) {
      const auto* data = begin_of<input_buffer<K>, Extent>(first);
      bases[K] = reinterpret_cast<std::byte*>(const_cast<port_element<role::input, K>*>(data));
    } else {
      bases[K] = reinterpret_cast<std::byte*>(begin_of<output_buffer<K - inputs>, Extent>(first));
    }
    if constexpr (sizeof...(Rest) > 0) bind_buffers<K + 1, Extent>(bases, rest...);
  }
};

/// Plans `model` for `Target` and makes it a program. Cannot fail at run time; what does not fit
/// does not compile, and the message names stage, bytes and remedy.
///   auto net = link<targets::host>(ds_cnn(weights));
///   static const auto packed = net.pack();
///   static decltype(net)::arena arena;
///   net.run(packed, arena, features, scores);
/// Or, with shorter symbols and less work for the compiler, from a function that returns the model:
///   auto net = link<targets::host>([&] { return ds_cnn(weights); });
template <target Target, auto Policy = planning{}, model_source Model>
constexpr auto link(const Model& source) {
  static_assert(planned<Model, Target, Policy>::feasible);
  if constexpr (node<Model>) {
    return program<Model, Target, Policy>(source);
  } else {
    return program<Model, Target, Policy>(source());
  }
}

}  // namespace xenos::inline XENOS_ABI
