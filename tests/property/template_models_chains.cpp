// Chains of stages, linked for several targets, against the scalar reference.
#include <support/template_models.hpp>

TEST_CASE("generated models: chains of stages", "[models]") {
  xenos_test::check_models<xenos_test::flavour::chains, 0, 1, 2, 3, 4, 5, 6>();
}
