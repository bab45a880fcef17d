// XNNPACK by its subgraph interface.
#include <pthreadpool.h>
#include <xnnpack.h>

#include <deque>

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
    bytes_.assign(image_.begin(), image_.end());
    image_.resize(image_.size() + XNN_EXTRA_BYTES / sizeof(float));
    bytes_.resize(bytes_.size() + XNN_EXTRA_BYTES);
    result_.resize(network_.output().elements() + XNN_EXTRA_BYTES / sizeof(float));
    byte_result_.resize(network_.output().elements() + XNN_EXTRA_BYTES);
    xnn_external_value buffers[] = {{0, image_.data()}, {1, result_.data()}};
    if (in.scale > 0) {
      buffers[0].data = bytes_.data();
      buffers[1].data = byte_result_.data();
    }
    check(xnn_setup_runtime(runtime, 2, buffers));
    runtime_ = runtime;
  }
  static std::string version() { return "XNNPACK"; }  // it does not tell
  void run() { check(xnn_invoke_runtime(runtime_)); }
  [[nodiscard]] std::vector<float> output_values() const {
    const auto count = long(network_.output().elements());
    if (network_.input().scale > 0) return {byte_result_.begin(), byte_result_.begin() + count};
    return {result_.begin(), result_.begin() + count};
  }

 private:
  std::uint32_t constant(std::initializer_list<std::size_t> extents, const float* values) {
    std::uint32_t id = XNN_INVALID_VALUE_ID;
    check(xnn_define_tensor_value(graph_, xnn_datatype_fp32, extents.size(), extents.begin(),
                                  values, XNN_INVALID_VALUE_ID, 0, &id));
    return id;
  }

  /// Integers with one scale for all, or by channel.
  template <class T>
  std::uint32_t integers(xnn_datatype type, std::initializer_list<std::size_t> extents,
                         const float* values, std::vector<float> scales, std::size_t channel_dim) {
    std::size_t count = 1;
    for (const std::size_t extent : extents) count *= extent;
    auto& bytes = integers_.emplace_back(count * sizeof(T) + XNN_EXTRA_BYTES);
    auto* const to = reinterpret_cast<T*>(bytes.data());
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<T>(values[i]);
    const auto& kept = kept_.emplace_back(std::move(scales));
    std::uint32_t id = XNN_INVALID_VALUE_ID;
    if (kept.size() == 1) {
      check(xnn_define_quantized_tensor_value(graph_, type, 0, kept[0], extents.size(),
                                              extents.begin(), to, XNN_INVALID_VALUE_ID, 0, &id));
    } else {
      check(xnn_define_channelwise_quantized_tensor_value(graph_, type, kept.data(), extents.size(),
                                                          channel_dim, extents.begin(), to,
                                                          XNN_INVALID_VALUE_ID, 0, &id));
    }
    return id;
  }
  /// The weights of a layer, channels being extent `channel_dim`, and the bias.
  std::uint32_t weights_of(const peers::layer& l, std::initializer_list<std::size_t> extents,
                           const float* values, std::size_t channel_dim) {
    if (l.scales == nullptr) return constant(extents, values);
    return integers<std::int8_t>(l.op == "dense" ? xnn_datatype_qint8 : xnn_datatype_qcint8,
                                 extents, values, scales_of(l, 1), channel_dim);
  }
  std::uint32_t bias_of(const peers::layer& l) {
    if (l.scales == nullptr) return constant({std::size_t(l.channels)}, l.bias);
    return integers<std::int32_t>(l.op == "dense" ? xnn_datatype_qint32 : xnn_datatype_qcint32,
                                  {std::size_t(l.channels)}, l.bias,
                                  scales_of(l, network_.source(l).scale), 0);
  }
  static std::vector<float> scales_of(const peers::layer& l, float factor) {
    std::vector<float> scales(l.scales, l.scales + (l.op == "dense" ? 1 : l.channels));
    for (float& scale : scales) scale *= factor;
    return scales;
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
    if (l.scale > 0) {
      check(xnn_define_quantized_tensor_value(graph_, xnn_datatype_qint8, l.zero_point, l.scale, 4,
                                              extents, nullptr, external, flags, &out));
    } else {
      check(xnn_define_tensor_value(graph_, xnn_datatype_fp32, 4, extents, nullptr, external, flags,
                                    &out));
    }
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
      const auto filter =
          weights_of(l, {channels, kernel_height, kernel_width, channels_in}, l.weights, 0);
      check(xnn_define_convolution_2d(graph_, top, right, bottom, left, kernel_height, kernel_width,
                                      stride_height, stride_width, 1, 1, 1, channels_in, channels,
                                      l.low, l.high, in, filter, bias_of(l), out, 0));
    } else if (l.op == "depthwise2d") {
      const auto& taps = kept_.emplace_back(taps_by_channels(l));
      const auto filter = weights_of(l, {1, kernel_height, kernel_width, channels}, taps.data(), 3);
      check(xnn_define_depthwise_convolution_2d(
          graph_, top, right, bottom, left, kernel_height, kernel_width, stride_height,
          stride_width, 1, 1, 1, channels, l.low, l.high, in, filter, bias_of(l), out, 0));
    } else if (l.op == "dense") {
      const auto matrix = weights_of(l, {channels, channels_in}, l.weights, 0);
      check(xnn_define_fully_connected(graph_, l.low, l.high, in, matrix, bias_of(l), out, 0));
    } else if (l.op == "max_pool2d") {
      check(xnn_define_max_pooling_2d(graph_, top, right, bottom, left, kernel_height, kernel_width,
                                      stride_height, stride_width, 1, 1, l.low, l.high, in, out,
                                      0));
    } else if (l.op == "add") {
      check(xnn_define_add2(graph_, l.low, l.high, in, ids_[std::size_t(l.from[1])], out, 0));
    } else if (l.op == "global_average_pool") {
      check(xnn_define_global_average_pooling_2d(graph_, l.low, l.high, in, out, 0));
    } else if (l.op == "softmax") {
      check(xnn_define_softmax(graph_, in, out, 0));
    } else {
      throw peers::unknown_layer(l.op);
    }
  }

  /// Depth-wise weights in the order height, width, channel.
  static std::vector<float> taps_by_channels(const peers::layer& l) {
    return peers::planar(l.weights, l.channels, 1, int(l.taps()));
  }

  peers::network network_;
  std::deque<std::vector<float>> kept_;
  std::deque<std::vector<char>> integers_;
  std::vector<float> image_, result_;
  std::vector<std::int8_t> bytes_, byte_result_;
  std::vector<std::uint32_t> ids_;  // values by layer
  xnn_subgraph_t graph_ = nullptr;
  xnn_runtime_t runtime_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) { return peers::contest<xnnpack>(argc, argv); }
