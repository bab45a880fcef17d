// Residuals, forks and joins, linked for several targets, against the scalar reference.
#include <support/template_models.hpp>

TEST_CASE("generated models: residuals, forks and joins", "[models]") {
  xenos_test::check_models<xenos_test::flavour::branches, 0, 1, 2, 3, 4, 5>();
}
