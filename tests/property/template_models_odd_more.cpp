// More of several inputs, linked for several targets, against the scalar reference.
#include <support/template_models.hpp>

TEST_CASE("generated models: more of several inputs", "[models]") {
  xenos_test::check_models<xenos_test::flavour::odd, 6, 7, 8, 9, 10, 11>();
}
