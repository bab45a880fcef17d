#include <support/run.hpp>

#include <catch2/catch.hpp>
#include <limits>

namespace {

namespace xn = xenos;
using namespace xenos_test;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("softmax over the channels of each pixel", "[softmax]") {
  CHECK(check_model(xn::input<float, xn::hwc{4, 5, 17}> | xn::softmax) == "");
  CHECK(check_model(xn::input<float, xn::vector(1)> | xn::softmax) == "");
  CHECK(check_model(xn::input<float, xn::vector(1000)> | xn::softmax | xn::relu) == "");
  constexpr xn::softmax_attributes sharp{.beta = 3};
  CHECK(check_model(xn::input<float, xn::hwc{3, 2, 4}> | xn::stage_of<sharp>()) == "");
}

TEST_CASE("softmax of large values, infinities and NaN", "[softmax]") {
  const auto model = xn::input<float, xn::hwc{8, 1, 4}> | xn::softmax;
  const buffers in{{1e4F,
                    1e4F,
                    -1e4F,
                    9990.0F,  //
                    -1e5F,
                    -1e5F,
                    -1e5F,
                    -1e5F,  //
                    3e38F,
                    -3e38F,
                    0,
                    1,  //
                    88.0F,
                    89.0F,
                    90.0F,
                    100.0F,  //
                    -inf,
                    1,
                    2,
                    3,  //
                    inf,
                    1,
                    2,
                    3,  //
                    not_a_number,
                    1,
                    2,
                    3,  //
                    1,
                    2,
                    3,
                    not_a_number}};
  CHECK(check_model(model, in) == "");
  const buffers out = run_model<xn::targets::host>(model, in);
  for (const std::size_t i : {24U, 25U, 27U, 28U, 30U, 31U}) CHECK(std::isnan(out[0][i]));
}
