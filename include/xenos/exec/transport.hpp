// What brings parameters to a core: DMA, or a copy.
#pragma once

#include <xenos/config/abi.hpp>

#include <concepts>
#include <cstddef>
#include <cstring>

namespace xenos::inline XENOS_ABI {

/// Moves bytes into a core's scratchpad while the core computes. One object a core.
///   start(to, from, bytes)  begins a transfer, after which `to` belongs to it; false: an error
///   wait()                  returns when all transfers begun have ended and this core can read
///   what
///                          came; false: one has failed
/// `to` is aligned as the target says, `from` as the packed parameters; ranges do not overlap.
template <class T>
concept transport = requires(T& t, void* to, const void* from, std::size_t bytes) {
  { t.start(to, from, bytes) } -> std::same_as<bool>;
  { t.wait() } -> std::same_as<bool>;
};

/// The transport that blocks: memcpy.
struct copy_transport {
  bool start(void* to, const void* from, std::size_t bytes) {
    std::memcpy(to, from, bytes);
    return true;
  }
  bool wait() { return true; }
};

}  // namespace xenos::inline XENOS_ABI
