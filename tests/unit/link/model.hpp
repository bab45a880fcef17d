// The model that several instruction sets instantiate. Everything here has internal linkage, so
// that each translation unit has its own.
#pragma once

#include <support/run.hpp>

namespace {

/// Name of the inline namespace of this translation unit.
#define XENOS_TEST_TEXT_NOW(name) #name
#define XENOS_TEST_TEXT(name) XENOS_TEST_TEXT_NOW(name)
const char* const abi_name = XENOS_TEST_TEXT(XENOS_ABI);

xenos_test::buffers run_here(const xenos_test::buffers& in) {
  namespace xn = xenos;
  using namespace xenos_test;
  constexpr xn::conv op{.out = 19, .kernel = {3, 3}};
  const auto model = xn::input<float, xn::hwc{9, 11, 5}> | some_conv<op, 5>() | xn::hard_swish |
                     xn::residual(some_depthwise<xn::depthwise{.kernel = {3, 3}}, 19>() | xn::relu |
                                  some_conv<xn::conv{.out = 19}, 19>(3)) |
                     xn::global_average_pool | some_dense<10, 19>() | xn::softmax;
  const auto net = xn::link<xn::targets::host>(model);
  const buffers out = run_program(net, in);
  if (!difference(out, reference_outputs(net, in)).empty()) return {};
  return out;
}

}  // namespace
