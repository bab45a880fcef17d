#include <support/reference.hpp>
#include <xenos/ops/transposed_conv.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using xn::fault;
using transposed = xn::transposed_conv;

constexpr xn::shape in{4, 5, 6};
constexpr transposed twice{.out = 8, .kernel = {3, 4}, .stride = {2, 2}};
static_assert(twice.output(in) == xn::shape{8, 10, 8});
static_assert(twice.reads(in, 0) ==
              xn::access{xn::window{2, 2, 1, -1}, 1, 1, true, xn::window{2, 2, 1, -1}});
static_assert(twice.params(in).at[0] == xn::filter{8, 3, 4, 6});
static_assert(twice.macs(in) == 4 * 5 * 6 * 3 * 4 * 8);
static_assert(transposed{.out = 1, .kernel = {3, 3}, .stride = {2, 2}, .padding = xn::valid}.output(
                  in) == xn::shape{9, 11, 1});

constexpr auto checked = [](xn::margins padding, xn::extent2 output_padding) {
  const transposed op{.out = 1,
                      .kernel = {3, 3},
                      .stride = {2, 2},
                      .padding = padding,
                      .output_padding = output_padding};
  return op.check(in);
};
static_assert(checked(xn::pads(1, 1, 1, 1), {1, 1}) == fault::none);
static_assert(checked(xn::pads(1, 1, 1, 1), {2, 0}) == fault::bad_output_padding);
static_assert(checked(xn::valid, {0, -1}) == fault::bad_output_padding);
static_assert(checked(xn::same, {1, 1}) == fault::bad_output_padding);
static_assert(checked(xn::pads(5, 4, 0, 0), {0, 0}) == fault::padding_exceeds_output);
static_assert(checked(xn::pads(-1, 4, 0, 0), {0, 0}) == fault::negative_padding);
static_assert(transposed{}.check(in) == fault::bad_attribute);
static_assert(transposed{.out = 4, .groups = 4}.check(in) == fault::groups_do_not_divide);

}  // namespace

TEST_CASE("gathering is what scattering each input element gives", "[transposed_conv]") {
  for (int extent = 1; extent <= 5; ++extent) {
    for (int kernel = 1; kernel <= 4; ++kernel) {
      for (int stride = 1; stride <= 4; ++stride) {
        for (int dilation = 1; dilation <= 3; ++dilation) {
          for (const xn::margins pad : {xn::same, xn::valid, xn::causal, xn::pads(2, 1, 0, 3)}) {
            const transposed op{
                1, {kernel, kernel}, {stride, stride}, {dilation, dilation}, 1, pad, {0, 0}};
            const xn::shape image{extent, extent, 1};
            if (op.check(image) != fault::none) continue;
            const xn::spread_axis a = op.rows(image);
            const xn::window rows = op.reads(image, 0).rows;
            // By tap and output element, the input element that reaches it, or -1.
            std::vector<int> reaches(std::size_t(a.out * kernel), -1);
            for (int i = 0; i < extent; ++i) {
              for (int k = 0; k < kernel; ++k) {
                const int o = i * stride + k * dilation - a.before;
                if (o >= 0 && o < a.out) reaches[std::size_t(o * kernel + k)] = i;
              }
            }
            bool exact = true;
            int first = 0;
            int last = extent - 1;
            for (int o = 0; o < a.out; ++o) {
              for (int k = 0; k < kernel; ++k) {
                const int i = a.meets(o, k) ? a.input(o, k) : -1;
                const bool inside = i >= 0 && i < extent;
                exact = exact && (inside ? i : -1) == reaches[std::size_t(o * kernel + k)];
                if (!a.meets(o, k)) continue;
                exact = exact && i >= rows.first(o) && i < rows.first(o) + rows.reach;
                first = std::min(first, i);
                last = std::max(last, i);
              }
            }
            CHECK(exact);
            CHECK(a.missing_before() == -first);
            CHECK(a.missing_after() == last - (extent - 1));
          }
        }
      }
    }
  }
}

TEST_CASE("a transposed convolution by hand", "[transposed_conv]") {
  const tensor values{1, 10};
  const tensor_reader reader{{&values}, xn::shape{1, 2, 1}};
  constexpr float kernel[] = {1, 2, 3};
  using view = xn::weights<float, xn::ohwi{1, 1, 3, 1}>;
  const xn::weight_list<view> list(view{kernel});
  constexpr transposed op{.out = 1, .kernel = {1, 3}, .stride = {1, 2}, .padding = xn::valid};
  const double want[] = {1, 2, 3 + 10, 20, 30};
  for (int x = 0; x < 5; ++x) CHECK(op.at(reader, list, 0, x, 0) == want[x]);
}
