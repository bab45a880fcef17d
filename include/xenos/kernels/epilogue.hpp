// One-to-one operations that run on a kernel's accumulators before they are stored.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/compiler.hpp>
#include <xenos/core/simd.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/quantised_activation.hpp>
#include <xenos/ops/tabulated.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

/// The follower at one place of the chain: operation, number of operands, and which of them the
/// accumulator is.
template <auto Op, int Operands, int ChainOperand>
struct fused_stage {
  static constexpr auto op = Op;
  static constexpr int operands = Operands;
  static constexpr int chain = ChainOperand;
  static constexpr int coefficients = coefficients_of<std::remove_cvref_t<decltype(Op)>>();
};

namespace detail {

/// How a follower gets its operands: as one value, or as the first `present` lanes of a vector.
template <class V>
struct scalar_operand {
  template <class T>
  constexpr V operator()(const T* from) const {
    return V(*from);
  }
};
template <int Count>
struct vector_operand {
  int present;
  XENOS_ALWAYS_INLINE simd<Count> operator()(const float* from) const {
    return simd<Count>::load(from, present);
  }
};

}  // namespace detail

/// Followers in order, with what they read: for each further operand an array of row pointers (one
/// a row of the tile), for each operation with coefficients one or two values a channel.
template <class T, class... Followers>
struct epilogue;

template <class T>
struct epilogue<T> {
  static constexpr int further_operands = 0;
  static constexpr int coefficient_vectors = 0;
  static constexpr bool by_channel = false;
  static constexpr bool only_limits = true;

  constexpr epilogue(const T* const* const* /*operands*/, const T* const* /*coefficients*/) {}
  [[nodiscard]] constexpr epilogue row(int) const { return *this; }
  template <class V>
  constexpr V operator()(V value, int /*element*/, int /*channel*/) const {
    return value;
  }
  template <int Count>
  XENOS_ALWAYS_INLINE simd<Count> on_lanes(simd<Count> value, int, int, int = Count) const {
    return value;
  }
  constexpr explicit epilogue() = default;
};

template <class T, class First, class... Rest>
struct epilogue<T, First, Rest...> {
  static constexpr int own_operands = First::operands - 1;
  static constexpr int own_vectors = First::coefficients;
  static constexpr int further_operands = own_operands + epilogue<T, Rest...>::further_operands;
  static constexpr int coefficient_vectors =
      own_vectors + epilogue<T, Rest...>::coefficient_vectors;
  using first = First;
  using others = epilogue<T, Rest...>;
  /// Whether it is a number of limits of integers, in other words monotone and without operands.
  static constexpr bool only_limits = epilogue<T, Rest...>::only_limits &&
                                      is_integer_limits<std::remove_cvref_t<decltype(First::op)>>;

  /// The epilogue of one row: plain pointers, so that inner loops load nothing but values.
  struct row_epilogue {
    static constexpr bool by_channel = coefficient_vectors > 0;  // what it does differs by channel

    const T* operands[own_operands > 0 ? own_operands : 1];  // the follower's, but for the chain's
    const T* coefficients[own_vectors > 0 ? own_vectors : 1];
    [[no_unique_address]] decltype(epilogue<T, Rest...>(nullptr, nullptr).row(0)) rest;

    /// `element` counts within the row, `channel` within the pixel.
    template <class V>
    constexpr V operator()(V value, int element, int channel) const {
      return rest(apply(value, element, channel, detail::scalar_operand<V>{}), element, channel);
    }

    /// The same for neighbouring channels of a pixel, of which the first `present` exist. Where an
    /// operation takes no vectors, its scalar form is applied to each.
    template <int Count>
    XENOS_ALWAYS_INLINE simd<Count> on_lanes(simd<Count> value, int element, int channel,
                                             int present = Count) const {
      if constexpr (takes_vectors<std::remove_cvref_t<decltype(First::op)>>()) {
        value = apply(value, element, channel, detail::vector_operand<Count>{present});
      } else {
        T values[Count];
        value.store(values);
        for (int k = 0; k < Count && k < present; ++k) {
          values[k] = apply(values[k], element + k, channel + k, detail::scalar_operand<T>{});
        }
        value = simd<Count>::load(values);
      }
      return rest.on_lanes(value, element, channel, present);
    }

   private:
    /// Operand K of an operation on three streams.
    template <int K, class V, class Operand>
    XENOS_ALWAYS_INLINE constexpr V read(V value, int element, const Operand& operand) const {
      if constexpr (K == First::chain) {
        return value;
      } else {
        return operand(operands[K < First::chain ? K : K - 1] + element);
      }
    }
    template <class V, class Operand>
    XENOS_ALWAYS_INLINE constexpr V apply(V value, int element, int channel,
                                          const Operand& operand) const {
      if constexpr (First::coefficients == 1) {
        return First::op.apply(value, operand(coefficients[0] + channel));
      } else if constexpr (First::coefficients == 2) {
        return First::op.apply(value, operand(coefficients[0] + channel),
                               operand(coefficients[1] + channel));
      } else if constexpr (First::operands == 1) {
        return apply_one<First::op>(value);
      } else if constexpr (arity_of<std::remove_cvref_t<decltype(First::op)>>() == 3) {
        return First::op.apply(read<0>(value, element, operand), read<1>(value, element, operand),
                               read<2>(value, element, operand));
      } else {
        V sum = First::chain == 0 ? value : operand(operands[0] + element);
        for (int k = 1; k < First::operands; ++k) {
          const V next =
              k == First::chain ? value : operand(operands[k < First::chain ? k : k - 1] + element);
          sum = First::op.apply(sum, next);
        }
        return sum;
      }
    }
  };

  const T* const* const* operands;
  const T* const* coefficients;
  epilogue<T, Rest...> rest;

  constexpr epilogue(const T* const* const* further, const T* const* vectors)
      : operands(further),
        coefficients(vectors),
        rest(further + own_operands, vectors + own_vectors) {}

  [[nodiscard]] constexpr row_epilogue row(int index) const {
    row_epilogue bound{{}, {}, rest.row(index)};
    for (int k = 0; k < own_operands; ++k) bound.operands[k] = operands[k][index];
    for (int k = 0; k < own_vectors; ++k) bound.coefficients[k] = coefficients[k];
    return bound;
  }
};

}  // namespace xenos::inline XENOS_ABI
