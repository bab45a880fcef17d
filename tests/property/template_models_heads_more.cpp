// More models of several outputs, linked for several targets, against the scalar reference.
#include <support/template_models.hpp>

TEST_CASE("generated models: more models of several outputs", "[models]") {
  xenos_test::check_models<xenos_test::flavour::heads, 6, 7, 8, 9, 10, 11>();
}
