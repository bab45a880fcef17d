// Feature switches. Each macro is 0 or 1, so use #if, not #ifdef.
//
// A user may define, for every translation unit of a program or for single ones:
//   XENOS_FREESTANDING=0|1    overrides the detection below
#pragma once

/// 1 where there is no operating system: -ffreestanding, or a bare-metal target with a C library.
#ifndef XENOS_FREESTANDING
#if !__STDC_HOSTED__
#define XENOS_FREESTANDING 1
#elif defined(__unix__) || defined(__APPLE__) || defined(_WIN32) || defined(__EMSCRIPTEN__)
#define XENOS_FREESTANDING 0
#else
#define XENOS_FREESTANDING 1
#endif
#endif
