// What linking saves, in bytes: activation bytes moved beyond a 512 KB scratchpad and arena size,
// linked against every edge unlinked. Plans only; nothing is run.
#include <cstdio>

#include "../../examples/models/mobilenet.hpp"
#include "../../examples/models/resnet8.hpp"

namespace xn = xenos;

namespace {

constexpr xn::target on = xn::targets::host.with_scratchpad(512 * 1024);

template <class Model>
void compare(const char* name) {
  using linked_model = xn::planned<Model, on, xn::planning{}>;
  using unlinked_model = xn::planned<Model, on, xn::planning{.link = false}>;
  constexpr const auto& linked = linked_model::plan;
  constexpr const auto& unlinked = unlinked_model::plan;
  static_assert(xn::verify(linked_model::records, on, linked).what == xn::flaw::none);
  static_assert(xn::verify(unlinked_model::records, on, unlinked).what == xn::flaw::none);
  const auto kb = [](xn::bytes_t bytes) { return double(bytes) / 1024; };
  std::printf("%-22s %12.1f %12.1f %8.2f %12.1f %12.1f %8.2f\n", name, kb(unlinked.moved_bytes),
              kb(linked.moved_bytes), double(unlinked.moved_bytes) / double(linked.moved_bytes),
              kb(unlinked.arena_bytes()), kb(linked.arena_bytes()),
              double(unlinked.arena_bytes()) / double(linked.arena_bytes()));
}

}  // namespace

int main() {
  std::printf("%-22s %12s %12s %8s %12s %12s %8s\n", "KB", "moved, unl.", "linked", "ratio",
              "arena, unl.", "linked", "ratio");
  compare<decltype(models::mobilenet<224>(models::mobilenet_weights<100, 1000>{}))>(
      "MobileNetV1 224");
  compare<decltype(models::mobilenet<96>(models::mobilenet_weights<25, 2>{}))>(
      "MobileNetV1 0.25 96");
  compare<decltype(models::resnet8(models::resnet8_weights{}))>("ResNet-8");
}
