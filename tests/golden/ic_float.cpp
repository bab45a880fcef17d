// ResNet-8 of MLPerf Tiny, float32.
#include <catch2/catch.hpp>

#include "../../examples/models/mlperf_tiny.hpp"
#include "golden/golden.hpp"

namespace {

// Records of models::resnet8 by the layer of the published network that they end.
const golden::stored_layers layers = {
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

TEST_CASE("ic/float: outputs and intermediates") {
  support::model_folder folder(xenos_test::require_data() / "ic" / "float");
  const auto weights = models::read_resnet8(folder);
  const golden::samples data{folder.floats("inputs.npy"), folder.floats("outputs.npy")};
  INFO(folder.failure());
  REQUIRE(folder.good());
  const auto model = models::resnet8(weights);
  golden::check_outputs(model, data);
  golden::check_intermediates(model, data, 0, folder, "inter_00/", layers);
  golden::check_intermediates(model, data, 19, folder, "inter_19/", layers);
}
