#include <xenos/core/result.hpp>

#include <catch2/catch.hpp>
#include <memory>
#include <string_view>
#include <type_traits>

namespace {

using xenos::errc;
using xenos::error;
using xenos::result;

constexpr result<int> half(int number) {
  if (number % 2 != 0) return error{errc::invalid_argument, "odd"};
  return number / 2;
}

constexpr result<void> positive(int number) {
  if (number <= 0) return error{errc::overflow, "not positive"};
  return {};
}

static_assert(half(4) && *half(4) == 2 && half(4).value() == 2);
static_assert(!half(3) && half(3).error() == errc::invalid_argument);
static_assert(std::string_view(half(3).error().message) == "odd");
static_assert(positive(1).has_value() && !positive(0) && positive(0).error() == errc::overflow);

static_assert(!std::is_convertible_v<result<int>, bool>, "a result is not mistaken for a number");
static_assert(std::is_trivially_destructible_v<result<int>>);
static_assert(std::is_trivially_copyable_v<result<void>>);

struct no_default {
  explicit no_default(int given) : number(given) {}
  int number;
};

}  // namespace

TEST_CASE("a result moves its value out", "[result]") {
  result<std::unique_ptr<int>> owner = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(owner);
  REQUIRE(*taken == 7);
}

TEST_CASE("a result reaches members and writes through", "[result]") {
  result<no_default> holder = no_default(1);
  holder->number = 5;
  REQUIRE(holder->number == 5);
  REQUIRE((*holder).number == 5);
}

TEST_CASE("a result can be copied and assigned", "[result]") {
  result<int> first = half(8);
  const result<int> second = half(1);
  REQUIRE(*first == 4);
  first = second;
  REQUIRE_FALSE(first);
  REQUIRE(first.error() == errc::invalid_argument);
}
