// ResNet-8 of MLPerf Tiny in int8, as published: 32 x 32 RGB to the 10 classes of CIFAR-10. Each
// layer says by `to` what its integers stand for.
#pragma once

#include <xenos/xenos.hpp>

namespace models {

namespace xn = xenos;

struct resnet8_int8_weights {
  xn::quantised_layer<xn::ohwi{16, 3, 3, 3}> stem;
  struct {
    xn::quantised_layer<xn::ohwi{16, 3, 3, 16}> first, second;
  } stack1;
  struct {
    xn::quantised_layer<xn::ohwi{32, 3, 3, 16}> first;
    xn::quantised_layer<xn::ohwi{32, 3, 3, 32}> second;
    xn::quantised_layer<xn::ohwi{32, 1, 1, 16}> shortcut;
  } stack2;
  struct {
    xn::quantised_layer<xn::ohwi{64, 3, 3, 32}> first;
    xn::quantised_layer<xn::ohwi{64, 3, 3, 64}> second;
    xn::quantised_layer<xn::ohwi{64, 1, 1, 32}> shortcut;
  } stack3;
  xn::quantised_layer<xn::oi{10, 64}, 1> classifier;
};

/// What the integers behind the layers of a stack stand for.
struct stack_quantisation {
  xn::quantisation first{}, second{}, shortcut{}, sum{};
};

// clang-format off
template <int Out, int Stride, stack_quantisation Q>
constexpr auto resnet_int8_body(const auto& w) {
  return xn::conv2d<xn::conv{.out = Out, .kernel = {3, 3}, .stride = {Stride, Stride}, .to = Q.first}>(w.first)
       | xn::relu
       | xn::conv2d<xn::conv{.out = Out, .kernel = {3, 3}, .to = Q.second}>(w.second);
}
template <int Out, stack_quantisation Q>
constexpr auto resnet_int8_stack(const auto& w) {
  return xn::residual<Q.sum>(resnet_int8_body<Out, 2, Q>(w),
                             xn::conv2d<xn::conv{.out = Out, .stride = {2, 2}, .to = Q.shortcut}>(w.shortcut))
       | xn::relu;
}

/// `Round`: as the runtime to be matched rounds.
template <xn::rounding Round = xn::rounding::twice>
constexpr auto resnet8_int8(const resnet8_int8_weights& w) {
  constexpr stack_quantisation stack1{.first = {0.07629315555095673F, -128},
                                      .second = {0.10419496148824692F, 4},
                                      .sum = {0.050945673137903214F, -128}};
  constexpr stack_quantisation stack2{.first = {0.04567283019423485F, -128},
                                      .second = {0.11311884224414825F, 4},
                                      .shortcut = {0.044761426746845245F, -17},
                                      .sum = {0.0532362163066864F, -128}};
  constexpr stack_quantisation stack3{.first = {0.02845017984509468F, -128},
                                      .second = {0.21724364161491394F, -2},
                                      .shortcut = {0.08385830372571945F, 38},
                                      .sum = {0.1270691454410553F, -128}};
  return xn::input<std::int8_t, xn::hwc{32, 32, 3}, xn::quantisation{1.0F, -128, Round}>
       | xn::conv2d<xn::conv{.out = 16, .kernel = {3, 3}, .to = {0.039393551647663116F, -128}}>(w.stem)
       | xn::relu
       | xn::residual<stack1.sum>(resnet_int8_body<16, 1, stack1>(w.stack1)) | xn::relu
       | resnet_int8_stack<32, stack2>(w.stack2)
       | resnet_int8_stack<64, stack3>(w.stack3)
       | xn::global_average_pool
       | xn::dense<xn::fc{.out = 10, .to = {0.17185351252555847F, 24}}>(w.classifier)
       | xn::softmax;
}
// clang-format on

}  // namespace models
