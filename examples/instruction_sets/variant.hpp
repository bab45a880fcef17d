// One model in several instruction sets: what each translation unit gives to the program.
#pragma once

#include <span>

/// A model compiled for one instruction set.
struct variant {
  const char* name;
  void (*run)(std::span<const float, 32 * 32 * 3> image, std::span<float, 10> scores);
};

// Defined by variant.cpp, which CMakeLists.txt compiles once for each.
extern const variant portable;
extern const variant avx2;
extern const variant avx512;
