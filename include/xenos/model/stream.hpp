// stream: from an expression to a program that runs live, rows in, rows out.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/result.hpp>
#include <xenos/exec/denormals.hpp>
#include <xenos/exec/live.hpp>
#include <xenos/model/live_net.hpp>
#include <xenos/model/packed.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

namespace xenos::inline XENOS_ABI {

/// A model that runs live. It holds views of weights only; everything else is in its type:
///   plan                 the plan, a constant
///   weights              type of the packed parameters; constant, shared by all streams, and equal
///                        to those of the same model linked for whole images
///   state                type of one stream: its last rows and counters
///   scratch              type of the memory of one push
///   push, finish         take rows, and hand out those that are determined
/// `Model` is an expression or names one, `Policy` says how to plan (see `planning`).
template <model_source Model, target Target, auto Policy>
struct live_program : packed_model<live_planned<Model, Target, Policy>> {
  using base = packed_model<live_planned<Model, Target, Policy>>;
  using base::base;
  using base::inputs;
  using base::plan;
  using base::units;
  using typename base::parameter_block;

  /// The unit that takes rows from the input, or makes those of the output, of that number.
  static constexpr int unit_of(role kind, int number) {
    int i = 0;
    while ((kind == role::input ? plan.units[i].input_port : plan.units[i].output_port) != number) {
      ++i;
    }
    return i;
  }
  /// Rows by which output `Port` is behind its input: with input row i comes, at the latest, the
  /// output row whose place is i - latency_rows. Negative where explicit padding runs ahead.
  template <int Port = 0>
  static constexpr int latency_rows = plan.latency[unit_of(role::output, Port)];
  /// Output `Port` makes `output_rows` rows from `input_rows` rows.
  template <int Port = 0>
  static constexpr int output_rows = plan.produced[unit_of(role::output, Port)];
  static constexpr int input_rows = plan.period;

  template <role Kind, int Number>
  static constexpr const unit& port = plan.units[unit_of(Kind, Number)];
  /// The elements that `push` takes and the sink gets, and how many a row has.
  template <int Port = 0>
  using input_element = element_t<port<role::input, Port>.type>;
  template <int Port = 0>
  using output_element = element_t<port<role::output, Port>.type>;
  template <int Port = 0>
  static constexpr std::size_t input_length = port<role::input, Port>.out.row();
  template <int Port = 0>
  static constexpr std::size_t output_length = port<role::output, Port>.out.row();

  /// One stream. Copying it, or its bytes, saves the stream.
  struct state {
    alignas(Target.alignment) std::byte rings[plan.ring_bytes > 0 ? plan.ring_bytes : 1] = {};
    std::int64_t done[units] = {};  // rows, by unit
    std::int64_t pushed = 0;        // rows of each input
    bool finished = false;

    /// Back to the beginning.
    constexpr void reset() {
      for (std::int64_t& rows : done) rows = 0;
      pushed = 0;
      finished = false;
    }
  };
  static constexpr bytes_t state_bytes = sizeof(state);

  /// The memory of one push. Its contents mean nothing between pushes, so streams that do not run
  /// at once may share one.
  struct scratch {
    alignas(Target.alignment) std::byte bytes[plan.scratch_bytes > 0 ? plan.scratch_bytes : 1];
  };
  static constexpr bytes_t scratch_bytes = sizeof(scratch);

  /// Takes rows and hands out those that are determined by them. `rest` are the inputs by port,
  /// each a contiguous range of one or more whole rows, all of the same number; then the sink. It
  /// is called for each row of the output, `sink(std::span<const T, length>)`, or, where there are
  /// several, `sink(std::integral_constant<int, Port>{}, row)`; the row is gone when it returns.
  /// Other lengths, and rows behind the end, are refused and change nothing. Real-time safe; const
  /// and re-entrant with another state and scratch. Denormal numbers count as zeros, also in the
  /// sink.
  template <class... Rest>
  result<void> push(const parameter_block& parameters, state& of, scratch& memory,
                    Rest&&... rest) const {
    static_assert(sizeof...(Rest) == inputs + 1,
                  "xenos: push takes the rows of each input of the model, and then a sink");
    if (of.finished) {
      return error{errc::invalid_argument, "the stream is finished; reset it before the next row"};
    }
    live_frame<live_program> f{*this, parameters, of, memory.bytes, never, {}};
    return push_rows<0>(f, 0, rest...);
  }

  /// The end: the rows pushed so far were all. Hands out the rest of the outputs; then the heights
  /// of all tensors are those of the model linked for that many rows. Where they were too few for a
  /// row there is none. Refused if the stream is finished already.
  template <class Sink>
  result<void> finish(const parameter_block& parameters, state& of, scratch& memory,
                      Sink&& sink) const {
    if (of.finished) {
      return error{errc::invalid_argument, "the stream is finished already"};
    }
    of.finished = true;
    std::int64_t heights[units];
    true_heights(of.pushed, heights);
    const flush_denormals guard;
    clear_zero_row(memory.bytes);
    const live_frame<live_program> f{*this, parameters, of, memory.bytes, heights, {}};
    while (!complete(of, heights)) advance_live(f, sink);
    return {};
  }

