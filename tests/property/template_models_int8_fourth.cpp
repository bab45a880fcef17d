// Models of int8 drawn from numbers, the fourth quarter: under several plans, on other targets and
// with each rounding they are their definitions to the bit.
#include <support/quantised_models.hpp>

TEST_CASE("generated models of int8, the fourth quarter", "[models]") {
  xenos_test::check_quantised_models<3>();
}
