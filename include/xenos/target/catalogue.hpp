// Known targets. Figures are data sheets' or measured; a comment says which.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI::targets {

/// Any machine with a C++ compiler: cautious figures, portable kernels.
inline constexpr target generic{.name = "generic", .instructions = isa::generic};

/// A present-day desktop or server core: rings are kept within half of a private 1 MB cache.
inline constexpr target host{.name = "host",
                             .megahertz = 3000,
                             .scratchpad = 512 * 1024,
                             .alignment = 64,
                             .vector_bytes = 64,
                             .macs_per_cycle = 24,
                             .memory_bytes_per_cycle = 16,
                             .exchange_bytes_per_cycle = 4,
                             .scratchpad_bytes_per_cycle = 64,
                             .step_cycles = 100,
                             .barrier_cycles = 1500};

/// Arm Cortex-M4 with FPU, e.g. STM32F4: one single-cycle multiply-accumulate with loads around it.
/// The whole SRAM is scratchpad and memory at once.
inline constexpr target cortex_m4{.name = "cortex_m4",
                                  .megahertz = 168,
                                  .scratchpad = 64 * 1024,
                                  .memory = 192 * 1024,
                                  .alignment = 4,
                                  .vector_bytes = 4,
                                  .instructions = isa::arm_dsp,
                                  .macs_per_cycle = 1,
                                  .memory_bytes_per_cycle = 4,
                                  .scratchpad_bytes_per_cycle = 4,
                                  .step_cycles = 150};

/// Arm Cortex-M7, e.g. STM32H7: 128 KB of tightly coupled data memory, AXI SRAM behind.
inline constexpr target cortex_m7{.name = "cortex_m7",
                                  .megahertz = 480,
                                  .scratchpad = 128 * 1024,
                                  .memory = 640 * 1024,
                                  .alignment = 8,
                                  .vector_bytes = 4,
                                  .instructions = isa::arm_dsp,
                                  .macs_per_cycle = 1,
                                  .memory_bytes_per_cycle = 4,
                                  .scratchpad_bytes_per_cycle = 8,
                                  .step_cycles = 150};

/// Arm Cortex-M55 with Helium: 128-bit vectors in two beats.
inline constexpr target cortex_m55{.name = "cortex_m55",
                                   .megahertz = 400,
                                   .scratchpad = 256 * 1024,
                                   .memory = 2 * 1024 * 1024,
                                   .alignment = 16,
                                   .vector_bytes = 16,
                                   .instructions = isa::helium,
                                   .macs_per_cycle = 2,
                                   .memory_bytes_per_cycle = 4,
                                   .scratchpad_bytes_per_cycle = 8,
                                   .step_cycles = 150};

/// Texas Instruments TMS320C6678: eight C66x cores, 512 KB of L2 each, 4 MB of shared SRAM, DDR3.
/// Sixteen fp32 operations a cycle and core, of which kernels reach half: four
/// multiply-accumulates.
inline constexpr target c6678{.name = "c6678",
                              .cores = 8,
                              .megahertz = 1250,
                              .scratchpad = 512 * 1024,
                              .memory = 512LL * 1024 * 1024,
                              .alignment = 128,
                              .vector_bytes = 16,
                              .instructions = isa::generic,
                              .macs_per_cycle = 4,
                              .memory_bytes_per_cycle = 6,
                              .scratchpad_bytes_per_cycle = 16,
                              .step_cycles = 200,
                              .barrier_cycles = 500,
                              .coherent = false,
                              .parameters_in_place = false};

/// Xilinx ZCU102: 2,520 DSP slices at 200 MHz seen as one core, 4 MB of block memory.
inline constexpr target zcu102{.name = "zcu102",
                               .megahertz = 200,
                               .scratchpad = 4 * 1024 * 1024,
                               .memory = 512LL * 1024 * 1024,
                               .alignment = 64,
                               .vector_bytes = 64,
                               .instructions = isa::generic,
                               .macs_per_cycle = 500,
                               .memory_bytes_per_cycle = 64,
                               .scratchpad_bytes_per_cycle = 1024,
                               .step_cycles = 50,
                               .barrier_cycles = 100,
                               .coherent = false,
                               .parameters_in_place = false};

}  // namespace xenos::inline XENOS_ABI::targets
