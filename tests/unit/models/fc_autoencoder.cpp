#include <support/run.hpp>

#include <catch2/catch.hpp>

#include "../../../bench/support/fill.hpp"

TEST_CASE("FC-AutoEncoder", "[models]") {
  models::seeded make(xenos_test::seed());
  models::fc_autoencoder_weights weights;
  bench::fill(make, weights);
  CHECK(xenos_test::check_fused(models::fc_autoencoder(weights)) == "");
}
