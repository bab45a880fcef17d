#include <support/run.hpp>
#include <support/user_operations.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

// Operations of a user's: they run by their definition until somebody writes a kernel.

/// Each row minus the row before it.
struct row_difference {
  static constexpr const char* name = "row_difference";
  static constexpr xn::mapping map = xn::mapping::many_to_many;

  [[nodiscard]] constexpr xn::fault check(const xn::shapes&) const { return xn::fault::none; }
  [[nodiscard]] constexpr xn::shape output(const xn::shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr xn::access reads(const xn::shapes&, int) const {
    return {xn::window{2, 1, 1, -1}, 0, 0, false};
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    using value = xn::reference_of<typename In::value_type>;
    return value(in(0, y, x, c)) - (y > 0 ? value(in(0, y - 1, x, c)) : value(0));
  }
};

/// Every column scaled by a weight, summed over all rows.
struct column_sum {
  static constexpr const char* name = "column_sum";
  static constexpr xn::mapping map = xn::mapping::many_to_many;

  [[nodiscard]] constexpr xn::fault check(const xn::shapes&) const { return xn::fault::none; }
  [[nodiscard]] constexpr xn::shape output(const xn::shapes& in) const {
    return {1, in[0].width, in[0].channels};
  }
  [[nodiscard]] constexpr xn::access reads(const xn::shapes&, int) const {
    return xn::identity_access;
  }
  [[nodiscard]] constexpr xn::parameters params(const xn::shapes& in) const {
    return {1, 1, {{in[0].width}}};
  }
  [[nodiscard]] constexpr bool accumulates(const xn::shapes& in) const { return in[0].height > 1; }
  template <class Sum>
  [[nodiscard]] static constexpr Sum start() {
    return Sum(1);
  }
  template <class Sum, class In, class Weights>
  constexpr Sum accumulate(Sum sum, const In& in, const Weights& weights, int row, int x,
                           int c) const {
    return sum + Sum(in(0, row, x, c)) * Sum(weights.template get<0>()(x));
  }
  template <class Sum>
  constexpr Sum finish(Sum sum, const xn::shapes&, int, int) const {
    return sum / 2;
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int, int x, int c) const {
    using sum_type = xn::reference_of<typename In::value_type>;
    return finish(accumulate(start<sum_type>(), in, weights, 0, x, c), {}, 0, x);
  }
};

/// a * x + b, one value a channel: fused into whatever is before it.
struct scale_shift {
  static constexpr const char* name = "scale_shift";
  static constexpr xn::mapping map = xn::mapping::one_to_one;
  static constexpr int coefficients = 2;

  [[nodiscard]] constexpr xn::parameters params(const xn::shapes& in) const {
    return {2, 2, {{in[0].channels}, {in[0].channels}}};
  }
  template <class Weights>
  [[nodiscard]] constexpr double coefficient(const Weights& weights, int which, int c) const {
    return which == 0 ? weights.template get<0>()(c) : weights.template get<1>()(c);
  }
  template <class V>
  constexpr V apply(V x, V a, V b) const {
    return a * x + b;
  }
};

static_assert(xn::operation<row_difference> && xn::accumulating_operation<column_sum> &&
              xn::one_to_one_operation<scale_shift>);

template <int Channels>
auto some_scale_shift() {
  constexpr xn::per_channel order{Channels};
  return xn::stage_of<scale_shift{}>(some_weights<order>(3), some_weights<order>(4));
}

}  // namespace

TEST_CASE("a user's operation with a window", "[definition]") {
  CHECK(check_model(xn::input<float, xn::hwc{5, 3, 2}> | xn::stage_of<row_difference{}>() |
                    xn::relu) == "");
  CHECK(check_model(xn::input<float, xn::hwc{5, 3, 2}> |
                    some_conv<xn::conv{.out = 4, .kernel = {3, 3}}, 2>() |
                    xn::stage_of<row_difference{}>() | xn::stage_of<row_difference{}>()) == "");
}

TEST_CASE("a user's accumulating operation", "[definition]") {
  const auto sum = xn::stage_of<column_sum{}>(some_weights<xn::per_channel{4}>());
  CHECK(check_model(xn::input<float, xn::hwc{6, 4, 3}> | sum | xn::tanh) == "");
  CHECK(check_model(xn::input<float, xn::hwc{1, 4, 3}> | sum) == "");
}

TEST_CASE("a user's operation that carries state", "[definition]") {
  constexpr auto sum = xn::stage_of<decayed_sum{}>();
  constexpr xn::conv op{.out = 4, .kernel = {3, 3}};
  const auto model = xn::input<float, xn::hwc{9, 3, 2}> | sum | some_conv<op, 2>() | sum | xn::relu;
  CHECK(check_model(model) == "");
  using net = decltype(xn::link<xn::targets::host>(model));
  const buffers in = random_inputs<net>();
  constexpr xn::planning unlinked{.link = false};
  CHECK(same_bits(run_model<xn::targets::host>(model, in),
                  run_model<xn::targets::host, unlinked>(model, in)));
}

TEST_CASE("a user's one-to-one operation with coefficients", "[definition]") {
  constexpr xn::conv op{.out = 7, .kernel = {3, 3}};
  CHECK(check_model(xn::input<float, xn::hwc{5, 4, 3}> | some_conv<op, 3>() |
                    some_scale_shift<7>() | xn::relu | some_scale_shift<7>()) == "");
  CHECK(check_model(xn::input<float, xn::hwc{5, 4, 3}> | some_scale_shift<3>()) == "");
}
