// Cortex-M without an operating system: vectors, start-up, semihosting, SysTick. With it goes a
// linker script of this folder.
#include <cstddef>
#include <cstdint>

#include "../platform.hpp"

using word = std::uint32_t;

// From the linker script.
extern "C" {
extern word stack_top[], stack_low[];
extern word data_begin[], data_end[], bss_begin[], bss_end[];
extern const word data_load[];
void reset();
}

namespace {

/// A request to the debugger or emulator (Arm semihosting, version 2).
word semihosting(word operation, const void* argument) {
  register word r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
constexpr word write_text = 0x04;
constexpr word exit_extended = 0x20;

[[noreturn]] void stop(word status) {
  const word block[] = {0x20026 /* ADP_Stopped_ApplicationExit */, status};
  semihosting(exit_extended, block);
  while (true) {
  }
}

volatile word& device(std::uintptr_t address) { return *reinterpret_cast<volatile word*>(address); }

void fault() { stop(99); }

}  // namespace

using handler = void (*)();

/// The stack's top, reset, then fifteen exceptions of the core. Nothing enables interrupts.
[[gnu::section(".vectors"), gnu::used]] const struct {
  word* stack;
  handler at[15];
} vectors = {stack_top,
             {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
              fault, fault, fault}};

extern "C" void reset() {
  device(0xE000ED88) = device(0xE000ED88) | 0x00F00000;  // CPACR: the floating-point unit
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  const word* from = data_load;
  for (word* to = data_begin; to < data_end; ++to) *to = *from++;
  for (word* to = bss_begin; to < bss_end; ++to) *to = 0;
  // No static constructors: the linker script refuses them.
  device(0xE000E014) = 0x00FFFFFF;  // SysTick: its whole range,
  device(0xE000E018) = 0;
  device(0xE000E010) = 5;  // cycles of the processor, no interrupt
  stop(run_application() ? 0 : 1);
}

namespace platform {

void print(const char* text) { semihosting(write_text, text); }

// Cycles of the processor.
const std::uint32_t clock_period = 1U << 24U;
std::uint32_t ticks() { return 0x00FFFFFF - device(0xE000E018); }

std::uintptr_t stack_limit() { return reinterpret_cast<std::uintptr_t>(stack_low); }

}  // namespace platform
