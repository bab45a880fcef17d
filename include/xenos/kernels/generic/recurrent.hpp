// Recurrent layers, portable: all gates of a block of hidden units at once.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/core/math.hpp>
#include <xenos/core/range.hpp>
#include <xenos/core/window.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/kernel.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// Extents of a recurrent layer, all that a kernel is keyed on.
struct recurrent_geometry {
  int features;
  int hidden;
};

/// Hidden units that are computed together, in `vectors` vectors of `lanes` for each gate.
struct unit_block {
  int vectors;
  int lanes;
  [[nodiscard]] constexpr int units() const { return vectors * lanes; }
};

/// Two vectors a gate, so that sums do not wait for each other, where there are as many units.
template <class T>
constexpr unit_block gate_block(int hidden, int vector_bytes) {
  const int lanes = lane_count<accumulator_of<T>>(vector_bytes);
  return {lanes > 1 && hidden > lanes ? 2 : 1, lanes};
}

/// Sums of `Gates` gates of all hidden units: [block][gate][unit], the last block filled up.
template <int Gates, int Hidden, unit_block Block>
struct gate_sums {
  static constexpr int blocks = ceil_div(Hidden, Block.units());
  static constexpr int in_block = Gates * Block.units();
  static constexpr int count = blocks * in_block;

  /// Where that gate of hidden unit `unit` lies.
  static constexpr int at(int gate, int unit) {
    return unit / Block.units() * in_block + gate * Block.units() + unit % Block.units();
  }
};

/// A matrix of `Gates` gates, {Gates * Hidden, In}: [block][in][gate][unit].
template <int Gates, int In, int Hidden, unit_block Block, class T>
struct gate_weights {
  using sums = gate_sums<Gates, Hidden, Block>;
  using sum_type = accumulator_of<T>;
  alignas(64) T weights[static_cast<std::size_t>(In) * sums::count];

  /// From gate `first_gate` of `view` on.
  template <class View>
  constexpr void pack(const View& view, int first_gate) {
    std::size_t at = 0;
    for (int block = 0; block < sums::blocks; ++block) {
      for (int i = 0; i < In; ++i) {
        for (int gate = first_gate; gate < first_gate + Gates; ++gate) {
          for (int u = 0; u < Block.units(); ++u) {
            const int unit = block * Block.units() + u;
            weights[at++] = unit < Hidden ? T(view(gate * Hidden + unit, 0, 0, i)) : T(0);
          }
        }
      }
    }
  }

  static constexpr int vectors = Gates * Block.vectors;

  /// Sums of one block for `Rows` rows: `from(row)`, and then the products with `some` of
  /// `values(row)`, in their order, to `to(row)`. A weight is read once for all rows.
  template <int Rows, class Values, class From, class To>
  void multiply(int block, range some, const Values& values, const From& from, const To& to) const {
    constexpr int lanes_each = Block.lanes;
    const T* XENOS_RESTRICT weight =
        weights + (static_cast<std::size_t>(block) * In + static_cast<std::size_t>(some.first)) *
                      sums::in_block;
    lanes<sum_type, lanes_each> sum[Rows][vectors];
    const T* value[Rows];
    XENOS_UNROLL(8)
    for (int r = 0; r < Rows; ++r) {
      value[r] = values(r);
      XENOS_UNROLL(8)
      for (int v = 0; v < vectors; ++v) {
        sum[r][v] = load_lanes<sum_type, lanes_each>(from(r) + v * lanes_each);
      }
    }
    for (int i = some.first; i < some.end; ++i) {
      XENOS_UNROLL(8)
      for (int v = 0; v < vectors; ++v) {
        const auto w = load_lanes<T, lanes_each>(weight + v * lanes_each);
        XENOS_UNROLL(8)
        for (int r = 0; r < Rows; ++r) sum[r][v] += sum_type(value[r][i]) * w;
      }
      weight += sums::in_block;
    }
    XENOS_UNROLL(8)
    for (int r = 0; r < Rows; ++r) {
      XENOS_UNROLL(8)
      for (int v = 0; v < vectors; ++v) {
        store_lanes<sum_type, lanes_each>(to(r) + v * lanes_each, sum[r][v]);
      }
    }
  }
  /// The same for one row and all of its values.
  void multiply(int block, const T* values, const sum_type* from, sum_type* to) const {
    multiply<1>(
        block, {0, In}, [values](int) { return values; }, [from](int) { return from; },
        [to](int) { return to; });
  }
};

/// The part of a bias that belongs to gates [0, Gates): in the order of their sums.
template <class Sums, int Gates, int Hidden, class View, class T>
constexpr void pack_bias(const View& view, T* to) {
  for (int gate = 0; gate < Gates; ++gate) {
    for (int unit = 0; unit < Hidden; ++unit) {
      to[Sums::at(gate, unit)] += T(view(gate * Hidden + unit));
    }
  }
}

