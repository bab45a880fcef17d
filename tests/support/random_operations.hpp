// Operations with random attributes.
#pragma once

#include <numeric>
#include <support/dice.hpp>
#include <support/model.hpp>
#include <utility>

namespace xenos_test {

/// Any padding.
inline xenos::margins padding(dice& d) {
  switch (d.between(0, 5)) {
    case 0: return xenos::valid;
    case 1: return xenos::causal;
    case 2:
      return {xenos::margins::rule::given, d.between(0, 4), d.between(0, 4), d.between(0, 3),
              d.between(0, 3)};
    default: return xenos::same;
  }
}

inline any_operation shuffled(dice& d, xenos::shape in) {
  return xenos::channel_shuffle{std::gcd(in.channels, d.between(1, 12))};
}

inline any_operation turned(dice& d) {
  xenos::transpose op{{1, 0, 2}};
  for (int k = 2; k > 0; --k) std::swap(op.order[k], op.order[d.between(0, k)]);
  return op;
}

inline any_operation sliced(dice& d, xenos::shape in) {
  xenos::slice op;
  const auto choose = [&d](int extent, int& begin, int& size) {
    if (d.chance(40)) return;
    begin = d.between(0, extent - 1);
    if (d.chance(70)) size = d.between(1, extent - begin);
  };
  choose(in.height, op.begin.height, op.size.height);
  choose(in.width, op.begin.width, op.size.width);
  choose(in.channels, op.begin.channels, op.size.channels);
  return op;
}

inline any_operation reduced(dice& d) {
  const int kind = d.between(0, 4);
  const bool rows = d.chance(20);
  const bool columns = d.chance(50);
  return reduction_of(kind, rows, columns, d.chance(50));
}

inline any_operation upsampled(dice& d) {
  const xenos::extent2 factor{d.between(1, 4), d.between(1, 3)};
  if (d.chance(40)) return xenos::nearest{factor};
  return xenos::bilinear{factor, d.chance(70)};
}

inline any_operation transposed(dice& d, xenos::shape in) {
  xenos::transposed_conv op{.out = d.extent(12),
                            .kernel = {d.between(1, 5), d.between(1, 4)},
                            .stride = {d.between(1, 4), d.between(1, 3)},
                            .padding = padding(d)};
  if (d.chance(25)) op.dilation = {d.between(1, 3), d.between(1, 3)};
  if (d.chance(20)) op.groups = std::gcd(in.channels, op.out);
  const bool resized = op.padding.mode == xenos::margins::rule::valid ||
                       op.padding.mode == xenos::margins::rule::given;
  if (resized) {
    op.output_padding = {d.between(0, op.stride.height - 1), d.between(0, op.stride.width - 1)};
  }
  return op;
}

}  // namespace xenos_test
