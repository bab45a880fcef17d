// ResNet-8 of MLPerf Tiny, int8.
#include <catch2/catch.hpp>

#include "../../examples/models/resnet8_int8.hpp"
#include "golden/golden_int8.hpp"

namespace {

namespace xn = xenos;

// Records of models::resnet8_int8 by the layer of the published network that they end.
const golden::stored_integers layers = {
    {2, "00_conv_2d.npy"},          {4, "01_conv_2d.npy"},
    {5, "02_conv_2d.npy"},          {7, "03_add.npy"},
    {10, "04_conv_2d.npy"},         {11, "05_conv_2d.npy"},
    {8, "06_conv_2d.npy"},          {13, "07_add.npy"},
    {16, "08_conv_2d.npy"},         {17, "09_conv_2d.npy"},
    {14, "10_conv_2d.npy"},         {19, "11_add.npy"},
    {20, "12_average_pool_2d.npy"}, {21, "14_fully_connected.npy"},
    {22, "15_softmax.npy"},
};

}  // namespace

TEST_CASE("ic/int8: outputs and intermediates") {
  support::model_folder folder(xenos_test::require_data() / "ic" / "int8");
  const auto weights = models::read_resnet8<models::resnet8_int8_weights>(folder);
  const auto inputs = folder.values<std::int8_t>("inputs.npy");
  const auto twice = folder.values<std::int8_t>("outputs.npy");
  const auto once = folder.values<std::int8_t>("outputs_single_rounding.npy");
  INFO(folder.failure());
  REQUIRE(folder.good());
  const auto model = models::resnet8_int8(weights);
  constexpr auto host = xn::targets::host;
  const auto results = golden::run_integers(xn::link<host>(model), inputs);
  CHECK(golden::differences(results, twice) == 0);
  CHECK(golden::run_integers(xn::link<host.with_scratchpad(32 * 1024)>(model), inputs) == results);
  const auto single = models::resnet8_int8<xn::rounding::once>(weights);
  CHECK(golden::differences(golden::run_integers(xn::link<host>(single), inputs), once) == 0);

  const std::size_t length = 32 * 32 * 3;
  golden::check_integer_layers(model, inputs.first(length), folder, "inter_00/", layers);
  golden::check_integer_layers(model, inputs.last(length), folder, "inter_19/", layers);
}
