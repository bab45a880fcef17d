// Several outputs, linked for several targets, against the scalar reference.
#include <support/template_models.hpp>

TEST_CASE("generated models: several outputs", "[models]") {
  xenos_test::check_models<xenos_test::flavour::heads, 0, 1, 2, 3, 4, 5>();
}
