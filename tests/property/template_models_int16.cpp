// Models of int16 drawn from numbers: under several plans, on other targets and cores and with each
// rounding they are their definitions to the bit.
#include <support/wide_models.hpp>

namespace {

using namespace xenos_test;

template <unsigned S>
void check_wide_model() {
  INFO("model " << S);
  const auto model = wide_model<S>();
  const auto net = xn::link<xn::targets::host>(model);
  using other = host_variant<S % 12>;
  const std::vector<double> in = random_input<std::remove_cvref_t<decltype(net)>>();
  const record_tensors want = define_records(net, in);
  CHECK(difference(net, in, want) == "");
  CHECK(run_net(xn::link < S % 2 == 0 ? generic_small : cortex_small > (model), in) == want.back());
  CHECK(run_net(xn::link<other::on, other::policy>(model), in) == want.back());
}
template <unsigned... S>
void check_all(std::integer_sequence<unsigned, S...>) {
  (check_wide_model<S>(), ...);
}

}  // namespace

TEST_CASE("generated models of int16", "[models]") {
  check_all(std::make_integer_sequence<unsigned, 16>{});
}
