// Lists of types by number, and one value of each, without recursion.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/expr/node.hpp>

#include <type_traits>
#include <utility>

namespace xenos::inline XENOS_ABI {

/// The I-th value of a set. One without members is not stored: equal empty parts of several values
/// would need addresses, so bytes, of their own.
template <int I, class T>
struct indexed_value {
  T value{};
};
template <int I, class T>
  requires std::is_empty_v<T>
struct indexed_value<I, T> {
  static constexpr T value{};
};

namespace detail {

template <int I, class T>
T type_at(const indexed_value<I, T>*);

template <class Sequence, class... Types>
struct indexed_base;
template <int... I, class... Types>
struct indexed_base<std::integer_sequence<int, I...>, Types...> : indexed_value<I, Types>... {};

}  // namespace detail

/// One value of each type of a list; equal types are kept apart by their numbers.
template <class List>
struct indexed;
template <class... Types>
struct indexed<type_list<Types...>>
    : detail::indexed_base<std::make_integer_sequence<int, sizeof...(Types)>, Types...> {
  template <int I>
  using type = decltype(detail::type_at<I>(static_cast<const indexed*>(nullptr)));

  template <int I>
  [[nodiscard]] constexpr const type<I>& get() const {
    return static_cast<const indexed_value<I, type<I>>*>(this)->value;
  }
  template <int I>
  [[nodiscard]] constexpr auto& get() {
    return static_cast<indexed_value<I, type<I>>*>(this)->value;
  }
  template <int I, class T>
  constexpr void put(const T& value) {
    if constexpr (!std::is_empty_v<type<I>>) get<I>() = value;
  }
};

}  // namespace xenos::inline XENOS_ABI
