// The high-water mark of the stack, which grows down: painted, then searched for what is left.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform.hpp"

namespace firmware {

/// From construction to `used()`.
class painted_stack {
 public:
  [[gnu::noinline]] painted_stack() : top_(here()) {
    // The frame of this function, and what it may call, stay as they are.
    for (std::uintptr_t at = platform::stack_limit(); at < top_ - spared; at += sizeof(word)) {
      *reinterpret_cast<volatile word*>(at) = paint;
    }
  }
  /// Bytes that functions called by the caller of the constructor have had at most.
  [[nodiscard, gnu::noinline]] std::size_t used() const {
    std::uintptr_t at = platform::stack_limit();
    while (at < top_ - spared && *reinterpret_cast<const volatile word*>(at) == paint) {
      at += sizeof(word);
    }
    return top_ - at;
  }

 private:
  using word = std::uint32_t;
  static constexpr word paint = 0xa5a5a5a5;
  static constexpr std::uintptr_t spared = 128;

  static std::uintptr_t here() {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) & -sizeof(word);
  }
  std::uintptr_t top_;
};

}  // namespace firmware
