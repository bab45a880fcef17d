// Stages that only move elements: model inputs and outputs, concat, padding, reshapes.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/kernel.hpp>
#include <xenos/ops/reorganise.hpp>

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace xenos::inline XENOS_ABI::generic {

namespace detail {

/// `count` elements from `from` to `to` (first element numbered `element`) through an epilogue.
/// `channels` is the target's.
template <class T, class Epilogue>
void copy_elements(const T* from, T* to, int element, int count, int channels,
                   const Epilogue& epilogue) {
  if constexpr (std::is_same_v<Epilogue, xenos::epilogue<T>>) {
    std::memcpy(to + element, from, static_cast<std::size_t>(count) * sizeof(T));
  } else if constexpr (!Epilogue::by_channel) {
    make_channels<native_lanes<T>>(to, element, 0, count, epilogue, copied<T>{from});
  } else {
    for (int done = 0; done < count;) {  // pixel by pixel, of the first and last a part
      const int channel = (element + done) % channels;
      const int now = min_of(channels - channel, count - done);
      make_channels<native_lanes<T>>(to, element + done, channel, now, epilogue,
                                     copied<T>{from + done});
      done += now;
    }
  }
}

}  // namespace detail

/// Rows of `Row` elements unchanged: a model's input or output, a reshape that keeps rows.
template <int Row, int Channels, class T>
struct copy_rows : kernel_defaults {
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Row / Channels);
    const range channels = t.channels(Channels);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      if constexpr (Cuts.channels) {
        for (int x = columns.first; x < columns.end; ++x) {
          const int at = x * Channels + channels.first;
          make_channels<native_lanes<T>>(t.out[r], at, channels.first, channels.size(), finish,
                                         copied<T>{t.in[0][r] + at});
        }
      } else {
        const int at = columns.first * Channels;
        detail::copy_elements(t.in[0][r] + at, t.out[r], at, columns.size() * Channels, Channels,
                              finish);
      }
    }
  }
};

/// CONCATENATION along channels: pixel by pixel from each input.
template <shapes In, class T>
struct concat_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<T, T, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    constexpr int channels = concat_channels{}.output(In).channels;
    const range columns = t.columns(In[0].width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first, at = x * channels; x < columns.end; ++x) {
        for (int k = 0; k < In.count; ++k) {
          const int count = In[k].channels;
          detail::copy_elements(t.in[k][r] + x * count, t.out[r], at, count, channels, finish);
          at += count;
        }
      }
    }
  }
};

/// PAD with zeros.
template <zero_pad Op, shape In, class T>
struct pad_rows : kernel_defaults {
  template <class Views, class Epilogue>
  static void run(const tile<T, T>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    constexpr int width = In.width + Op.left + Op.right;
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      const T* in = t.in[0][r];
      const int begin = in == nullptr ? width * In.channels : Op.left * In.channels;
      const int end = in == nullptr ? begin : begin + In.row();
      zeros(t.out[r], 0, begin, finish);
      if (in != nullptr) {
        detail::copy_elements(in, t.out[r], begin, In.row(), In.channels, finish);
      }
      zeros(t.out[r], end, width * In.channels, finish);
    }
  }

 private:
  template <class Epilogue>
  static void zeros(T* to, int begin, int end, const Epilogue& epilogue) {
    for (int i = begin; i < end; ++i) to[i] = T(epilogue(T(Op.zero), i, i % In.channels));
  }
};

/// RESHAPE and flatten: rows of one length into rows of another.
template <shape From, shape To, class T>
struct reshape_rows : kernel_defaults {
  template <class Views, class Epilogue>
  static void run(const tile<T, T>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    if constexpr (To.height == 1 && From.height > 1) {  // accumulates: one input row after another
      const auto finish = epilogue.row(0);
      for (int r = 0; r < t.rows; ++r) {
        detail::copy_elements(t.in[0][r], t.out[0], (t.first + r) * From.row(), From.row(),
                              To.channels, finish);
      }
    } else {
      const auto origin =
          static_cast<int>(std::int64_t{t.first} * To.row() / From.row());  // row of t.in[0][0]
      for (int r = 0; r < t.rows; ++r) {
        const auto finish = epilogue.row(r);
        for (int done = 0; done < To.row();) {
          const std::int64_t element = std::int64_t{t.first + r} * To.row() + done;
          const auto row = static_cast<int>(element / From.row());
          const auto within = static_cast<int>(element % From.row());
          const int count = min_of(From.row() - within, To.row() - done);
          detail::copy_elements(t.in[0][row - origin] + within, t.out[r], done, count, To.channels,
                                finish);
          done += count;
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
