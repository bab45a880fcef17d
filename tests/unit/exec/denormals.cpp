#include <xenos/exec/denormals.hpp>

#include <catch2/catch.hpp>

namespace {

/// Whether this thread's arithmetic knows denormal numbers: as operands, and as results.
struct arithmetic {
  bool operands;
  bool results;
};
arithmetic now() {
  volatile float tiny = 1e-39F;
  volatile float scale = 1e-30F;
  // Stored at once: a compiler does not know that arithmetic depends on what the guard changes.
  volatile float kept = tiny * 1e10F;
  volatile float made = scale * 1e-10F;
  return {kept != 0, made != 0};
}

}  // namespace

TEST_CASE("the guard flushes denormal numbers and restores", "[denormals]") {
#if defined(__SSE2__) || defined(__aarch64__)
  constexpr bool flushes = true;
#else
  constexpr bool flushes = false;
#endif
  const arithmetic before = now();
  {
    const xenos::flush_denormals guard;
    CHECK(now().operands == (before.operands && !flushes));
    CHECK(now().results == (before.results && !flushes));
    {
      const xenos::flush_denormals inner;
      CHECK(now().results == (before.results && !flushes));
    }
    CHECK(now().results == (before.results && !flushes));
  }
  CHECK(now().operands == before.operands);
  CHECK(now().results == before.results);
}
