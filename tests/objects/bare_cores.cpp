// What each of several bare cores runs, with parameters in place and brought by a transport.
#include <xenos/xenos.hpp>

#include "../../examples/models/ds_cnn.hpp"

namespace xn = xenos;

struct user_sync {
  void arrive_and_wait();
  void publish(const void*, std::size_t);
  void acquire(const void*, std::size_t);
};
struct user_transport {
  bool start(void* to, const void* from, std::size_t bytes);
  bool wait();
};

constexpr xn::target brought = [] {
  xn::target t = xn::targets::c6678.with_cores(4);
  t.barrier_cycles = 10;
  return t;
}();
constexpr xn::target in_place = [] {
  xn::target t = brought;
  t.parameters_in_place = true;
  return t;
}();

template <xn::target On>
auto link(const models::ds_cnn_weights& views) {
  return xn::link<On>([&] { return models::ds_cnn(views); });
}

void run_in_place(int core, user_sync& sync, const models::ds_cnn_weights& views,
                  const decltype(link<in_place>(views))::weights& packed, xn::arena_tiers own,
                  std::span<const float, 490> features, std::span<float, 12> scores) {
  link<in_place>(views).run_core(core, sync, packed, own, features, scores);
}

bool run_brought(int core, user_sync& sync, user_transport& by, const models::ds_cnn_weights& views,
                 const decltype(link<brought>(views))::weights& packed, xn::arena_tiers own,
                 std::span<const float, 490> features, std::span<float, 12> scores) {
  return link<brought>(views)
      .run_core_with(core, sync, by, packed, own, features, scores)
      .has_value();
}
