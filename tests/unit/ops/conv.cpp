#include <xenos/ops/conv.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using xn::fault;

// TensorFlow: out = ceil(in / stride), padding = max((out - 1) * stride + reach - in, 0), of which
// the smaller half comes first.
constexpr xn::conv two_by_two{.out = 4, .kernel = {3, 4}, .stride = {2, 2}};
static_assert(two_by_two.output(xn::shape{8, 7, 3}) == xn::shape{4, 4, 4});
static_assert(two_by_two.reads(xn::shape{8, 7, 3}, 0) ==
              xn::access{xn::window{3, 1, 2, 0}, 1, 2, true, xn::window{4, 1, 2, -1}});
static_assert(two_by_two.params(xn::shape{8, 7, 3}).at[0] == xn::filter{4, 3, 4, 3});
static_assert(two_by_two.macs(xn::shape{8, 7, 3}) == 4 * 4 * 4 * 3 * 4 * 3);

constexpr xn::conv groups{.out = 6, .kernel = {3, 3}, .groups = 3};
static_assert(groups.check(xn::shape{4, 4, 9}) == fault::none);
static_assert(groups.params(xn::shape{4, 4, 9}).at[0] == xn::filter{6, 3, 3, 3});
static_assert(groups.check(xn::shape{4, 4, 8}) == fault::groups_do_not_divide);
static_assert(xn::conv{.out = 4, .groups = 3}.check(xn::shape{4, 4, 3}) ==
              fault::groups_do_not_divide);

constexpr xn::conv causal{.out = 1, .kernel = {3, 3}, .dilation = {2, 1}, .padding = xn::causal};
static_assert(causal.output(xn::shape{5, 5, 1}) == xn::shape{5, 5, 1});
static_assert(causal.reads(xn::shape{5, 5, 1}, 0).rows == xn::window{5, 1, 1, -4});

constexpr xn::conv valid{.out = 1, .kernel = {3, 3}, .stride = {2, 2}, .padding = xn::valid};
static_assert(valid.output(xn::shape{8, 7, 1}) == xn::shape{3, 3, 1});
static_assert(valid.check(xn::shape{2, 7, 1}) == fault::window_exceeds_input);

static_assert(xn::conv{}.check(xn::shape{4, 4, 1}) == fault::bad_attribute);
static_assert(xn::conv{.out = 1, .kernel = {0, 1}}.check(xn::shape{4, 4, 1}) ==
              fault::bad_attribute);
static_assert(xn::conv{.out = 1, .padding = xn::pads(0, 0, -1, 0)}.check(xn::shape{4, 4, 1}) ==
              fault::negative_padding);

constexpr xn::depthwise twice{.kernel = {3, 3}, .multiplier = 2};
static_assert(twice.output(xn::shape{5, 5, 3}) == xn::shape{5, 5, 6});
static_assert(twice.params(xn::shape{5, 5, 3}).at[0] == xn::filter{6, 3, 3, 1});
static_assert(xn::depthwise{.multiplier = 0}.check(xn::shape{4, 4, 1}) == fault::bad_attribute);

}  // namespace

TEST_CASE("a convolution's window covers what it reads, for every extent", "[conv]") {
  for (int in = 1; in <= 12; ++in) {
    for (int kernel = 1; kernel <= 5; ++kernel) {
      for (int stride = 1; stride <= 4; ++stride) {
        for (int dilation = 1; dilation <= 3; ++dilation) {
          for (const xn::margins pad : {xn::same, xn::valid, xn::causal, xn::pads(2, 1, 0, 3)}) {
            const xn::conv op{1, {kernel, kernel}, {stride, stride}, {dilation, dilation}, 1, pad};
            const xn::shape extent{in, in, 1};
            if (op.check(extent) != fault::none) continue;
            const auto g = op.geometry(extent);
            const xn::access reads = op.reads(extent, 0);
            const int last = (g.columns.out - 1) * stride + g.columns.reach - 1 - g.columns.before;
            CHECK(reads.left == g.columns.before);
            CHECK(reads.right == std::max(last - (in - 1), 0));
            CHECK(reads.rows.end(g.rows.out) ==
                  (g.rows.out - 1) * stride - g.rows.before + (kernel - 1) * dilation + 1);
            if (pad == xn::same) CHECK(g.rows.out == (in + stride - 1) / stride);
            if (pad == xn::causal) CHECK(reads.rows.end(1) == 1);  // nothing from the future
          }
        }
      }
    }
  }
}
