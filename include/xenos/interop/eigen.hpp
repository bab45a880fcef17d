// Buffers and weights as Eigen sees them, without copies. Host only.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include <Eigen/Core>

#include <xenos/config/abi.hpp>
#include <xenos/core/result.hpp>
#include <xenos/core/shape.hpp>
#include <xenos/core/weights.hpp>

namespace xenos::inline XENOS_ABI::eigen {

/// A matrix in the order of xenos' tensors: one row a pixel, channels innermost.
template <class T, int Rows = Eigen::Dynamic, int Columns = Eigen::Dynamic>
using matrix = Eigen::Matrix<T, Rows, Columns,
                             Rows == 1      ? Eigen::RowMajor
                             : Columns == 1 ? Eigen::ColMajor
                                            : Eigen::RowMajor>;

/// A tensor of shape `Shape` as a matrix of height * width pixels by channels; writes go through.
template <shape Shape, class T>
auto map(std::span<T, static_cast<std::size_t>(Shape.elements())> tensor) {
  using dense = matrix<std::remove_const_t<T>, Shape.height * Shape.width, Shape.channels>;
  return Eigen::Map<std::conditional_t<std::is_const_v<T>, const dense, dense>>(tensor.data());
}

/// Fully connected weights as a matrix of out rows by in columns, whichever way they are stored.
template <class T, oi Order>
auto map(const weights<T, Order>& view) {
  return Eigen::Map<const matrix<T, Order.out, Order.in>>(view.data);
}
template <class T, io Order>
auto map(const weights<T, Order>& view) {
  return Eigen::Map<const matrix<T, Order.in, Order.out>>(view.data).transpose();
}
/// A bias or any other value a channel as a column vector.
template <class T, per_channel Order>
auto map(const weights<T, Order>& view) {
  return Eigen::Map<const matrix<T, Order.out, 1>>(view.data);
}

/// The elements of an Eigen matrix or array as a buffer for `run`, or as data of weights. With
/// several rows and columns it must be stored row by row. Errors: size_mismatch when it has another
/// number of elements.
template <std::size_t Count, class Object>
  requires std::is_base_of_v<Eigen::PlainObjectBase<std::remove_const_t<Object>>, Object>
auto buffer(Object& object) {
  using value = std::remove_pointer_t<decltype(object.data())>;
  using span = std::span<value, Count>;
  static_assert(Object::IsRowMajor || Object::IsVectorAtCompileTime,
                "xenos: this Eigen matrix is stored column by column; declare it Eigen::RowMajor");
  if (static_cast<std::size_t>(object.size()) != Count) {
    return result<span>(error{errc::size_mismatch, "eigen: another number of elements"});
  }
  return result<span>(span(object.data(), Count));
}

}  // namespace xenos::inline XENOS_ABI::eigen
