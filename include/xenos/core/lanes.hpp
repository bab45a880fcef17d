// A handful of elements in one register.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/config/vector.hpp>

#include <type_traits>

namespace xenos::inline XENOS_ABI {

namespace detail {

template <class T, int Count>
struct lanes_of {
  typedef T type XENOS_VECTOR_ATTRIBUTES(sizeof(T) * Count, alignof(T));
};
template <class T>
struct lanes_of<T, 1> {
  using type = T;
};

}  // namespace detail

/// `Count` elements with element-wise + and *, loaded from any address; one element is T itself.
template <class T, int Count>
using lanes = typename detail::lanes_of<T, Count>::type;

/// Elements of T in a register of this build, at most `bytes` wide: 1 where vectors do not pay.
template <class T>
constexpr int lane_count(int bytes) {
  const int native = bytes < XENOS_VECTOR_BYTES ? bytes : XENOS_VECTOR_BYTES;
  const int count = native / static_cast<int>(sizeof(T));
  return std::is_floating_point_v<T> && count > 1 ? count : 1;
}

/// Loads from `from`, which need be aligned as T only.
template <class T, int Count>
inline lanes<T, Count> load_lanes(const T* from) {
  if constexpr (Count == 1) {
    return *from;
  } else {
    return *reinterpret_cast<const lanes<T, Count>*>(from);
  }
}
template <class T, int Count>
inline void store_lanes(T* to, lanes<T, Count> value) {
  if constexpr (Count == 1) {
    *to = value;
  } else {
    *reinterpret_cast<lanes<T, Count>*>(to) = value;
  }
}

}  // namespace xenos::inline XENOS_ABI
