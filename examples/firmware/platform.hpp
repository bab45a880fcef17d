// What an application needs of its machine. One file of platforms/ has it for each kind of machine.
#pragma once

#include <cstdint>

namespace platform {

/// Writes to the console.
void print(const char* text);

/// A clock that counts up, modulo `clock_period` (0: 2^32), a power of two. A piece of work that is
/// timed takes less than a period.
std::uint32_t ticks();
extern const std::uint32_t clock_period;

/// The lowest address that the stack may reach.
std::uintptr_t stack_limit();

}  // namespace platform

/// The application; true when all is well. The platform calls it and ends the program.
bool run_application();
