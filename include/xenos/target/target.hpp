// What a plan is made for: a structural value that describes a machine.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/name.hpp>

#include <cstdint>

namespace xenos::inline XENOS_ABI {

/// Instruction sets that kernels know. `automatic` is the best that the compiler's flags allow.
enum class isa : std::uint8_t { generic, automatic, sse42, avx2, avx512, neon64, arm_dsp, helium };

/// A machine, as far as planning is concerned. Bytes are bytes, rates are per cycle of one core. A
/// user's own target is one value of this type; the catalogue has examples.
struct target {
  short_name name{"generic"};
  int cores = 1;
  int megahertz = 1000;
  bytes_t scratchpad = 256 * 1024;  // private to a core: rings and temporaries live here
  bytes_t memory =
      bytes_t{1} << 40;     // shared: materialised tensors; all of the arena must fit in it
  bytes_t fast_memory = 0;  // of it the first bytes, nearer to all cores (SRAM that they share)
  int alignment = 64;       // of rows and tensors: cache line or vector, a power of two
  int vector_bytes = 16;
  isa instructions = isa::automatic;
  int macs_per_cycle = 4;               // fp32, one core, as kernels reach it
  int int8_macs_per_cycle = 0;          // the same of int8; 0: as many as of fp32
  int memory_bytes_per_cycle = 4;       // between scratchpad and memory
  int memory_megabytes_per_second = 0;  // of all cores together, 10^6 bytes; 0: nothing limits them
  int fast_memory_bytes_per_cycle = 16;  // between scratchpad and fast memory
  int exchange_bytes_per_cycle = 4;      // what one core has just written and another reads
  int scratchpad_bytes_per_cycle = 16;
  int step_cycles = 100;      // starting one tile of one stage
  int segment_cycles = 1000;  // starting a segment where there is one core
  int barrier_cycles = 1000;  // all cores meet
  int transport_cycles = 0;   // a transport begins to bring something
  bool coherent = true;       // cores see each other's writes without publishing them
  bool parameters_in_place =
      true;                  // kernels read weights where they lie, else a transport brings them
  bool specialised = false;  // kernels that can are compiled for each shape, else once for all

  /// What a kernel may take of the scratchpad for itself, if it can do with less than it would use.
  [[nodiscard]] constexpr bytes_t kernel_scratch() const { return scratchpad / 8; }

  [[nodiscard]] constexpr target with_cores(int n) const {
    target changed = *this;
    changed.cores = n;
    return changed;
  }
  [[nodiscard]] constexpr target with_scratchpad(bytes_t bytes) const {
    target changed = *this;
    changed.scratchpad = bytes;
    return changed;
  }
  [[nodiscard]] constexpr target with_memory(bytes_t bytes) const {
    target changed = *this;
    changed.memory = bytes;
    return changed;
  }
  friend constexpr bool operator==(const target&, const target&) = default;
};

}  // namespace xenos::inline XENOS_ABI
