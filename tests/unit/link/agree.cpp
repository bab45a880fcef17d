// One program holds a model for several instruction sets: the inline ABI namespace keeps their
// functions apart, so that the linker merges none of them.
#include "instruction_sets.hpp"
#include "model.hpp"

#include <catch2/catch.hpp>
#include <string>

TEST_CASE("translation units of different instruction sets agree", "[link]") {
  if (!has_sse42() || !has_avx2()) return;
#if defined(__x86_64__)
  CHECK(std::string(sse42_abi()) != avx2_abi());
#endif
  xenos_test::noise next{xenos_test::seed()};
  xenos_test::buffers in{std::vector<float>(9 * 11 * 5)};
  for (float& value : in[0]) value = next();
  const auto here = run_here(in);
  const std::vector<xenos_test::tensor> want{{here[0].begin(), here[0].end()}};
  CHECK(xenos_test::difference(run_sse42(in), want) == "");
  CHECK(xenos_test::difference(run_avx2(in), want) == "");
}
