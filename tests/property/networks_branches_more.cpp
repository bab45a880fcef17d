// Networks with branches, at reduced size, and small ones under every policy on two targets.
#include <support/small_networks.hpp>

using namespace xenos_test;

TEST_CASE("SqueezeNet under every policy", "[models]") {
  const auto weights = seeded_weights<models::squeezenet_weights<25, 10>>();
  check_all_policies(models::squeezenet<48>(weights));
}
TEST_CASE("ShuffleNetV2 under every policy", "[models]") {
  constexpr models::shufflenet_v2_width width{6, 12, 24, 36, 40, 2, 2, 2};
  const auto weights = seeded_weights<models::shufflenet_v2_weights<width, 10>>();
  check_all_policies(models::shufflenet_v2<64>(weights));
}
TEST_CASE("ResNet-8 under every policy", "[models]") {
  check_all_policies(models::resnet8(seeded_weights<models::resnet8_weights>()));
}
TEST_CASE("DS-CNN under every policy", "[models]") {
  check_all_policies(models::ds_cnn(seeded_weights<models::ds_cnn_weights>()));
}
