#include <support/run.hpp>

#include <catch2/catch.hpp>

#include "../../../bench/support/fill.hpp"

TEST_CASE("MobileNetV2 of quarter width", "[models]") {
  models::seeded make(xenos_test::seed());
  models::mobilenet_v2_weights<25, 10> weights;
  bench::fill(make, weights);
  CHECK(xenos_test::check_fused(models::mobilenet_v2<64>(weights)) == "");
}

TEST_CASE("MobileNetV2 has the published size", "[models]") {
  using weights = models::mobilenet_v2_weights<100, 1000>;
  using trace = xenos::traced<decltype(models::mobilenet_v2<224>(weights{}))>;
  int residuals = 0;
  std::int64_t macs = 0;
  for (const xenos::record& r : trace::records.nodes) {
    if (r.inputs == 2) ++residuals;
    if (r.map == xenos::mapping::many_to_many) macs += r.macs;
  }
  CHECK(residuals == 10);
  CHECK(macs == 300'774'272 + 7 * 7 * 1280 + 8 * 1000);  // pool and soft-max count a little
}
