// DS-CNN of MLPerf Tiny, float32: two training runs.
#include <catch2/catch.hpp>

#include "../../examples/models/mlperf_tiny.hpp"
#include "golden/golden.hpp"

namespace {

// Records of models::ds_cnn by the layer of the published network that they end.
const golden::stored_layers layers = {
    {2, "00_conv_2d.npy"},          {4, "01_depthwise_conv_2d.npy"},
    {6, "02_conv_2d.npy"},          {8, "03_depthwise_conv_2d.npy"},
    {10, "04_conv_2d.npy"},         {12, "05_depthwise_conv_2d.npy"},
    {14, "06_conv_2d.npy"},         {16, "07_depthwise_conv_2d.npy"},
    {18, "08_conv_2d.npy"},         {19, "09_average_pool_2d.npy"},
    {20, "11_fully_connected.npy"}, {21, "12_softmax.npy"},
};

}  // namespace

TEST_CASE("kws: outputs and intermediates") {
  const char* variant = GENERATE("float", "float_savedmodel");
  support::model_folder folder(xenos_test::require_data() / "kws" / variant);
  const auto weights = models::read_ds_cnn(folder);
  const golden::samples data{folder.floats("inputs.npy"), folder.floats("outputs.npy")};
  INFO(folder.failure());
  REQUIRE(folder.good());
  const auto model = models::ds_cnn(weights);
  golden::check_outputs(model, data);
  golden::check_intermediates(model, data, 0, folder, "inter_00/", layers);
  golden::check_intermediates(model, data, 20, folder, "inter_20/", layers);
}
