#include <xenos/core/weights.hpp>

#include <array>
#include <catch2/catch.hpp>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

namespace xn = xenos;

/// The axes of a view in storage order, outermost first: each position's offset is one more than
/// that of the position before it.
template <class View, int... Axes>
bool stored_as(std::integer_sequence<int, Axes...>) {
  const xn::filter e = View::extents;
  const int extents[] = {e.out, e.height, e.width, e.in};
  const int order[] = {Axes...};
  int at[4] = {};
  std::size_t expected = 0;
  const auto count = [&](auto&& self, std::size_t axis) -> bool {
    if (axis == sizeof...(Axes))
      return View::order.offset(at[0], at[1], at[2], at[3]) == expected++;
    for (int i = 0; i < extents[order[axis]]; ++i) {
      at[order[axis]] = i;
      if (!self(self, axis + 1)) return false;
    }
    at[order[axis]] = 0;
    return true;
  };
  return count(count, 0) && expected == View::size;
}
// The axes by number.
constexpr int o = 0;
constexpr int h = 1;
constexpr int w = 2;
constexpr int i = 3;
template <auto Order, int... Axes>
bool order_is() {
  return stored_as<xn::weights<float, Order>>(std::integer_sequence<int, Axes...>{});
}

using matrix = xn::weights<float, xn::oi{2, 3}>;
constexpr std::array<float, 6> counted = {0, 1, 2, 3, 4, 5};
constexpr float plain[6] = {0, 1, 2, 3, 4, 5};

// Extents are logical: the same for one filter in any order.
constexpr xn::filter filter{5, 3, 2, 4};
static_assert(xn::weights<float, xn::ohwi{5, 3, 2, 4}>::extents == filter);
static_assert(xn::weights<float, xn::oihw{5, 4, 3, 2}>::extents == filter);
static_assert(xn::weights<float, xn::hwio{3, 2, 4, 5}>::extents == filter);
static_assert(xn::weights<float, xn::hwo{3, 2, 5}>::extents == xn::filter{5, 3, 2, 1});
static_assert(xn::weights<float, xn::ohw{5, 3, 2}>::extents == xn::filter{5, 3, 2, 1});
static_assert(xn::weights<float, xn::oki{5, 3, 4}>::extents == xn::filter{5, 3, 1, 4});
static_assert(xn::weights<float, xn::oik{5, 4, 3}>::extents == xn::filter{5, 3, 1, 4});
static_assert(xn::weights<float, xn::kio{3, 4, 5}>::extents == xn::filter{5, 3, 1, 4});
static_assert(xn::weights<float, xn::ko{3, 5}>::extents == xn::filter{5, 3, 1, 1});
static_assert(xn::weights<float, xn::ok{5, 3}>::extents == xn::filter{5, 3, 1, 1});
static_assert(xn::weights<float, xn::oi{5, 4}>::extents == xn::filter{5, 1, 1, 4});
static_assert(xn::weights<float, xn::io{4, 5}>::extents == xn::filter{5, 1, 1, 4});
static_assert(xn::channel_weights<float, 5>::extents == xn::filter{5, 1, 1, 1});
static_assert(xn::weights<float, xn::ohwi{5, 3, 2, 4}>::size == 120);

// Arrays convert, because their length is in their type; pointers have to be named.
static_assert(std::is_convertible_v<const float (&)[6], matrix>);
static_assert(std::is_convertible_v<float (&)[6], matrix>);
static_assert(std::is_convertible_v<std::array<float, 6>, matrix>);
static_assert(std::is_convertible_v<std::span<const float, 6>, matrix>);
static_assert(std::is_convertible_v<std::span<float, 6>, matrix>);
static_assert(!std::is_convertible_v<const float*, matrix>);
static_assert(std::is_constructible_v<matrix, const float*>);
static_assert(std::is_constructible_v<matrix, float*>);
static_assert(!std::is_constructible_v<matrix, const double*>);
static_assert(!std::is_constructible_v<matrix, const double (&)[6]>);
static_assert(!std::is_convertible_v<matrix, xn::weights<float, xn::io{2, 3}>>);

// A view is a pointer.
static_assert(sizeof(matrix) == sizeof(const float*));
static_assert(std::is_trivially_copyable_v<matrix> && matrix{}.data == nullptr);

// In constant expressions.
static_assert(matrix(plain)(1, 0, 0, 2) == 5 && matrix(plain)(0, 0, 0, 1) == 1);
static_assert(xn::weights<float, xn::io{3, 2}>(plain)(1, 0, 0, 2) == 5);
static_assert(xn::weights<float, xn::io{3, 2}>(plain)(0, 0, 0, 1) == 2);
static_assert(xn::channel_weights<float, 6>(counted)(4) == 4);
static_assert(xn::no_weights{}(3, 2, 1, 0) == 0);

