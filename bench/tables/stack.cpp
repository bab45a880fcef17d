// Memory of a run, planned and measured: arena, weights, and the stack's high-water mark, found on
// a painted stack.
#include <pthread.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "../support/fill.hpp"

namespace xn = xenos;

namespace {

/// The most bytes of stack that `run` uses on a thread of its own.
template <class Run>
std::size_t stack_of(Run& run) {
  constexpr std::size_t bytes = 1U << 20U;
  constexpr unsigned char paint = 0xa5;
  struct alignas(4096) page {
    unsigned char at[4096];
  };
  std::vector<page> stack(bytes / sizeof(page));
  std::fill_n(stack.data()->at, bytes, paint);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack.data(), bytes);
  pthread_t thread{};
  pthread_create(
      &thread, &attributes,
      [](void* context) -> void* {
        (*static_cast<Run*>(context))();
        return nullptr;
      },
      &run);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  std::size_t untouched = 0;
  while (untouched < bytes && stack.data()->at[untouched] == paint) ++untouched;
  return bytes - untouched;
}

template <class Weights, class Model>
void measure(const char* name, Weights& views, const Model& model) {
  models::seeded make(1);
  bench::fill(make, views);
  const auto net = xn::link<xn::targets::host>(model(views));
  using net_type = std::remove_const_t<decltype(net)>;
  constexpr auto in = static_cast<std::size_t>(net_type::records[0].out.elements());
  constexpr auto out =
      static_cast<std::size_t>(net_type::records[net_type::size - 1].out.elements());
  const auto packed = std::make_unique<typename net_type::weights>();
  net.pack(*packed);
  const auto arena = std::make_unique<typename net_type::arena>();
  const std::span<const float, in> input(make.values(in, 1).data(), in);
  static std::array<float, out> scores;
  auto nothing = [] {};
  auto run = [&] { net.run(*packed, *arena, input, scores); };
  const std::size_t thread = stack_of(nothing);
  std::printf("%-22s %10lld %12zu %8lld %8zu\n", name,
              static_cast<long long>(net_type::plan.arena_bytes()), sizeof *packed,
              static_cast<long long>(net_type::stack_bytes()), stack_of(run) - thread);
}

}  // namespace

int main() {
  std::printf("%-22s %10s %12s %8s %8s\n", "bytes", "arena", "weights", "stack,", "stack,");
  std::printf("%-22s %10s %12s %8s %8s\n", "", "", "", "pointers", "measured");
  static models::ds_cnn_weights ds_cnn;
  static models::resnet8_weights resnet8;
  static models::mobilenet_weights<25, 2> small;
  static models::mobilenet_weights<100, 1000> large;
  measure("DS-CNN", ds_cnn, [](const auto& w) { return models::ds_cnn(w); });
  measure("ResNet-8", resnet8, [](const auto& w) { return models::resnet8(w); });
  measure("MobileNetV1 0.25 96", small, [](const auto& w) { return models::mobilenet<96>(w); });
  measure("MobileNetV1 224", large, [](const auto& w) { return models::mobilenet<224>(w); });
}
