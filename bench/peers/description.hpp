// The description of a network that all contestants compute, read back from its two files:
//   NETWORK.txt     a line for each layer, in the order of computation (see describe.hpp)
//   NETWORK.floats  the values that lines point into: the input, weights, biases
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace peers {

/// One layer. Padding is explicit; images are height x width x channels.
struct layer {
  std::string op;  // as in xenos: input, conv2d, max_pool2d, add, concat, split, output, ...
  int height = 1, width = 1, channels = 1;  // of its output
  std::vector<int> from;                    // layers that it reads
  int kernel_height = 1, kernel_width = 1, stride_height = 1, stride_width = 1;
  int top = 0, left = 0, bottom = 0, right = 0;
  int number = 0;  // of a split: which part; of a shuffle: groups; of attention: heads
  const float* weights =
      nullptr;                  // out, height, width, in (depth-wise: in = 1); the input's values
  const float* bias = nullptr;  // out
  const float* recurrent = nullptr;  // of an lstm: 4 * channels, channels; gates i, f, g, o
  // Of networks of int8: scales of the weights (one for all where it is dense), and what the
  // layer's integers stand for; a scale of 0 otherwise.
  const float* scales = nullptr;
  float scale = 0;
  int zero_point = 0;
  // The activation that follows: values are clamped to these bounds.
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  /// Rows of one pixel are steps of a sequence.
  [[nodiscard]] bool is_sequence() const { return width == 1 && height > 1; }
  [[nodiscard]] std::size_t elements() const { return std::size_t(height) * width * channels; }
  [[nodiscard]] std::size_t taps() const { return std::size_t(kernel_height) * kernel_width; }
  [[nodiscard]] bool has_relu() const { return low == 0 && high > 6; }
  [[nodiscard]] bool has_relu6() const { return low == 0 && high == 6; }
};

/// Something that a peer's program, or its library, does not have.
struct unknown_layer : std::runtime_error {
  explicit unknown_layer(const std::string& what) : std::runtime_error("no " + what) {}
};

/// A network: layers.front() is the input, and behind all others stand the outputs. Throws
/// std::runtime_error when a file cannot be read. Activations are parts of the layers that they
/// follow.
class network {
 public:
  explicit network(const std::string& path) {
    std::ifstream floats(path + ".floats", std::ios::binary | std::ios::ate);
    values_.resize(std::size_t(floats.tellg()) / sizeof(float));
    floats.seekg(0);
    floats.read(reinterpret_cast<char*>(values_.data()),
                std::streamsize(values_.size() * sizeof(float)));
    std::ifstream text(path + ".txt");
    for (std::string line; std::getline(text, line);) add(line);
    if (!floats || layers.size() < 2) throw std::runtime_error("no description at " + path);
  }

  std::vector<layer> layers;
  [[nodiscard]] const layer& input() const { return layers.front(); }
  /// Of networks with one output.
  [[nodiscard]] const layer& output() const {
    if (outputs().size() > 1) throw unknown_layer("second output");
    return layers.back();
  }
  [[nodiscard]] std::vector<layer> outputs() const {
    std::vector<layer> all;
    for (const layer& l : layers) {
      if (l.op == "output") all.push_back(l);
    }
    return all;
  }
  /// The layer whose output is input number `which` of `of`.
  [[nodiscard]] const layer& source(const layer& of, std::size_t which = 0) const {
    return layers[std::size_t(of.from[which])];
  }

 private:
  void add(const std::string& line) {
    std::istringstream in(line);
    layer l;
    int inputs = 0;
    in >> l.op >> l.height >> l.width >> l.channels >> inputs;
    for (int k = 0, id = 0; k < inputs; ++k) in >> id, l.from.push_back(ids_[std::size_t(id)]);
    if (l.op == "relu" || l.op == "relu6") {  // nothing else reads what precedes these
      layer& before = layers[std::size_t(l.from[0])];
      before.low = 0;
      if (l.op == "relu6") before.high = 6;
      ids_.push_back(l.from[0]);
      return;
    }
    const bool filters = l.op == "conv2d" || l.op == "depthwise2d" || l.op == "transpose_conv";
    if (filters || l.op == "max_pool2d") {
      in >> l.kernel_height >> l.kernel_width >> l.stride_height >> l.stride_width;
      in >> l.top >> l.left >> l.bottom >> l.right;
    }
    const bool numbered = l.op == "split" || l.op == "channel_shuffle" || l.op == "attention";
    if (numbered) in >> l.number;
    std::vector<const float*> at;
    for (std::size_t position = 0; in >> position;) at.push_back(values_.data() + position);
    const bool has_weights = filters || l.op == "dense" || l.op == "layer_norm";
    const std::size_t own = l.op == "lstm" ? 3 : has_weights ? 2 : l.op == "input" ? 1 : 0;
    if (own > 0) l.weights = at[0];
    if (own > 1) l.bias = at[1];
    if (own > 2) l.recurrent = at[2];
    if (at.size() > own) {  // int8
      if (has_weights) l.scales = at[2];
      l.scale = at.back()[0];
      l.zero_point = static_cast<int>(at.back()[1]);
    }
    ids_.push_back(int(layers.size()));
    layers.push_back(l);
  }

  std::vector<float> values_;
  std::vector<int> ids_;  // by line: the layer in `layers`
};

/// An image in the order channels x height x width.
inline std::vector<float> planar(const float* image, int height, int width, int channels) {
  std::vector<float> planes(std::size_t(height) * width * channels);
  const std::size_t pixels = std::size_t(height) * width;
  for (std::size_t p = 0; p < pixels; ++p) {
    for (int c = 0; c < channels; ++c) planes[c * pixels + p] = image[p * channels + c];
  }
  return planes;
}

/// The weights of a convolution in the order out x in x height x width.
inline std::vector<float> out_in_taps(const layer& l, int in) {
  std::vector<float> all;
  const std::size_t filter = l.taps() * in;
  for (int o = 0; o < l.channels; ++o) {
    const auto one = planar(l.weights + o * filter, l.kernel_height, l.kernel_width, in);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

}  // namespace peers
