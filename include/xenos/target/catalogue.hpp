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
                             .fast_memory = 512 * 1024,
                             .alignment = 64,
                             .vector_bytes = 64,
                             .macs_per_cycle = 24,
                             .memory_bytes_per_cycle = 16,
                             .fast_memory_bytes_per_cycle = 32,
                             .exchange_bytes_per_cycle = 4,
                             .scratchpad_bytes_per_cycle = 64,
                             .step_cycles = 30,
                             .segment_cycles = 100,
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

/// Texas Instruments TMS320C6678: eight C66x cores of 1.25 GHz. What is assumed of it:
///   computing      16 fp32 operations a cycle and core, of which kernels reach half: four
///                  multiply-accumulates; of int8 half of the 32 products of 16 bits
///   scratchpad     512 KB of L2 a core, all of it SRAM
///   fast memory    4 MB of SRAM (MSMC), 16 bytes a cycle and core
///   memory         DDR3-1333 of 64 bits: 70 % of 10.6 GB/s for all cores together
///   starting       200 cycles a transfer of DMA, 500 to meet
/// Memory is one range of addresses: an address extension unit (MPAX) puts MSMC before DDR.
inline constexpr target c6678{.name = "c6678",
                              .cores = 8,
                              .megahertz = 1250,
                              .scratchpad = 512 * 1024,
                              .memory = 512LL * 1024 * 1024,
                              .fast_memory = 4 * 1024 * 1024,
                              .alignment = 128,
                              .vector_bytes = 16,
                              .instructions = isa::generic,
                              .macs_per_cycle = 4,
                              .int8_macs_per_cycle = 16,
                              .memory_bytes_per_cycle = 6,
                              .memory_megabytes_per_second = 7420,
                              .fast_memory_bytes_per_cycle = 16,
                              .scratchpad_bytes_per_cycle = 16,
                              .step_cycles = 200,
                              .segment_cycles = 500,
                              .barrier_cycles = 500,
                              .transport_cycles = 200,
                              .coherent = false,
                              .parameters_in_place = false};

/// Xilinx ZCU102 (XCZU9EG), its logic seen as one core. What is assumed of it:
///   computing      2,520 DSP slices at 200 MHz, a clock that unhurried designs meet: five a
///                  fp32 multiply-accumulate (three multiply, two add), one of int8
///   scratchpad     912 block RAMs of 36 Kb, 4 MB; there is no UltraRAM
///   memory         DDR4-2133 of 64 bits at the processing system: 70 % of 17 GB/s
inline constexpr target zcu102{.name = "zcu102",
                               .megahertz = 200,
                               .scratchpad = 4 * 1024 * 1024,
                               .memory = 512LL * 1024 * 1024,
                               .alignment = 64,
                               .vector_bytes = 64,
                               .instructions = isa::generic,
                               .macs_per_cycle = 500,
                               .int8_macs_per_cycle = 2520,
                               .memory_bytes_per_cycle = 64,
                               .memory_megabytes_per_second = 11900,
                               .scratchpad_bytes_per_cycle = 1024,
                               .step_cycles = 50,
                               .segment_cycles = 100,
                               .barrier_cycles = 100,
                               .transport_cycles = 50,
                               .coherent = false,
                               .parameters_in_place = false};

}  // namespace xenos::inline XENOS_ABI::targets