// Lists hand out their views by number, and zeros for those not given.
using list = xn::weight_list<matrix, xn::channel_weights<float, 6>>;
static_assert(list::count == 2 && sizeof(list) == 2 * sizeof(const float*));
static_assert(list(plain, counted).get<1>()(5) == 5);
static_assert(list(plain, counted).get<0>()(1) == 3);
static_assert(std::is_same_v<decltype(list{}.get<2>()), xn::no_weights>);
static_assert(std::is_empty_v<xn::weight_list<>>);
static_assert(std::is_same_v<decltype(xn::weight_list<>{}.get<0>()), xn::no_weights>);

}  // namespace

TEST_CASE("each order visits its elements in storage order", "[weights]") {
  REQUIRE(order_is<xn::ohwi{5, 3, 2, 4}, o, h, w, i>());
  REQUIRE(order_is<xn::oihw{5, 4, 3, 2}, o, i, h, w>());
  REQUIRE(order_is<xn::hwio{3, 2, 4, 5}, h, w, i, o>());
  REQUIRE(order_is<xn::hwo{3, 2, 5}, h, w, o>());
  REQUIRE(order_is<xn::ohw{5, 3, 2}, o, h, w>());
  REQUIRE(order_is<xn::oki{5, 3, 4}, o, h, i>());
  REQUIRE(order_is<xn::oik{5, 4, 3}, o, i, h>());
  REQUIRE(order_is<xn::kio{3, 4, 5}, h, i, o>());
  REQUIRE(order_is<xn::ko{3, 5}, h, o>());
  REQUIRE(order_is<xn::ok{5, 3}, o, h>());
  REQUIRE(order_is<xn::oi{5, 4}, o, i>());
  REQUIRE(order_is<xn::io{4, 5}, i, o>());
  REQUIRE(order_is<xn::per_channel{7}, o>());
}

TEST_CASE("offsets do not overflow an int", "[weights]") {
  constexpr xn::oi large{70000, 70000};
  REQUIRE(large.offset(69999, 0, 0, 69999) == std::size_t{70000} * 70000 - 1);
  REQUIRE(large.logical().elements() == std::int64_t{4900000000});
}

TEST_CASE("one filter in several orders is the same filter", "[weights]") {
  constexpr int count = 2 * 3 * 2 * 2;
  float as_ohwi[count];
  float as_oihw[count];
  float as_hwio[count];
  const auto value = [](int out, int row, int column, int in) {
    return static_cast<float>(1000 * out + 100 * row + 10 * column + in);
  };
  for (int out = 0; out < 2; ++out) {
    for (int row = 0; row < 3; ++row) {
      for (int column = 0; column < 2; ++column) {
        for (int in = 0; in < 2; ++in) {
          const float v = value(out, row, column, in);
          as_ohwi[((out * 3 + row) * 2 + column) * 2 + in] = v;
          as_oihw[((out * 2 + in) * 3 + row) * 2 + column] = v;
          as_hwio[((row * 2 + column) * 2 + in) * 2 + out] = v;
        }
      }
    }
  }
  const xn::weights<float, xn::ohwi{2, 3, 2, 2}> a(as_ohwi);
  const xn::weights<float, xn::oihw{2, 2, 3, 2}> b(as_oihw);
  const xn::weights<float, xn::hwio{3, 2, 2, 2}> c(as_hwio);
  for (int out = 0; out < 2; ++out) {
    for (int row = 0; row < 3; ++row) {
      for (int column = 0; column < 2; ++column) {
        for (int in = 0; in < 2; ++in) {
          const float v = value(out, row, column, in);
          REQUIRE(a(out, row, column, in) == v);
          REQUIRE(b(out, row, column, in) == v);
          REQUIRE(c(out, row, column, in) == v);
        }
      }
    }
  }
}

TEST_CASE("a view points to the data it was made from", "[weights]") {
  REQUIRE(matrix(plain).data == plain);
  REQUIRE(matrix(counted).data == counted.data());
  REQUIRE(matrix(std::span<const float, 6>(plain)).data == plain);
  REQUIRE(matrix(&plain[0]).data == plain);
  float writable[6] = {};
  matrix view = writable;
  view = matrix(std::span<float, 6>(writable));
  writable[5] = 7;
  REQUIRE(view(1, 0, 0, 2) == 7);
}

TEST_CASE("checked weights accept exactly the right length", "[weights]") {
  const std::vector<float> data(7, 1.0F);
  const std::span<const float> all = data;
  const auto right = xn::checked_weights<xn::oi{2, 3}>(all.first(6));
  REQUIRE(right.has_value());
  REQUIRE(right->data == data.data());
  static_assert(std::is_same_v<decltype(right), const xn::result<matrix>>);
  const std::size_t wrong_lengths[] = {0, 5, 7};
  for (const std::size_t length : wrong_lengths) {
    const auto wrong = xn::checked_weights<xn::oi{2, 3}>(all.first(length));
    REQUIRE_FALSE(wrong);
    REQUIRE(wrong.error() == xn::errc::size_mismatch);
    REQUIRE_FALSE(std::string_view(wrong.error().message).empty());
  }
}
