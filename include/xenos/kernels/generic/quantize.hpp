// Between float and integers, and soft-max of integers, element by element.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/kernels/channels.hpp>
#include <xenos/kernels/kernel.hpp>

namespace xenos::inline XENOS_ABI::generic {

/// `Op.convert` of each element of rows of `Width` pixels x `Channels`, `Lanes` at a time where
/// followers take vectors.
template <auto Op, int Width, int Channels, int Lanes, class In, class Out>
struct convert_rows : kernel_defaults {
  static constexpr int channel_block = 1;
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<In, Out, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Width);
    const range channels = t.channels(Channels);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        const int at = x * Channels + channels.first;
        make_channels<Lanes>(t.out[r], at, channels.first, channels.size(), finish,
                             converted{t.in[0][r] + at, channels.size()});
      }
    }
  }

 private:
  struct converted {
    const In* from;
    int count;
    template <class Operand>
    XENOS_ALWAYS_INLINE auto operator()(const Operand& operand, int k) const {
      Out values[Lanes] = {};
      for (int i = 0; i < min_of(Lanes, count - k); ++i) values[i] = Op.convert(from[k + i]);
      return operand(values);
    }
  };
};

/// `Op`, an integer_softmax, on rows of `Width` pixels x `Channels`.
template <auto Op, int Width, int Channels>
struct integer_softmax_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<std::int8_t, std::int8_t, Cuts>& t, const no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    const range columns = t.columns(Width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        const int pixel = x * Channels;
        const std::int8_t* in = t.in[0][r] + pixel;
        int largest = int{in[0]};
        for (int c = 1; c < Channels; ++c) largest = max_of(largest, int(in[c]));
        std::int32_t sum = 0;
        for (int c = 0; c < Channels; ++c) sum = Op.add(sum, exp_below(largest - in[c]));
        const auto divisor = Op.divisor_of(sum);
        for (int c = 0; c < Channels; ++c) {
          const std::int32_t value = Op.divide(exp_below(largest - in[c]), divisor);
          t.out[r][pixel + c] = static_cast<std::int8_t>(finish(value, pixel + c, c));
        }
      }
    }
  }

 private:
  /// Once in the program: it is long.
  XENOS_NOINLINE static std::int32_t exp_below(int below) { return Op.exp_below(below); }
};

/// `Op`, a wide_softmax, on rows of `Width` pixels x `Channels`. Exps wait in the output.
template <auto Op, int Width, int Channels>
struct wide_softmax_rows : kernel_defaults {
  static constexpr bool column_cuts = true;

  template <cuts Cuts, class Views, class Epilogue>
  static void run(const tile<std::int16_t, std::int16_t, Cuts>& t, const no_parameters&,
                  const Views&, const Epilogue& epilogue) {
    const range columns = t.columns(Width);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int x = columns.first; x < columns.end; ++x) {
        const int pixel = x * Channels;
        const std::int16_t* in = t.in[0][r] + pixel;
        std::int16_t* out = t.out[r] + pixel;
        std::int32_t largest = in[0];
        for (int c = 1; c < Channels; ++c) largest = max_of(largest, std::int32_t{in[c]});
        std::int32_t sum = 0;
        for (int c = 0; c < Channels; ++c) {
          out[c] = static_cast<std::int16_t>(Op.exp_below(largest - in[c]));
          sum += out[c];
        }
        const auto divisor = Op.divisor_of(sum);
        for (int c = 0; c < Channels; ++c) {
          const std::int32_t value = Op.divide(out[c], divisor);
          out[c] = static_cast<std::int16_t>(finish(value, pixel + c, c));
        }
      }
    }
  }
};

}  // namespace xenos::inline XENOS_ABI::generic
