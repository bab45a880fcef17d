#include <support/reference.hpp>
#include <xenos/ops/shuffle.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using xn::fault;

static_assert(xn::channel_shuffle{3}.output(xn::shape{4, 5, 6}) == xn::shape{4, 5, 6});
static_assert(xn::channel_shuffle{3}.reads(xn::shape{4, 5, 6}, 0) == xn::identity_access);
static_assert(xn::channel_shuffle{4}.check(xn::shape{4, 5, 6}) == fault::groups_do_not_divide);
static_assert(xn::channel_shuffle{0}.check(xn::shape{4, 5, 6}) == fault::bad_attribute);

constexpr xn::transpose turn{{2, 0, 1}};
static_assert(turn.output(xn::shape{4, 5, 6}) == xn::shape{6, 4, 5});
static_assert(turn.reads(xn::shape{4, 5, 6}, 0) ==
              xn::access{xn::window{4, 1, 0, 0}, 0, 0, false, xn::all_columns});
static_assert(xn::transpose{}.reads(xn::shape{4, 5, 6}, 0) == xn::identity_access);
static_assert(xn::transpose{{0, 1, 1}}.check(xn::shape{4, 5, 6}) == fault::not_a_permutation);
static_assert(xn::transpose{{0, 3, 1}}.check(xn::shape{4, 5, 6}) == fault::not_a_permutation);

}  // namespace

TEST_CASE("a transpose takes axis k from axis order[k]", "[transpose]") {
  const tensor values{0, 1, 2, 3, 4, 5};  // one row of 2 x 3
  const tensor_reader in{{&values}, xn::shape{1, 2, 3}};
  for (int y = 0; y < 3; ++y) {
    for (int c = 0; c < 2; ++c) CHECK(turn.at(in, xn::no_weights{}, y, 0, c) == c * 3 + y);
  }
}

TEST_CASE("a channel shuffle deals out the groups in turn", "[shuffle]") {
  const tensor values{0, 1, 2, 3, 4, 5};
  const tensor_reader in{{&values}, xn::shape{1, 1, 6}};
  const int want[] = {0, 3, 1, 4, 2, 5};
  for (int c = 0; c < 6; ++c) {
    CHECK(xn::channel_shuffle{2}.at(in, xn::no_weights{}, 0, 0, c) == want[c]);
    CHECK(xn::channel_shuffle{6}.at(in, xn::no_weights{}, 0, 0, c) == c);
  }
}
