// ResNet-8 of MLPerf Tiny, float32, on several cores and with parameters in rounds.
#include <catch2/catch.hpp>

#include "../../examples/models/mlperf_tiny.hpp"
#include "golden/golden.hpp"

TEST_CASE("ic: several cores and rounds") {
  support::model_folder folder(xenos_test::require_data() / "ic" / "float");
  const auto weights = models::read_resnet8(folder);
  const golden::samples data{folder.floats("inputs.npy"), folder.floats("outputs.npy")};
  INFO(folder.failure());
  REQUIRE(folder.good());
  golden::check_cores<256>(models::resnet8(weights), data);
}
