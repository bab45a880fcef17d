// Names that may be part of a template argument.
#pragma once

#include <xenos/config/abi.hpp>

namespace xenos::inline XENOS_ABI {

/// A short text by value: targets' names, taps.
struct short_name {
  char text[24] = {};

  constexpr short_name() = default;
  template <int N>
  constexpr short_name(const char (&literal)[N]) {
    static_assert(N <= 24, "xenos: a name has at most 23 characters");
    for (int i = 0; i < N; ++i) text[i] = literal[i];
  }
  [[nodiscard]] constexpr int length() const {
    int n = 0;
    while (n < 24 && text[n] != 0) ++n;
    return n;
  }
  friend constexpr bool operator==(const short_name&, const short_name&) = default;
};

}  // namespace xenos::inline XENOS_ABI