/// Calls work(run, k, present) for the hidden units, a vector of them from unit k on at a time;
/// `run` loads and stores them.
template <class Sum, int Hidden, unit_block Block, class Work>
XENOS_ALWAYS_INLINE void for_units(const Work& work) {
  for (int k = 0; k < Hidden; k += Block.lanes) {
    work(channels_of<Sum, Block.lanes>{}, k, min_of(Block.lanes, Hidden - k));
  }
}

/// One step of an LSTM. State: c, then h.
template <recurrent_geometry Geometry, unit_block Block, class T>
struct lstm_cell {
  static constexpr int features = Geometry.features;
  static constexpr int hidden = Geometry.hidden;
  using sum_type = accumulator_of<T>;
  using sums = gate_sums<4, hidden, Block>;
  static constexpr int state_values = 2 * hidden;
  static constexpr int scratch_values = 0;

  struct packed {
    gate_weights<4, Geometry.features, hidden, Block, T> input;
    gate_weights<4, hidden, hidden, Block, T> recurrent;
    alignas(64) sum_type bias[sums::count];
  };
  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    to.input.pack(views.template get<0>(), 0);
    to.recurrent.pack(views.template get<1>(), 0);
    for (sum_type& value : to.bias) value = 0;
    pack_bias<sums, 4, hidden>(views.template get<2>(), to.bias);
  }

  static const sum_type* output(const sum_type* state) { return state + hidden; }

  /// From the sums of the input, which are lost. Steps that run through the weights `backwards` and
  /// forwards in turn find the last ones still near.
  static void step(const packed& parameters, sum_type* gates, sum_type* state, sum_type*,
                   bool backwards) {
    using std::tanh;
    sum_type* const cell = state;
    sum_type* const before = state + hidden;
    for (int b = 0; b < sums::blocks; ++b) {
      const int block = backwards ? sums::blocks - 1 - b : b;
      sum_type* const mine = gates + block * sums::in_block;
      parameters.recurrent.multiply(block, before, mine, mine);
    }
    for_units<sum_type, hidden, Block>([&](auto run, int k, int present) {
      using math::logistic;
      const auto gate = [&](int which) { return run.load(gates + sums::at(which, k)); };
      const auto next =
          logistic(gate(1)) * run.load(cell + k, present) + logistic(gate(0)) * tanh(gate(2));
      run.store(next, cell + k, present);
      run.store(logistic(gate(3)) * tanh(next), before + k, present);
    });
  }
};

/// One step of a GRU. State: h.
template <recurrent_geometry Geometry, bool ResetAfter, unit_block Block, class T>
struct gru_cell {
  static constexpr int features = Geometry.features;
  static constexpr int hidden = Geometry.hidden;
  using sum_type = accumulator_of<T>;
  using sums = gate_sums<3, hidden, Block>;
  // Gates that read h itself; without ResetAfter the candidate reads what the reset gate leaves.
  static constexpr int early_gates = ResetAfter ? 3 : 2;
  using early = gate_sums<early_gates, hidden, Block>;
  using late = gate_sums<1, hidden, Block>;
  static constexpr int state_values = hidden;
  static constexpr int scratch_values = early::count + (ResetAfter ? 0 : late::count + hidden);

  struct candidate_weights {
    gate_weights<1, hidden, hidden, Block, T> weights;
  };
  struct packed {
    gate_weights<3, Geometry.features, hidden, Block, T> input;
    gate_weights<early_gates, hidden, hidden, Block, T> recurrent;
    [[no_unique_address]] std::conditional_t<ResetAfter, no_parameters, candidate_weights>
        candidate;
    alignas(64) sum_type bias[sums::count];
    alignas(64) sum_type recurrent_bias[early::count];
  };
  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    to.input.pack(views.template get<0>(), 0);
    to.recurrent.pack(views.template get<1>(), 0);
    if constexpr (!ResetAfter) to.candidate.weights.pack(views.template get<1>(), 2);
    for (sum_type& value : to.bias) value = 0;
    for (sum_type& value : to.recurrent_bias) value = 0;
    pack_bias<sums, 3, hidden>(views.template get<2>(), to.bias);
    if constexpr (ResetAfter) {
      pack_bias<early, 3, hidden>(views.template get<3>(), to.recurrent_bias);
    }
  }

  static const sum_type* output(const sum_type* state) { return state; }

  /// From the sums of the input.
  static void step(const packed& parameters, const sum_type* gates, sum_type* state,
                   sum_type* scratch, bool backwards) {
    using std::tanh;
    sum_type* const recurrent = scratch;
    for (int b = 0; b < early::blocks; ++b) {
      const int block = backwards ? early::blocks - 1 - b : b;
      const int at = block * early::in_block;
      parameters.recurrent.multiply(block, state, parameters.recurrent_bias + at, recurrent + at);
    }
    const auto gate = [&](auto run, int which, int k) {
      return math::logistic(run.load(gates + sums::at(which, k)) +
                            run.load(recurrent + early::at(which, k)));
    };
    // The units from k on, where that of the recurrent part of the candidate is `candidate`.
    const auto renew = [&](auto run, int k, int present, auto candidate) {
      const auto update = gate(run, 0, k);
      const auto one = decltype(update)(1);
      run.store(update * run.load(state + k, present) +
                    (one - update) * tanh(run.load(gates + sums::at(2, k)) + candidate),
                state + k, present);
    };
    if constexpr (ResetAfter) {
      for_units<sum_type, hidden, Block>([&](auto run, int k, int present) {
        renew(run, k, present, gate(run, 1, k) * run.load(recurrent + early::at(2, k)));
      });
    } else {
      sum_type* const candidate = scratch + early::count;
      sum_type* const kept = candidate + late::count;
      for_units<sum_type, hidden, Block>([&](auto run, int k, int present) {
        run.store(gate(run, 1, k) * run.load(state + k, present), kept + k, present);
      });
      for (int i = 0; i < late::count; ++i) candidate[i] = 0;
      for (int block = 0; block < late::blocks; ++block) {
        sum_type* const mine = candidate + block * late::in_block;
        parameters.candidate.weights.multiply(block, kept, mine, mine);
      }
      for_units<sum_type, hidden, Block>([&](auto run, int k, int present) {
        renew(run, k, present, run.load(candidate + late::at(0, k)));
      });
    }
  }
};

