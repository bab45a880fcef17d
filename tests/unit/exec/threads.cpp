#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <vector>
#include <xenos/exec/cores.hpp>
#include <xenos/exec/threads.hpp>

static_assert(xenos::core_pool<xenos::thread_pool>);

TEST_CASE("a pool calls each part once and waits for all", "[threads]") {
  for (const int threads : {1, 2, 3, 5}) {
    for (const int spins : {0, 100, 20'000}) {
      xenos::thread_pool pool(threads, spins);
      CHECK(pool.size() == threads);
      for (const int parts : {1, 2, 3, 8, 13}) {
        for (int again = 0; again < 50; ++again) {
          std::vector<int> calls(static_cast<std::size_t>(parts));
          pool.run(parts, [&](int part) { ++calls[static_cast<std::size_t>(part)]; });
          CHECK(calls == std::vector<int>(static_cast<std::size_t>(parts), 1));
        }
      }
    }
  }
}

TEST_CASE("parts run at the same time", "[threads]") {
  xenos::thread_pool pool(3);
  std::atomic<int> here{0};
  pool.run(3, [&](int) {  // returns only if all three are called at once
    ++here;
    while (here.load() < 3) std::this_thread::yield();
  });
  CHECK(here == 3);
}

TEST_CASE("workers sleep and wake", "[threads]") {
  xenos::thread_pool pool(2, 10);
  std::array<int, 2> calls{};
  for (int again = 0; again < 5; ++again) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    pool.run(2, [&](int part) { ++calls[static_cast<std::size_t>(part)]; });
  }
  CHECK(calls == std::array<int, 2>{5, 5});
}
