// Several inputs and whatever else is drawn, linked for several targets, against the scalar
// reference.
#include <support/template_models.hpp>

TEST_CASE("generated models: several inputs and whatever else is drawn", "[models]") {
  xenos_test::check_models<xenos_test::flavour::odd, 0, 1, 2, 3, 4, 5>();
}