/// A recurrent layer of cells `Cell`. The input's part of several rows is computed at once, so that
/// each weight is read once for them; then row by row the recurrent part. Sums are in the
/// order bias, features, hidden units whatever the tile, so that results do not depend on it.
template <class Cell, class T>
struct recurrent_rows {
  using sum_type = accumulator_of<T>;
  using sums = typename Cell::sums;
  using packed = typename Cell::packed;
  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  /// As many as their sums, a value of each and a vector of weights fit the registers.
  static constexpr int rows_together =
      max_of(1, (XENOS_VECTOR_REGISTERS - 1) / (decltype(packed::input)::vectors + 1));
  /// Many, so that the weights of either part come near once for several rows; but their sums take
  /// no more than an eighth of these weights.
  static constexpr int rows_at_once =
      max_of(1, min_of(24, Cell::features / 8) / rows_together) * rows_together;
  /// Features whose weights stay in the first-level cache while the rows pass by.
  static constexpr int features_at_once =
      max_of(1, 16 * 1024 / static_cast<int>(sizeof(T) * static_cast<std::size_t>(sums::in_block)));
  static constexpr bytes_t state_bytes = bytes_t{sizeof(sum_type)} * Cell::state_values;
  static constexpr bytes_t temporary_bytes =
      bytes_t{sizeof(sum_type)} * (rows_at_once * sums::count + Cell::scratch_values);

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    Cell::pack(views, to);
  }

  template <class Views, class Epilogue>
  static void run(const tile<T, T>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    auto* const state = reinterpret_cast<sum_type*>(t.state);
    auto* const gates = reinterpret_cast<sum_type*>(t.temporaries);
    if (t.first == 0) {
      for (int i = 0; i < Cell::state_values; ++i) state[i] = 0;
    }
    for (int first = 0; first < t.rows; first += rows_at_once) {
      const int rows = min_of(rows_at_once, t.rows - first);
      for (int block = 0; block < sums::blocks; ++block) {
        for (int i = 0; i < Cell::features; i += features_at_once) {
          const range some{i, min_of(i + features_at_once, Cell::features)};
          multiply_input<rows_together>(parameters, block, some, t.in[0] + first, gates, rows);
        }
      }
      for (int r = 0; r < rows; ++r) {
        Cell::step(parameters, gates + r * sums::count, state, gates + rows_at_once * sums::count,
                   r % 2 != 0);
        const sum_type* const made = Cell::output(state);
        const auto finish = epilogue.row(first + r);
        T* const out = t.out[first + r];
        make_channels<native_lanes<T>>(out, 0, 0, Cell::hidden, finish, copied<sum_type>{made});
      }
    }
  }

 private:
  /// What `some` features add to the sums of a block for `rows` rows, `Rows` at a time.
  template <int Rows>
  static void multiply_input(const packed& parameters, int block, range some, const T* const* in,
                             sum_type* gates, int rows) {
    const int at = block * sums::in_block;
    for (; rows >= Rows; rows -= Rows) {
      parameters.input.template multiply<Rows>(
          block, some, [&](int r) { return in[r]; },
          [&](int r) {
            return some.first == 0 ? parameters.bias + at : gates + r * sums::count + at;
          },
          [&](int r) { return gates + r * sums::count + at; });
      in += Rows;
      gates += Rows * sums::count;
    }
    if constexpr (Rows > 1) {
      multiply_input<Rows - 1>(parameters, block, some, in, gates, rows);
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
