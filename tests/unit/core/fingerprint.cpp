#include <catch2/catch.hpp>
#include <cstdint>
#include <xenos/xenos.hpp>

namespace xn = xenos;

namespace {

constexpr std::uint32_t of_text(const char* text) {
  xn::fnv1a hash;
  while (*text != 0) hash.add(static_cast<std::uint8_t>(*text++));
  return hash.value;
}
// Test vectors of draft-eastlake-fnv.
static_assert(of_text("") == 0x811c9dc5 && of_text("a") == 0xe40c292c &&
              of_text("foobar") == 0xbf9cf968);

constexpr std::uint32_t of_elements(auto... elements) {
  xn::fnv1a hash;
  (hash.add_element(elements), ...);
  return hash.value;
}
// The lowest byte first; -1 is as many bytes of 255 as its type has.
static_assert(of_elements(std::int32_t{0x64636261}) == of_text("abcd"));
static_assert(of_elements(std::int8_t{-1}) == of_elements(std::uint8_t{255}));
static_assert(of_elements(std::int8_t{-1}) != of_elements(std::int32_t{-1}));
static_assert(of_elements(1.0F) == of_elements(std::int32_t{0x3f800000}));

constexpr std::int8_t filter[] = {1, -2, 3, 4};
constexpr std::int8_t other[] = {1, -2, 3, 5};
constexpr float scales[] = {0.5F, 2.0F};
constexpr std::int32_t bias[] = {100, -100};
template <xn::target Target>
constexpr std::uint32_t of_model(const std::int8_t (&weights)[4]) {
  return xn::link<Target>(xn::input<std::int8_t, xn::hwc{1, 1, 2}, xn::quantisation{1.0F, 10}> |
                          xn::conv2d<xn::conv{.out = 2, .to = {4.0F, 0}}>(
                              xn::quantised_layer<xn::ohwi{2, 1, 1, 2}>{weights, scales, bias}))
      .fingerprint();
}

}  // namespace

TEST_CASE("fingerprint of a program: its weights, scales and bias, on every target") {
  constexpr std::uint32_t constant = of_model<xn::targets::generic>(filter);
  static_assert(constant == of_elements(filter[0], filter[1], filter[2], filter[3], scales[0],
                                        scales[1], bias[0], bias[1]));
  CHECK(of_model<xn::targets::cortex_m4>(filter) == constant);
  CHECK(of_model<xn::targets::generic>(other) != constant);
}

TEST_CASE("fingerprint of bytes in memory") {
  const char text[] = {'f', 'o', 'o'};
  xn::fnv1a hash;
  hash.add(std::as_bytes(std::span(text)));
  CHECK(hash.value == of_text("foo"));
}
