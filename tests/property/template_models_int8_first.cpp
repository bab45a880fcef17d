// Models of int8 drawn from numbers, the first quarter: under several plans, on other targets and
// with each rounding they are their definitions to the bit. And which stages they all consist of.
#include <initializer_list>
#include <support/quantised_models.hpp>

TEST_CASE("generated models of int8, the first quarter", "[models]") {
  xenos_test::check_quantised_models<0>();
}

TEST_CASE("generated models of int8 hold every operation that has an integer form", "[models]") {
  using namespace xenos_test;
  const auto counts = count_all(std::make_integer_sequence<unsigned, quantised_models>{});
  print(counts);
  std::array<int, 3> sums{};
  for (const char* name : {"add",
                           "average_pool2d",
                           "channel_shuffle",
                           "concat",
                           "conv2d",
                           "dense",
                           "depthwise2d",
                           "dequantize",
                           "flatten",
                           "gelu",
                           "gelu_tanh",
                           "hard_swish",
                           "leaky_relu",
                           "max_pool2d",
                           "mean",
                           "mul",
                           "pad",
                           "prelu",
                           "quantize",
                           "reduce_max",
                           "reduce_min",
                           "relu",
                           "relu6",
                           "relu_n1_to_1",
                           "reshape",
                           "resize_bilinear",
                           "resize_nearest_neighbor",
                           "sigmoid",
                           "slice",
                           "sliding_average_pool",
                           "sliding_max_pool",
                           "softmax",
                           "split",
                           "sum",
                           "tanh",
                           "transpose",
                           "transpose_conv"}) {
    INFO(name);
    CHECK(counts.count(name) == 1);
  }
  for (const auto& [name, by] : counts) {
    for (std::size_t round = 0; round < by.size(); ++round) sums[round] += by[round];
  }
  for (const int sum : sums) CHECK(sum > 50);
}
