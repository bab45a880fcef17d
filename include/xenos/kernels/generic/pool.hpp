// Pooling and reductions on rows, portable: over windows, and accumulating over all rows.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/window.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/int8/sums.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/reduction.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

/// Geometry of a pool: its two axes and the channels.
struct pool_geometry {
  axis rows;
  axis columns;
  int channels;
  bool accumulates;
};

/// Reduces the elements of each window that lie inside the image. An accumulating pool keeps its
/// partial results in the output row itself if they fit its elements, else sums in its state.
template <reduction Kind, pool_geometry Geometry, int Lanes, class T>
struct direct_pool : kernel_defaults {
  using sum_type = accumulator_of<T>;
  static constexpr bool keeps_sums = Geometry.accumulates && !std::is_same_v<sum_type, T> &&
                                     Kind != reduction::max && Kind != reduction::min;
  static_assert(!keeps_sums || Lanes == 1);
  static constexpr bytes_t state_bytes =
      keeps_sums ? bytes_t{sizeof(sum_type)} * Geometry.columns.out * Geometry.channels : 0;

  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    if constexpr (Geometry.accumulates) {
      accumulate(t, epilogue);
    } else {
      for (int r = 0; r < t.rows; ++r) {
        run_row(t.in[0] + r * Geometry.rows.stride, t.out[r], epilogue.row(r),
                t.columns(Geometry.columns.out), t.channels(Geometry.channels));
      }
    }
  }

 private:
  using run_type = channels_of<T, Lanes>;
  using value = typename run_type::value;

  static constexpr int block = Lanes > 1 ? 4 : 32;  // values whose sums stay in registers

  /// The sums of a block of channels, the last of which may hold fewer than its lanes.
  struct sums {
    value at[block];
    int channels;

    [[nodiscard]] int count() const { return ceil_div(channels, Lanes); }
    [[nodiscard]] int present(int k) const { return min_of(Lanes, channels - k * Lanes); }
    void add(const T* pixel) {
      if constexpr (std::is_same_v<T, std::int8_t> && Lanes == 1 &&
                    (Kind == reduction::mean || Kind == reduction::sum)) {
        return int8::add_to(at, pixel, channels);
      }
      for (int k = 0; k < count(); ++k) {
        at[k] = combine<Kind>(at[k], run_type::load(pixel + k * Lanes, present(k)));
      }
    }
    template <class Epilogue>
    void finish(sum_type elements, const Epilogue& epilogue, T* out, int to, int channel) {
      for (int k = 0; k < count(); ++k) {
        if constexpr (Kind == reduction::mean) at[k] = mean_of(at[k], value(elements));
        run_type::finish(epilogue, at[k], out, to + k * Lanes, channel + k * Lanes, present(k));
      }
    }
  };

  /// The columns inside the image that output column x reads.
  static constexpr range inside(int x) {
    const int first = x * Geometry.columns.stride - Geometry.columns.before;
    return {max_of(first, 0), min_of(first + Geometry.columns.reach, Geometry.columns.in)};
  }

  template <class Epilogue>
  static void run_row(const T* const* rows, T* out, const Epilogue& epilogue, range columns,
                      range channels) {
    int present = 0;
    for (int h = 0; h < Geometry.rows.reach; ++h) present += rows[h] != nullptr;
    for (int x = columns.first; x < columns.end; ++x) {
      const range read = inside(x);
      const auto elements = static_cast<sum_type>(present * read.size());
      for (int c = channels.first; c < channels.end; c += block * Lanes) {
        sums sum{{}, min_of(block * Lanes, channels.end - c)};
        for (int k = 0; k < block; ++k) sum.at[k] = value(start_of<Kind, sum_type>());
        for (int h = 0; h < Geometry.rows.reach; ++h) {
          if (rows[h] == nullptr) continue;
          for (int w = read.first; w < read.end; ++w) {
            sum.add(rows[h] + w * Geometry.channels + c);
          }
        }
        sum.finish(elements, epilogue, out, x * Geometry.channels + c, c);
      }
    }
  }

  template <cuts Cuts, class Epilogue>
  static void accumulate(const tile<T, T, Cuts>& t, const Epilogue& epilogue) {
    const range columns = t.columns(Geometry.columns.out);
    const range channels = t.channels(Geometry.channels);
    T* out = t.out[0];
    [[maybe_unused]] auto* const kept = reinterpret_cast<sum_type*>(t.state);
    const bool last = t.first + t.rows == Geometry.rows.in;
    const auto finish = epilogue.row(0);
    for (int x = columns.first; x < columns.end; ++x) {
      const range read = inside(x);
      const auto elements = static_cast<sum_type>(Geometry.rows.in * read.size());
      for (int c = channels.first; c < channels.end; c += block * Lanes) {
        const int at = x * Geometry.channels + c;
        sums sum{{}, min_of(block * Lanes, channels.end - c)};
        for (int k = 0; k < sum.count(); ++k) {
          if (t.first == 0) {
            sum.at[k] = value(start_of<Kind, sum_type>());
          } else if constexpr (keeps_sums) {
            sum.at[k] = kept[at + k];
          } else {
            sum.at[k] = run_type::load(out + at + k * Lanes, sum.present(k));
          }
        }
        for (int r = 0; r < t.rows; ++r) {
          for (int w = read.first; w < read.end; ++w) {
            sum.add(t.in[0][r] + w * Geometry.channels + c);
          }
        }
        if (last) {
          sum.finish(elements, finish, out, at, c);
        } else {
          for (int k = 0; k < sum.count(); ++k) {
            if constexpr (keeps_sums) {
              kept[at + k] = sum.at[k];
            } else {
              run_type::store(sum.at[k], out + at + k * Lanes, sum.present(k));
            }
          }
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
