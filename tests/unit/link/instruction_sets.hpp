// The same model from translation units with different -m flags.
#pragma once

#include <vector>

const char* sse42_abi();
const char* avx2_abi();
std::vector<std::vector<float>> run_sse42(const std::vector<std::vector<float>>& in);
std::vector<std::vector<float>> run_avx2(const std::vector<std::vector<float>>& in);

/// Whether this machine runs what such a translation unit holds.
inline bool has_sse42() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse4.2") != 0;
#else
  return true;
#endif
}
inline bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
  return true;
#endif
}
