#include <xenos/ops/activation.hpp>
#include <xenos/ops/elementwise.hpp>

#include <catch2/catch.hpp>

namespace {

namespace xn = xenos;

constexpr xn::prelu_attributes prelu;
static_assert(prelu.apply(-2.0F, 0.25F) == -0.5F && prelu.apply(2.0F, 0.25F) == 2.0F);
static_assert(prelu.params(xn::shape{4, 5, 6}).at[0] == xn::filter{6});
static_assert(prelu.params(xn::shape{4, 5, 6}).required == 1);

static_assert(xn::coefficients_of<xn::prelu_attributes>() == 1);
static_assert(xn::coefficients_of<xn::batch_norm_attributes>() == 2);
static_assert(xn::coefficients_of<xn::activation<xn::function::relu>>() == 0);

}  // namespace

TEST_CASE("PReLU keeps NaN and the sign of zero", "[prelu]") {
  const float nan = __builtin_nanf("");
  CHECK(__builtin_isnan(prelu.apply(nan, 0.5F)));
  CHECK(__builtin_isnan(prelu.apply(-1.0F, nan)));
  CHECK(prelu.apply(1.0F, nan) == 1.0F);
  CHECK(__builtin_signbit(prelu.apply(-0.0F, 0.5F)) != 0);
}
