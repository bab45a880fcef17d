// ResNet-8 of MLPerf Tiny, int8, on several cores and with parameters in rounds.
#include <catch2/catch.hpp>

#include "../../examples/models/resnet8_int8.hpp"
#include "golden/golden_int8.hpp"

TEST_CASE("ic/int8: several cores and rounds") {
  support::model_folder folder(xenos_test::require_data() / "ic" / "int8");
  const auto weights = models::read_resnet8<models::resnet8_int8_weights>(folder);
  const auto inputs = folder.values<std::int8_t>("inputs.npy");
  const auto twice = folder.values<std::int8_t>("outputs.npy");
  const auto once = folder.values<std::int8_t>("outputs_single_rounding.npy");
  INFO(folder.failure());
  REQUIRE(folder.good());
  golden::check_integer_cores<24>(models::resnet8_int8(weights), inputs, twice);
  const auto single = models::resnet8_int8<xenos::rounding::once>(weights);
  CHECK(golden::differences(
            golden::run_integers(xenos::link<xenos::targets::cortex_m4>(single), inputs), once) ==
        0);
}
