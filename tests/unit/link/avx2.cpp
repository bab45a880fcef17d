// Compiled for AVX2 and FMA on x86 (tests/CMakeLists.txt says so).
#include "instruction_sets.hpp"
#include "model.hpp"

#include <catch2/catch.hpp>

const char* avx2_abi() { return abi_name; }

xenos_test::buffers run_avx2(const xenos_test::buffers& in) { return run_here(in); }

TEST_CASE("a model of the avx2 translation unit is right", "[link]") {
  if (!has_avx2()) return;
  CHECK_FALSE(run_avx2({std::vector<float>(9 * 11 * 5, 0.25F)}).empty());
}
