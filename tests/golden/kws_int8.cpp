// DS-CNN of MLPerf Tiny, int8.
#include <catch2/catch.hpp>

#include "../../examples/models/ds_cnn_int8.hpp"
#include "golden/golden_int8.hpp"

namespace {

namespace xn = xenos;

// Records of models::ds_cnn_int8 by the layer of the published network that they end.
const golden::stored_integers layers = {
    {2, "00_conv_2d.npy"},          {4, "01_depthwise_conv_2d.npy"},
    {6, "02_conv_2d.npy"},          {8, "03_depthwise_conv_2d.npy"},
    {10, "04_conv_2d.npy"},         {12, "05_depthwise_conv_2d.npy"},
    {14, "06_conv_2d.npy"},         {16, "07_depthwise_conv_2d.npy"},
    {18, "08_conv_2d.npy"},         {19, "09_average_pool_2d.npy"},
    {20, "11_fully_connected.npy"}, {21, "12_softmax.npy"},
};

}  // namespace

TEST_CASE("kws/int8: outputs and intermediates") {
  support::model_folder folder(xenos_test::require_data() / "kws" / "int8");
  const auto weights = models::read_ds_cnn<models::ds_cnn_int8_weights>(folder);
  const auto inputs = folder.values<std::int8_t>("inputs.npy");
  const auto twice = folder.values<std::int8_t>("outputs.npy");
  const auto once = folder.values<std::int8_t>("outputs_single_rounding.npy");
  INFO(folder.failure());
  REQUIRE(folder.good());
  const auto model = models::ds_cnn_int8(weights);
  constexpr auto host = xn::targets::host;
  const auto results = golden::run_integers(xn::link<host>(model), inputs);
  CHECK(golden::differences(results, twice) == 0);
  CHECK(golden::run_integers(xn::link<host.with_scratchpad(16 * 1024)>(model), inputs) == results);
  const auto single = models::ds_cnn_int8<xn::rounding::once>(weights);
  CHECK(golden::differences(golden::run_integers(xn::link<host>(single), inputs), once) == 0);

  const std::size_t length = 49 * 10;
  golden::check_integer_layers(model, inputs.first(length), folder, "inter_00/", layers);
  golden::check_integer_layers(model, inputs.last(length), folder, "inter_20/", layers);
}
