// Rows of tables, portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/generic/live_definition.hpp>
#include <xenos/kernels/kernel.hpp>

namespace xenos::inline XENOS_ABI {

namespace generic {

/// Up to `Lanes` elements of row `row` of a table, from element `first` on.
template <int Lanes, class T, class Table, class Operand>
XENOS_ALWAYS_INLINE auto table_elements(const Table& table, int row, int first, int count,
                                        const Operand& operand) {
  T values[Lanes] = {};
  for (int i = 0; i < min_of(Lanes, count); ++i) values[i] = T(table(row, 0, 0, first + i));
  return operand(values);
}

/// The rows of a table {Rows, Features} with the ids of the input.
template <int Rows, int Features, int Lanes, class T>
struct embedding_rows : kernel_defaults {
  static constexpr bool reads_views = true;
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<std::int32_t, T, Cuts>& t, const no_parameters&, const Views& views,
                  const Epilogue& epilogue) {
    const range channels = t.channels(Features);
    const auto table = views.template get<0>();
    for (int r = 0; r < t.rows; ++r) {
      const std::int32_t id = t.in[0][r][0];
      const bool known = id >= 0 && id < Rows;
      make_channels<Lanes>(t.out[r], channels.first, channels.first, channels.size(),
                           epilogue.row(r), [&](const auto& operand, int k) {
                             return table_elements<Lanes, T>(
                                 table, known ? id : 0, channels.first + k,
                                 known ? channels.size() - k : 0, operand);
                           });
    }
  }
};

/// Adds the rows of a table {Rows, Channels} in turn. In a stream rows are counted by the state, as
/// tiles do not tell their number.
template <int Rows, int Channels, int Lanes, class T, bool Live = false>
struct position_rows : kernel_defaults {
  static constexpr bool reads_views = true;
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;
  static constexpr bytes_t state_bytes = sizeof(std::int32_t);

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views& views,
                  const Epilogue& epilogue) {
    const range channels = t.channels(Channels);
    const auto table = views.template get<0>();
    for (int r = 0; r < t.rows; ++r) {
      const int row = position(t, r);
      make_channels<Lanes>(t.out[r], channels.first, channels.first, channels.size(),
                           epilogue.row(r), [&](const auto& operand, int k) {
                             const int c = channels.first + k;
                             const int left = channels.size() - k;
                             return operand(t.in[0][r] + c) +
                                    table_elements<Lanes, T>(table, row, c, left, operand);
                           });
    }
  }

 private:
  template <class Tile>
  static int position(const Tile& t, int r) {
    if constexpr (Live) {
      auto& next = *reinterpret_cast<std::int32_t*>(t.state);
      if (t.first == 0) next = 0;
      const int now = next;
      if (next < Rows - 1) ++next;
      return now;
    } else {
      return t.first + r;
    }
  }
};

}  // namespace generic

template <int Rows, int Channels, int Lanes, class T>
struct live_kernel<generic::position_rows<Rows, Channels, Lanes, T, false>> {
  using type = generic::position_rows<Rows, Channels, Lanes, T, true>;
  static constexpr bool needs_heights = false;
};

}  // namespace xenos::inline XENOS_ABI
