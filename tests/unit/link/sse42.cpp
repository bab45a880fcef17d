// Compiled for SSE 4.2 on x86 (tests/CMakeLists.txt says so).
#include "instruction_sets.hpp"
#include "model.hpp"

#include <catch2/catch.hpp>

const char* sse42_abi() { return abi_name; }

xenos_test::buffers run_sse42(const xenos_test::buffers& in) { return run_here(in); }

TEST_CASE("a model of the sse42 translation unit is right", "[link]") {
  if (!has_sse42()) return;
  CHECK_FALSE(run_sse42({std::vector<float>(9 * 11 * 5, 0.25F)}).empty());
}
