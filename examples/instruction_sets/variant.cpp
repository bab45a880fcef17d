// A model for the instruction set that this file is compiled for; VARIANT is its name. The
// library's functions are in a namespace named after the instruction set, and what is of the
// model's own has internal linkage: so the linker merges nothing of one variant with another.
#include "variant.hpp"

#include <xenos/xenos.hpp>

#include "../support/values.hpp"

namespace {

namespace xn = xenos;

constexpr auto stem = support::values<32 * 3 * 3 * 3>(1, 0.4F);
constexpr auto body = support::values<32 * 3 * 3 * 32>(2, 0.1F);
constexpr auto classifier = support::values<10 * 32>(3, 0.5F);

constexpr auto model() {
  constexpr xn::conv same{.out = 32, .kernel = {3, 3}};
  constexpr xn::conv halved{.out = 32, .kernel = {3, 3}, .stride = {2, 2}};
  // clang-format off
  return xn::input<float, xn::hwc{32, 32, 3}>
       | xn::conv2d<same>(xn::weights<float, xn::ohwi{32, 3, 3, 3}>(stem)) | xn::relu
       | xn::conv2d<halved>(xn::weights<float, xn::ohwi{32, 3, 3, 32}>(body)) | xn::relu
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = 10}>(xn::weights<float, xn::oi{10, 32}>(classifier))
       | xn::softmax;
  // clang-format on
}

void run(std::span<const float, 32 * 32 * 3> image, std::span<float, 10> scores) {
  static constexpr auto net = xn::link<xn::targets::host>([] { return model(); });
  using net_type = std::remove_const_t<decltype(net)>;
  static const auto packed = net.pack();
  static net_type::arena arena;
  net.run(packed, arena, image, scores);
}

}  // namespace

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)
extern const variant VARIANT;
const variant VARIANT{TEXT(VARIANT), run};
