// More residuals, forks and joins, linked for several targets, against the scalar reference.
#include <support/template_models.hpp>

TEST_CASE("generated models: more residuals, forks and joins", "[models]") {
  xenos_test::check_models<xenos_test::flavour::branches, 6, 7, 8, 9, 10, 11>();
}
