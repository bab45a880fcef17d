// Group normalisation: moments of channels over all rows, and what they make of each row; portable.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/shape.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/generic/norm.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/group_norm.hpp>

#include <cmath>

namespace xenos::inline XENOS_ABI::generic {

/// Of each channel row by row: the moments of a row while it is near, then of all rows so far
/// (Chan, Golub and LeVeque's update), so that nothing is lost to large means. Then of groups of
/// channels.
template <int Groups, shape In, int Lanes, class T>
struct moments_rows : kernel_defaults {
  static constexpr bytes_t temporary_bytes = bytes_t{2} * sizeof(T) * In.channels;

  template <class Views, class Epilogue>
  static void run(const tile<T, T>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    T* const means = reinterpret_cast<T*>(t.temporaries);
    T* const squares = means + In.channels;
    for (int c = 0; c < In.channels; c += Lanes) {
      const int present = min_of(Lanes, In.channels - c);
      value mean(0);
      value sum(0);
      for (int y = 0; y < In.height; ++y) {
        const T* row = t.in[0][y] + c;
        value here(0);
        for (int x = 0; x < In.width; ++x) here = here + at(row, x, present);
        here = here / value(In.width);
        for (int x = 0; x < In.width; ++x) {
          const value away = at(row, x, present) - here;
          sum = sum + away * away;
        }
        const value apart = here - mean;
        const T rows = static_cast<T>(y);  // before this one
        mean = mean + apart / value(rows + 1);
        sum = sum + apart * apart * value(In.width * rows / (rows + 1));
      }
      run_type::store(mean, means + c, present);
      run_type::store(sum, squares + c, present);
    }
    const auto finish = epilogue.row(0);
    constexpr int count = In.channels / Groups;
    constexpr T pixels = static_cast<T>(std::int64_t{In.height} * In.width);
    for (int g = 0; g < Groups; ++g) {
      T mean(0);
      for (int c = g * count; c < (g + 1) * count; ++c) mean += means[c];
      mean /= count;
      T sum(0);
      for (int c = g * count; c < (g + 1) * count; ++c) {
        sum += squares[c] + pixels * (means[c] - mean) * (means[c] - mean);
      }
      t.out[0][2 * g] = finish(mean, 2 * g, 2 * g);
      t.out[0][2 * g + 1] = finish(sum / (pixels * count), 2 * g + 1, 2 * g + 1);
    }
  }

 private:
  using run_type = channels_of<T, Lanes>;
  using value = typename run_type::value;
  static XENOS_ALWAYS_INLINE value at(const T* row, int x, int present) {
    return run_type::load(row + x * In.channels, present);
  }
};

/// Rows by the moments of their groups, spread over the channels once a tile.
template <auto Op, int Width, int Channels, int Lanes, class T>
struct group_norm_rows : norm_kernel<Channels, true, T> {
  static constexpr bytes_t temporary_bytes = bytes_t{2} * sizeof(T) * Channels;
  using packed = norm_parameters<Channels, true, T>;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    using std::sqrt;
    T* const means = reinterpret_cast<T*>(t.temporaries);
    T* const factors = means + Channels;
    constexpr int count = Channels / Op.groups;
    const T* moments = t.in[1][0];
    for (int g = 0; g < Op.groups; ++g) {
      const T factor = T(1) / sqrt(moments[2 * g + 1] + T(Op.epsilon));
      for (int c = g * count; c < (g + 1) * count; ++c) {
        means[c] = moments[std::ptrdiff_t{2} * g];
        factors[c] = factor * parameters.gamma[c];
      }
    }
    const range columns = t.columns(Width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        const int at = x * Channels;
        make_channels<Lanes>(t.out[r], at, 0, Channels, finish,
                             normalised{t.in[0][r] + at, means, factors, parameters.beta});
      }
    }
  }

 private:
  struct normalised {
    const T* of;
    const T* means;
    const T* factors;
    const T* beta;
    template <class Operand>
    XENOS_ALWAYS_INLINE auto operator()(const Operand& operand, int k) const {
      return (operand(of + k) - operand(means + k)) * operand(factors + k) + operand(beta + k);
    }
  };
};

}  // namespace xenos::inline XENOS_ABI::generic
