// Networks of images, at reduced size, under every policy on two targets.
#include <support/small_networks.hpp>

using namespace xenos_test;

TEST_CASE("MobileNetV1 under every policy", "[models]") {
  const auto weights = seeded_weights<models::mobilenet_weights<12, 5>>();
  check_all_policies(models::mobilenet<32>(weights));
}
TEST_CASE("MobileNetV2 under every policy", "[models]") {
  const auto weights = seeded_weights<models::mobilenet_v2_weights<25, 5>>();
  check_all_policies(models::mobilenet_v2<32>(weights));
}
TEST_CASE("ResNet18 under every policy", "[models]") {
  const auto weights = seeded_weights<models::resnet18_weights<12, 5>>();
  check_all_policies(models::resnet18<64>(weights));
}
TEST_CASE("CentreNet under every policy", "[models]") {
  const auto weights = seeded_weights<models::centrenet_weights<12, 5>>();
  check_all_policies(models::centrenet<64>(weights));
}
