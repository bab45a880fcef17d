#include <xenos/core/window.hpp>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

namespace {

using xenos::axis;
using xenos::margins;
using xenos::slide;
using xenos::window;

static_assert(xenos::floor_div(7, 2) == 3 && xenos::floor_div(-7, 2) == -4);
static_assert(xenos::floor_div(-8, 2) == -4 && xenos::floor_div(0, 5) == 0);
static_assert(xenos::ceil_div(7, 2) == 4 && xenos::ceil_div(-7, 2) == -3);

// A 3x3 convolution with stride 2 on 224 rows, padded as by TensorFlow: nothing before, one after.
static_assert(slide(224, 3, 2, 1, margins::rule::same, 0, 0).before == 0);
static_assert(slide(224, 3, 2, 1, margins::rule::same, 0, 0).after == 1);
static_assert(slide(224, 3, 2, 1, margins::rule::same, 0, 0).out == 112);
static_assert(slide(224, 3, 2, 1, margins::rule::same, 0, 0).reads() == window{3, 1, 2, 0});

/// Positions of a window of `reach` elements on `in` elements with padding.
int positions(int in, int reach, int stride, int before, int after) {
  int count = 0;
  for (int first = -before; first + reach <= in + after; first += stride) ++count;
  return count;
}

template <class Check>
void for_all_axes(margins::rule mode, Check check) {
  for (int in = 1; in <= 12; ++in) {
    for (int kernel = 1; kernel <= 5; ++kernel) {
      for (int stride = 1; stride <= 4; ++stride) {
        for (int dilation = 1; dilation <= 3; ++dilation) {
          const axis a = slide(in, kernel, stride, dilation, mode, 2, 3);
          INFO("in " << in << ", kernel " << kernel << ", stride " << stride << ", dilation "
                     << dilation);
          CHECK(a.reach == (kernel - 1) * dilation + 1);
          check(a);
        }
      }
    }
  }
}

/// The padding after the image that the last window reads.
int read_after(const axis& a) {
  return std::max(0, (a.out - 1) * a.stride - a.before + a.reach - a.in);
}

}  // namespace

TEST_CASE("same padding has a window for each stride, the odd element after", "[window]") {
  for_all_axes(margins::rule::same, [](const axis& a) {
    CHECK(a.out == (a.in + a.stride - 1) / a.stride);
    CHECK(a.after == read_after(a));
    const bool padded = a.before + a.after > 0;
    if (padded) CHECK((a.after == a.before || a.after == a.before + 1));
    CHECK(positions(a.in, a.reach, a.stride, a.before, a.after) >= a.out);
  });
}

TEST_CASE("valid windows lie inside the image", "[window]") {
  for_all_axes(margins::rule::valid, [](const axis& a) {
    const int fit = positions(a.in, a.reach, a.stride, 0, 0);
    CHECK(std::max(a.out, 0) == fit);
    CHECK(a.before == 0);
    if (fit > 0) CHECK(a.after == 0);
  });
}

TEST_CASE("given padding counts on both sides", "[window]") {
  for_all_axes(margins::rule::given, [](const axis& a) {
    const int fit = positions(a.in, a.reach, a.stride, 2, 3);
    CHECK(std::max(a.out, 0) == fit);
    if (fit > 0) CHECK(a.after == read_after(a));
    CHECK(a.after <= 3);
  });
}

TEST_CASE("a causal window ends at its own row", "[window]") {
  for_all_axes(margins::rule::causal, [](const axis& a) {
    CHECK(a.after == 0);
    for (int o = 0; o < a.out; ++o) CHECK(a.reads().end(o + 1) - 1 == o * a.stride);
    CHECK((a.out - 1) * a.stride < a.in);
    CHECK(a.out * a.stride >= a.in);
  });
}

TEST_CASE("window algebra equals counting", "[window]") {
  for (int reach = 1; reach <= 4; ++reach) {
    for (int up = 1; up <= 5; ++up) {
      for (int down = 0; down <= 7; ++down) {
        for (int offset = -4; offset <= 3; ++offset) {
          const window w{reach, up, down, offset};
          INFO("window " << reach << " " << up << " " << down << " " << offset);
          int widest[6] = {};
          for (int row = 0; row < 40; ++row) {
            const int first = static_cast<int>(std::floor((row * down + offset) / double(up)));
            CHECK(w.first(row) == first);
            CHECK(w.end(row + 1) == first + reach);
            for (int rows = 1; rows <= 5; ++rows) {
              widest[rows] = std::max(widest[rows], w.end(row + rows) - w.first(row));
            }
          }
          for (int rows = 1; rows <= 5; ++rows) CHECK(w.span(rows) == widest[rows]);
        }
      }
    }
  }
}
