#include <catch2/catch.hpp>
#include <support/run.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;

using average = xn::row_pool<xn::pooling::average>;
static_assert(average{4}.output(xn::hwc{9, 5, 3}) == xn::hwc{9, 1, 3});
static_assert(average{4, 2}.output(xn::hwc{9, 5, 3}) == xn::hwc{5, 1, 3});
static_assert(average{4, 2}.reads(xn::hwc{9, 5, 3}, 0).rows == xn::window{4, 1, 2, -3});
static_assert(average{0}.check(xn::hwc{9, 5, 3}) == xn::fault::bad_attribute);
static_assert(average{50}.check(xn::hwc{9, 5, 3}) == xn::fault::none);

}  // namespace

TEST_CASE("sliding pools agree with their definition", "[pool]") {
  CHECK(check_model(xn::input<float, xn::hwc{9, 5, 3}> | xn::sliding_pool<4>) == "");
  CHECK(check_model(xn::input<float, xn::hwc{9, 5, 33}> |
                    xn::sliding_pool<20, xn::pooling::maximum> | xn::relu) == "");
  CHECK(check_model(xn::input<float, xn::hwc{11, 1, 40}> |
                    xn::sliding_pool<3, xn::pooling::average, 4>) == "");
}

TEST_CASE("a sliding pool ends where a global pool does", "[pool]") {
  const auto all = xn::input<float, xn::hwc{6, 4, 5}>;
  const auto slide = xn::link<xn::targets::host>(all | xn::sliding_pool<6>);
  const auto global = xn::link<xn::targets::host>(all | xn::global_average_pool);
  const buffers in = random_inputs<std::remove_cvref_t<decltype(slide)>>();
  const buffers rows = run_program(slide, in);
  const buffers one = run_program(global, in);
  CHECK(same_bits({{rows[0].end() - 5, rows[0].end()}}, one));
}
