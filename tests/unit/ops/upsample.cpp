#include <support/reference.hpp>
#include <xenos/ops/upsample.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

static_assert(xn::nearest{{2, 3}}.output(xn::shape{4, 5, 6}) == xn::shape{8, 15, 6});
static_assert(xn::nearest{{2, 3}}.reads(xn::shape{4, 5, 6}, 0) ==
              xn::access{xn::window{1, 2, 1, 0}, 0, 0, false, xn::window{1, 3, 1, 0}});
static_assert(xn::bilinear{{2, 1}}.reads(xn::shape{4, 5, 6}, 0) ==
              xn::access{xn::window{2, 4, 2, -1}, 0, 0, false, xn::window{}});
static_assert(xn::bilinear{{2, 3}, false}.along(2) == xn::window{2, 2, 1, 0});
static_assert(xn::bilinear{{0, 1}}.check(xn::shape{4, 5, 6}) == xn::fault::bad_attribute);

/// One axis of 3 elements 0, 10, 20, up-sampled.
template <class Op>
std::vector<double> along_columns(const Op& op) {
  const tensor values{0, 10, 20};
  const tensor_reader in{{&values}, xn::shape{1, 3, 1}};
  std::vector<double> out;
  for (int x = 0; x < 3 * op.factor.width; ++x) {
    out.push_back(op.at(in, xn::no_weights{}, 0, x, 0));
  }
  return out;
}

}  // namespace

TEST_CASE("up-sampled columns are those of TensorFlow", "[upsample]") {
  using values = std::vector<double>;
  CHECK(along_columns(xn::nearest{{1, 2}}) == values{0, 0, 10, 10, 20, 20});
  CHECK(along_columns(xn::bilinear{{1, 2}}) == values{0, 2.5, 7.5, 12.5, 17.5, 20});
  CHECK(along_columns(xn::bilinear{{1, 2}, false}) == values{0, 5, 10, 15, 20, 20});
  const auto three = along_columns(xn::bilinear{{1, 3}});
  const values want{0, 0, 10.0 / 3, 20.0 / 3, 10, 40.0 / 3, 50.0 / 3, 20, 20};
  for (std::size_t i = 0; i < want.size(); ++i) CHECK(three[i] == Approx(want[i]));
}

TEST_CASE("an up-sampling's window holds what it reads", "[upsample]") {
  for (int by = 1; by <= 7; ++by) {
    for (int extent = 1; extent <= 5; ++extent) {
      for (const bool half : {true, false}) {
        const xn::bilinear op{{by, by}, half};
        const xn::window rows = op.along(by);
        for (int o = 0; o < extent * by; ++o) {
          const auto read = op.between<double>(o, by, extent);
          const double at = half ? (o + 0.5) / by - 0.5 : double(o) / by;
          const double clamped = std::min(std::max(at, 0.0), double(extent - 1));
          CHECK(read.first + (read.second - read.first) * read.fraction == Approx(clamped));
          CHECK((read.first >= rows.first(o) || read.first == 0));
          CHECK(read.second < rows.first(o) + rows.reach);
          CHECK((read.first >= 0 && read.second < extent));
        }
      }
    }
  }
}
