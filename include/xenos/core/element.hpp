// Element types of streams.
#pragma once

#include <xenos/config/abi.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// The element type of a stream, as a value for plans; i64 of biases only.
enum class dtype : std::uint8_t { f32, i8, i16, i32, i64 };

constexpr int size_of(dtype type) {
  switch (type) {
    case dtype::i8: return 1;
    case dtype::i16: return 2;
    case dtype::i64: return 8;
    default: return 4;
  }
}

/// Properties of an element type. `reference` is the type in which the scalar definitions sum:
/// wider than the kernels' `accumulator`, so that a definition adds no error of its own. Layers of
/// int16 and int32 sum in 64 bits; `accumulator` is what pools and one-to-one operations need.
template <class T>
struct element;

template <>
struct element<float> {
  static constexpr dtype type = dtype::f32;
  using accumulator = float;
  using reference = double;
};
template <>
struct element<std::int8_t> {
  static constexpr dtype type = dtype::i8;
  using accumulator = std::int32_t;
  using reference = std::int32_t;
};
template <>
struct element<std::int16_t> {
  static constexpr dtype type = dtype::i16;
  using accumulator = std::int32_t;
  using reference = std::int64_t;
};
/// Fractions (Q31), or indices, which have no quantisation: they are made and moved, no more.
template <>
struct element<std::int32_t> {
  static constexpr dtype type = dtype::i32;
  using accumulator = std::int64_t;
  using reference = std::int64_t;
};

template <class T>
using accumulator_of = typename element<T>::accumulator;
template <class T>
using reference_of = typename element<T>::reference;

/// The C++ type of a dtype.
template <dtype Type>
struct element_type;
template <>
struct element_type<dtype::f32> {
  using type = float;
};
template <>
struct element_type<dtype::i8> {
  using type = std::int8_t;
};
template <>
struct element_type<dtype::i16> {
  using type = std::int16_t;
};
template <>
struct element_type<dtype::i32> {
  using type = std::int32_t;
};
template <dtype Type>
using element_t = typename element_type<Type>::type;

}  // namespace xenos::inline XENOS_ABI
