#include <support/reference.hpp>
#include <xenos/ops/slice.hpp>

#include <catch2/catch.hpp>
#include <numeric>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using xn::fault;

constexpr xn::shape in{5, 6, 8};
constexpr xn::slice inner{.begin = {1, 2, 3}, .size = {2, 3, 4}};
static_assert(inner.check(in) == fault::none && inner.output(in) == xn::shape{2, 3, 4});
static_assert(inner.reads(in, 0) ==
              xn::access{xn::window{1, 1, 1, 1}, 0, 0, false, xn::window{1, 1, 1, 2}});
static_assert(xn::slice{}.output(in) == in);
static_assert(xn::slice{.begin = {4, 5, 7}}.output(in) == xn::shape{1, 1, 1});
static_assert(xn::slice{.begin = {5, 0, 0}}.check(in) == fault::slice_exceeds_input);
static_assert(xn::slice{.begin = {0, -1, 0}}.check(in) == fault::slice_exceeds_input);
static_assert(xn::slice{.begin = {0, 1, 0}, .size = {-1, 6, -1}}.check(in) ==
              fault::slice_exceeds_input);
static_assert(xn::slice{.size = {-1, -1, 0}}.check(in) == fault::slice_exceeds_input);
static_assert(xn::slice{.size = {-2, -1, -1}}.check(in) == fault::slice_exceeds_input);

static_assert(xn::channel_part{1, 4}.output(in) == xn::shape{5, 6, 2});
static_assert(xn::channel_part{1, 4}.reads(in, 0) == xn::identity_access);
static_assert(xn::channel_part{1, 3}.check(in) == fault::parts_do_not_divide);
static_assert(xn::channel_part{2, 2}.check(in) == fault::bad_attribute);
static_assert(xn::channel_part{0, 0}.check(in) == fault::bad_attribute);

}  // namespace

TEST_CASE("a slice and a part of channels begin where they say", "[slice]") {
  tensor values(std::size_t(in.elements()));
  std::iota(values.begin(), values.end(), 0.0);
  const tensor_reader source{{&values}, in};
  const xn::no_weights none;
  const auto element = [](int y, int x, int c) { return (y * in.width + x) * in.channels + c; };
  CHECK(inner.at(source, none, 0, 0, 0) == element(1, 2, 3));
  CHECK(inner.at(source, none, 1, 2, 3) == element(2, 4, 6));
  CHECK(xn::channel_part{3, 4}.at(source, none, 4, 5, 1) == element(4, 5, 7));
}
