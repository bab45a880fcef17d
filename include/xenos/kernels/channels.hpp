// Neighbouring channels as one value: a vector of them, or one.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/lanes.hpp>
#include <xenos/core/simd.hpp>
#include <xenos/kernels/epilogue.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// `Lanes` neighbouring channels of elements T, so that kernels are written once for vectors and
/// scalars. Where fewer are left, `present` of them are read and written.
template <class T, int Lanes>
struct channels_of {
  using value = simd<Lanes>;
  using operand = detail::vector_operand<Lanes>;
  static XENOS_ALWAYS_INLINE value load(const T* from, int present = Lanes) {
    return value::load(from, present);
  }
  static XENOS_ALWAYS_INLINE void store(value of, T* to, int present = Lanes) {
    of.store(to, present);
  }
  static XENOS_ALWAYS_INLINE operand loads(int present) { return {present}; }
  /// Passes element `at` and on of a row, channel `channel` and on, through an epilogue into `out`.
  template <class Epilogue>
  static XENOS_ALWAYS_INLINE void finish(const Epilogue& epilogue, value of, T* out, int at,
                                         int channel, int present = Lanes) {
    epilogue.on_lanes(of, at, channel, present).store(out + at, present);
  }
};
template <class T>
struct channels_of<T, 1> {
  using value = accumulator_of<T>;
  using operand = detail::scalar_operand<value>;
  static XENOS_ALWAYS_INLINE value load(const T* from, int = 1) { return value(*from); }
  static XENOS_ALWAYS_INLINE void store(value of, T* to, int = 1) { *to = T(of); }
  static XENOS_ALWAYS_INLINE operand loads(int) { return {}; }
  template <class Epilogue>
  static XENOS_ALWAYS_INLINE void finish(const Epilogue& epilogue, value of, T* out, int at,
                                         int channel, int = 1) {
    out[at] = T(epilogue(of, at, channel));
  }
};

/// Elements [at, at + count) of a row, of channel `channel` and on: what `make` makes of them, put
/// through an epilogue into `out`. `make(operand, k)` gets element at + k and those that follow it
/// in a vector through `operand` (see `channels_of`).
template <int Lanes, class T, class Epilogue, class Make>
XENOS_ALWAYS_INLINE void make_channels(T* out, int at, int channel, int count,
                                       const Epilogue& epilogue, const Make& make) {
  using run = channels_of<T, Lanes>;
  int k = 0;
  for (; k + Lanes <= count; k += Lanes) {
    run::finish(epilogue, make(run::loads(Lanes), k), out, at + k, channel + k);
  }
  if constexpr (Lanes > 1) {
    const int left = min_of(count - k, Lanes - 1);  // a bound that g++ does not find by itself
    if (left > 0) run::finish(epilogue, make(run::loads(left), k), out, at + k, channel + k, left);
  }
}

/// What `make_channels` makes of elements that stay as they are.
template <class T>
struct copied {
  const T* from;
  template <class Operand>
  XENOS_ALWAYS_INLINE auto operator()(const Operand& operand, int k) const {
    return operand(from + k);
  }
};

/// Lanes in which elements are copied.
template <class T>
inline constexpr int native_lanes = lane_count<T>(XENOS_VECTOR_BYTES);

}  // namespace xenos::inline XENOS_ABI