 private:
  /// Before the end is known no tensor has a height.
  struct endless {
    std::int64_t at[units];
    constexpr endless() : at{} {
      for (std::int64_t& height : at) height = no_end;
    }
  };
  static constexpr endless heights_before_end{};
  static constexpr const std::int64_t* never = heights_before_end.at;

  /// Rows outside the image are read in the prologue and at the end only.
  static void clear_zero_row(std::byte* memory) {
    if constexpr (plan.zero_row > 0) std::memset(memory, 0, std::size_t(plan.zero_row));
  }

  template <int K, class First, class... More>
  static result<void> push_rows(live_frame<live_program>& f, std::size_t rows, First&& first,
                                More&&... more) {
    if constexpr (K < inputs) {
      const std::span<const input_element<K>> given(first);
      const std::size_t whole = given.size() / input_length<K>;
      if (whole == 0 || given.size() % input_length<K> != 0 || (K > 0 && whole != rows)) {
        return error{errc::size_mismatch,
                     "a push takes one or more whole rows, and as many of each input"};
      }
      f.inputs[K] = reinterpret_cast<const std::byte*>(given.data());
      return push_rows<K + 1>(f, whole, more...);
    } else {
      const flush_denormals guard;
      for (std::size_t r = 0; r < rows; ++r) {
        if (r == 0 && f.state.pushed < plan.prologue) clear_zero_row(f.scratch);
        advance_live(f, first);
        ++f.state.pushed;
        next_rows(f, std::make_integer_sequence<int, inputs>{});
      }
      return {};
    }
  }
  template <int... Ports>
  static void next_rows(live_frame<live_program>& f, std::integer_sequence<int, Ports...>) {
    ((f.inputs[Ports] += input_length<Ports> * sizeof(input_element<Ports>)), ...);
  }

  /// What the end of a stream needs of the plan, which itself would be stored if it were indexed.
  struct end_facts {
    int records[units][max_followers + 1];  // of each unit, the first again where it has no more
    int produced[units];
    bool output[units];
  };
  static constexpr end_facts make_end_facts() {
    end_facts facts{};
    for (int i = 0; i < units; ++i) {
      const unit& u = plan.units[i];
      for (int& record : facts.records[i]) record = u.head;
      for (int f = 0; f < u.follower_count; ++f) facts.records[i][f + 1] = u.followers[f];
      facts.produced[i] = plan.produced[i];
      facts.output[i] = u.output_port >= 0;
    }
    return facts;
  }
  static constexpr end_facts at_end = make_end_facts();

  /// The heights of the units' tensors when each input has `rows` rows. Far from the beginning
  /// heights grow evenly, period by period, so that those of fewer rows tell them.
  static void true_heights(std::int64_t rows, std::int64_t* to) {
    constexpr int near = 1 << 20;
    static_assert(plan.prologue + plan.period < near, "xenos: this stream reads too many rows");
    const std::int64_t periods = rows > near ? (rows - near) / plan.period : 0;
    const auto heights = base::heights_for(static_cast<int>(rows - periods * plan.period));
    for (int i = 0; i < units; ++i) {
      int height = heights.at[at_end.records[i][0]];
      for (const int record : at_end.records[i]) height = min_of(height, heights.at[record]);
      to[i] = max_of(height, 0) + periods * at_end.produced[i];
    }
  }
  static bool complete(const state& of, const std::int64_t* heights) {
    for (int i = 0; i < units; ++i) {
      if (at_end.output[i] && of.done[i] < heights[i]) return false;
    }
    return true;
  }
};

/// Plans `model`, whose inputs are endless (`input<float, rows_of(width, channels)>`), for streams
/// on `Target`. What cannot run live does not compile; the message names stage, reason and remedy.
///   auto net = stream<targets::host>(keyword_spotter<unbounded>(weights));
///   static const auto packed = net.pack();
///   static decltype(net)::state state;
///   static decltype(net)::scratch scratch;
///   net.push(packed, state, scratch, frame, [](auto scores) { ... });
/// As `link` it also takes a function that returns the model.
template <target Target, auto Policy = planning{}, model_source Model>
constexpr auto stream(const Model& source) {
  static_assert(live_planned<Model, Target, Policy>::feasible);
  if constexpr (node<Model>) {
    return live_program<Model, Target, Policy>(source);
  } else {
    return live_program<Model, Target, Policy>(source());
  }
}

}  // namespace xenos::inline XENOS_ABI
