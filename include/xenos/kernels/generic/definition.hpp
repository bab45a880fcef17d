// Runs any operation by its scalar definition: what a user's operation gets until it has a kernel.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/definition.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// What a sequential operation carries, in elements T.
template <auto Op, shapes In, class T>
constexpr bytes_t definition_state() {
  if constexpr (sequential_operation<std::remove_cvref_t<decltype(Op)>>) {
    return bytes_t{sizeof(T)} * Op.carried(In);
  } else {
    return 0;
  }
}

/// The rows of a tile of a sequential operation, step by step.
template <auto Op, shapes In, class T, class Tile, class Reader, class Views, class Epilogue>
void define_steps(const Tile& t, const Reader& in, const Views& views, const Epilogue& epilogue) {
  constexpr shape out = output_of(Op, In);
  T* const state = reinterpret_cast<T*>(t.state);
  if (t.first == 0) {
    for (int i = 0; i < Op.carried(In); ++i) state[i] = T(0);
  }
  for (int r = 0; r < t.rows; ++r) {
    const auto finish = epilogue.row(r);
    Op.step(in, views, t.first + r, state, t.out[r]);
    for (int at = 0; at < out.row(); ++at) {
      t.out[r][at] = T(finish(t.out[r][at], at, at % out.channels));
    }
  }
}

/// Every element of the tile by `define`. Weights are read through the stage's own views.
template <auto Op, shapes In, class T>
struct by_definition : kernel_defaults {
  static constexpr shape out = output_of(Op, In);
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;
  static constexpr bool reads_views = true;
  static constexpr bytes_t state_bytes = definition_state<Op, In, T>();

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views& views,
                  const Epilogue& epilogue) {
    if constexpr (accumulates(Op, In)) {
      accumulate(t, views, epilogue);
    } else {
      reader in{t.in, {}};
      for (int k = 0; k < In.count; ++k) in.origin[k] = access_of(Op, In, k).rows.first(t.first);
      if constexpr (sequential_operation<std::remove_cvref_t<decltype(Op)>>) {
        define_steps<Op, In, T>(t, in, views, epilogue);
      } else {
        define_tile(t, in, views, epilogue);
      }
    }
  }

 private:
  /// Reads elements of the tile's input rows by their place in the image.
  struct reader {
    using value_type = T;
    const T* const* const* rows;
    int origin[max_streams];

    [[nodiscard]] static constexpr shape extent(int input) { return In[input]; }
    T operator()(int input, int y, int x, int c) const {
      return rows[input][y - origin[input]][x * In[input].channels + c];
    }
  };

  template <cuts Cuts, class Views, class Epilogue>
  static void define_tile(const tile<T, T, Cuts>& t, const reader& in, const Views& views,
                          const Epilogue& epilogue) {
    const range columns = t.columns(out.width);
    const range channels = t.channels(out.channels);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        for (int c = channels.first; c < channels.end; ++c) {
          const int at = x * out.channels + c;
          t.out[r][at] = T(finish(T(define(Op, in, views, In, t.first + r, x, c)), at, c));
        }
      }
    }
  }

  template <cuts Cuts, class Views, class Epilogue>
  static void accumulate(const tile<T, T, Cuts>& t, const Views& views, const Epilogue& epilogue) {
    const range columns = t.columns(out.width);
    const range channels = t.channels(out.channels);
    const reader in{t.in, {t.first}};
    const auto finish = epilogue.row(0);
    for (int x = columns.first; x < columns.end; ++x) {
      for (int c = channels.first; c < channels.end; ++c) {
        const int at = x * out.channels + c;
        T sum = t.first == 0 ? Op.template start<T>() : t.out[0][at];
        for (int r = 0; r < t.rows; ++r) sum = Op.accumulate(sum, in, views, t.first + r, x, c);
        const bool last = t.first + t.rows == In[0].height;
        t.out[0][at] = last ? T(finish(T(Op.finish(sum, In, 0, x)), at, c)) : sum;
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
