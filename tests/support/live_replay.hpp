// Replays the schedule of a live plan as docs/streaming.md specifies it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>
#include <xenos/plan/live.hpp>

namespace xenos_test {

/// Which row each slot of each ring holds, while a stream runs.
template <int N>
class live_replay {
 public:
  explicit live_replay(const xenos::live_plan<N>& plan) : p(plan), done(N), slots(N) {
    for (int i = 0; i < p.unit_count; ++i) {
      slots[std::size_t(i)].assign(std::size_t(p.units[i].rows), -1);
    }
  }
  /// Whether every row that is read is there, for `pushed` input rows.
  bool run(int pushed) {
    bool good = true;
    for (int n = 0; n < pushed; ++n) {
      for (int i = 0; i < p.unit_count; ++i) good = advance(i) && good;
    }
    return good;
  }
  std::vector<std::int64_t> rows() const { return done; }

 private:
  bool advance(int index) {
    const xenos::unit& u = p.units[index];
    bool good = true;
    for (;;) {
      std::int64_t& row = done[std::size_t(index)];
      for (int k = 0; k < u.edge_count; ++k) {
        const xenos::window& w = u.edges[k].reads.rows;
        if (xenos::first_read(w, row) + w.reach > done[std::size_t(u.edges[k].from)]) return good;
      }
      for (int k = 0; k < u.edge_count; ++k) {
        const xenos::window& w = u.edges[k].reads.rows;
        const auto& ring = slots[std::size_t(u.edges[k].from)];
        const std::int64_t first = xenos::first_read(w, row);
        for (std::int64_t r = std::max<std::int64_t>(first, 0); r < first + w.reach; ++r) {
          good = good && !ring.empty() && ring[std::size_t(r) % ring.size()] == r;
        }
      }
      auto& ring = slots[std::size_t(index)];
      if (!ring.empty()) ring[std::size_t(row) % ring.size()] = row;
      ++row;
      if (u.input_port >= 0) return good;
    }
  }

  const xenos::live_plan<N>& p;
  std::vector<std::int64_t> done;
  std::vector<std::vector<std::int64_t>> slots;
};

}  // namespace xenos_test
