// XNNPACK by its subgraph interface.
#include <pthreadpool.h>
#include <xnnpack.h>

#include "contest.hpp"
#include "description.hpp"

namespace {

void check(xnn_status status) {
  if (status != xnn_status_success) {
    throw std::runtime_error("XNNPACK status " + std::to_string(status));
  }
}

class xnnpack {
 public:
  xnnpack(const std::string& path, int threads) : network_(path) {
    check(xnn_initialize(nullptr));
    check(xnn_create_subgraph(2, 0, &graph_));
    for (const peers::layer& layer : network_.layers) {
      // The last layer is the output, which is what the layer before it makes.
      const bool last = &layer + 2 == network_.layers.data() + network_.layers.size();
      if (layer.op != "output") define(layer, last);
    }
    xnn_runtime_t runtime = nullptr;
    pthreadpool_t pool = threads > 1 ? pthreadpool_create(std::size_t(threads)) : nullptr;
    check(xnn_create_runtime_v2(graph_, pool, 0, &runtime));
    const auto& in = network_.input();
    image_.assign(in.weights, in.weights + in.elements());
    image_.resize(image_.size() + XNN_EXTRA_BYTES / sizeof(float));
    result_.resize(network_.output().elements() + XNN_EXTRA_BYTES / sizeof(float));
    const xnn_external_value buffers[] = {{0, image_.data()}, {1, result_.data()}};
    check(xnn_setup_runtime(runtime, 2, buffers));
    runtime_ = runtime;
  }
  static std::string version() { return "XNNPACK"; }  // it does not tell
  void run() { check(xnn_invoke_runtime(runtime_)); }
  [[nodiscard]] std::span<const float> output_values() const {
    return std::span(result_).first(network_.output().elements());
  }

 private:
  std::uint32_t constant(std::initializer_list<std::size_t> extents, const float* values) {
    std::uint32_t id = XNN_INVALID_VALUE_ID;
    check(xnn_define_tensor_value(graph_, xnn_datatype_fp32, extents.size(), extents.begin(),
                                  values, XNN_INVALID_VALUE_ID, 0, &id));
    return id;
  }

  void define(const peers::layer& l, bool last) {
    const std::size_t extents[] = {1, std::size_t(l.height), std::size_t(l.width),
                                   std::size_t(l.channels)};
    const bool first = l.op == "input";
    const std::uint32_t external = first ? 0 : last ? 1 : XNN_INVALID_VALUE_ID;
    const std::uint32_t flags = first  ? XNN_VALUE_FLAG_EXTERNAL_INPUT
                                : last ? XNN_VALUE_FLAG_EXTERNAL_OUTPUT
                                       : 0;
    std::uint32_t out = XNN_INVALID_VALUE_ID;
    check(xnn_define_tensor_value(graph_, xnn_datatype_fp32, 4, extents, nullptr, external, flags,
                                  &out));
    ids_.push_back(out);
    if (first) return;
    const std::uint32_t in = ids_[std::size_t(l.from[0])];
    const auto channels = std::size_t(l.channels);
    const auto channels_in = std::size_t(network_.source(l).channels);
    const auto kernel_height = std::uint32_t(l.kernel_height);
    const auto kernel_width = std::uint32_t(l.kernel_width);
    const auto stride_height = std::uint32_t(l.stride_height);
    const auto stride_width = std::uint32_t(l.stride_width);
    const auto top = std::uint32_t(l.top), bottom = std::uint32_t(l.bottom);
    const auto left = std::uint32_t(l.left), right = std::uint32_t(l.right);
    if (l.op == "conv2d") {
      const auto filter = constant({channels, kernel_height, kernel_width, channels_in}, l.weights);
      check(xnn_define_convolution_2d(graph_, top, right, bottom, left, kernel_height, kernel_width,
                                      stride_height, stride_width, 1, 1, 1, channels_in, channels,
                                      l.low, l.high, in, filter, constant({channels}, l.bias), out,
                                      0));
    } else if (l.op == "depthwise2d") {
      const auto& taps = kept_.emplace_back(taps_by_channels(l));
      const auto filter = constant({1, kernel_height, kernel_width, channels}, taps.data());
      check(xnn_define_depthwise_convolution_2d(graph_, top, right, bottom, left, kernel_height,
                                                kernel_width, stride_height, stride_width, 1, 1, 1,
                                                channels, l.low, l.high, in, filter,
                                                constant({channels}, l.bias), out, 0));
    } else if (l.op == "dense") {
      const auto matrix = constant({channels, channels_in}, l.weights);
      check(xnn_define_fully_connected(graph_, l.low, l.high, in, matrix,
                                       constant({channels}, l.bias), out, 0));
    } else if (l.op == "add") {
      check(xnn_define_add2(graph_, l.low, l.high, in, ids_[std::size_t(l.from[1])], out, 0));
    } else if (l.op == "global_average_pool") {
      check(xnn_define_global_average_pooling_2d(graph_, l.low, l.high, in, out, 0));
    } else if (l.op == "softmax") {
      check(xnn_define_softmax(graph_, in, out, 0));
    } else {
      throw std::runtime_error("no " + l.op);
    }
  }

  /// Depth-wise weights in the order height, width, channel.
  static std::vector<float> taps_by_channels(const peers::layer& l) {
    return peers::planar(l.weights, l.channels, 1, int(l.taps()));
  }

  peers::network network_;
  std::vector<std::vector<float>> kept_;
  std::vector<float> image_, result_;
  std::vector<std::uint32_t> ids_;  // values by layer
  xnn_subgraph_t graph_ = nullptr;
  xnn_runtime_t runtime_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) { return peers::contest<xnnpack>(argc, argv); }
