// A value or an error, without exceptions and without memory of its own.
#pragma once

#include <xenos/config/abi.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace xenos::inline XENOS_ABI {

/// What went wrong, for code. `error::message` says it for people.
enum class errc : unsigned char {
  invalid_argument,      ///< a value outside what the function accepts
  size_mismatch,         ///< too many or too few bytes or elements
  shape_mismatch,        ///< the right number of elements in the wrong shape
  type_mismatch,         ///< another element type than the one asked for
  misaligned,            ///< an address that breaks an alignment rule
  overflow,              ///< a size or value that its type cannot hold
  bad_format,            ///< bytes that do not follow their file format
  bad_version,           ///< a known format in an unknown version
  fingerprint_mismatch,  ///< data made for another model or layout
  unsupported,           ///< valid, but not handled here
  cannot_open,           ///< a file or device that cannot be opened
  io_failure,            ///< reading or writing stopped half way
};

/// An error: a code and a text that lives as long as the program.
struct error {
  errc code;
  const char* message;

  friend constexpr bool operator==(const error& a, errc b) { return a.code == b; }
};

/// A `T` or an `error`. Asking for what is not there traps, also in release builds.
template <class T>
class [[nodiscard]] result {
  static_assert(std::is_object_v<T>, "result<T>: T is an object type; return a span or a pointer");
  static_assert(!std::is_same_v<std::remove_cv_t<T>, xenos::error>, "result<error> is ambiguous");

 public:
  using value_type = T;

  /// Holds a value. Implicit, so that a function can `return value;`.
  template <class U = T>
    requires(std::is_constructible_v<T, U> && !std::is_same_v<std::remove_cvref_t<U>, result> &&
             !std::is_same_v<std::remove_cvref_t<U>, xenos::error>)
  constexpr result(U&& value) : value_(std::in_place, std::forward<U>(value)) {}

  /// Holds an error. Implicit, so that a function can `return error{...};`.
  constexpr result(xenos::error failure) : error_(failure) {}

  constexpr bool has_value() const noexcept { return value_.has_value(); }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  constexpr T& value() & {
    XENOS_CHECK(has_value());
    return *value_;
  }
  constexpr const T& value() const& {
    XENOS_CHECK(has_value());
    return *value_;
  }
  constexpr T&& value() && {
    XENOS_CHECK(has_value());
    return std::move(*value_);
  }

  constexpr T& operator*() & { return value(); }
  constexpr const T& operator*() const& { return value(); }
  constexpr T&& operator*() && { return std::move(*this).value(); }
  constexpr T* operator->() { return &value(); }
  constexpr const T* operator->() const { return &value(); }

  constexpr const xenos::error& error() const {
    XENOS_CHECK(!has_value());
    return error_;
  }

 private:
  std::optional<T> value_;
  xenos::error error_{};
};

/// Success or an `error`.
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;

  constexpr result() = default;
  constexpr result(xenos::error failure) : error_(failure), failed_(true) {}

  constexpr bool has_value() const noexcept { return !failed_; }
  constexpr explicit operator bool() const noexcept { return has_value(); }
  constexpr void value() const { XENOS_CHECK(has_value()); }

  constexpr const xenos::error& error() const {
    XENOS_CHECK(failed_);
    return error_;
  }

 private:
  xenos::error error_{};
  bool failed_ = false;
};

}  // namespace xenos::inline XENOS_ABI
