#include <xenos/core/range.hpp>

#include <catch2/catch.hpp>

using xenos::range;
using xenos::share;

static_assert(share(10, 3, 0) == range{0, 3} && share(10, 3, 1) == range{3, 6} &&
              share(10, 3, 2) == range{6, 10});
static_assert(share(2, 4, 0).empty() && share(2, 4, 1) == range{0, 1});
static_assert(share(20, 2, 0, 8) == range{0, 8} && share(20, 2, 1, 8) == range{8, 20});

TEST_CASE("shares are disjoint, complete and balanced", "[range]") {
  for (int total = 0; total < 70; ++total) {
    for (int parts = 1; parts < 9; ++parts) {
      for (const int block : {1, 2, 3, 16}) {
        int at = 0;
        int least = total;
        int most = 0;
        for (int k = 0; k < parts; ++k) {
          const range mine = share(total, parts, k, block);
          CHECK(mine.first == at);
          at = mine.end;
          least = xenos::min_of(least, (mine.size() + block - 1) / block);
          most = xenos::max_of(most, (mine.size() + block - 1) / block);
        }
        CHECK(at == total);
        CHECK(most - least <= 1);
      }
    }
  }
}

TEST_CASE("a range grows", "[range]") {
  range r;
  r.include({3, 3});
  CHECK(r.empty());
  r.include({4, 6});
  r.include({1, 2});
  CHECK(r == range{1, 6});
}
