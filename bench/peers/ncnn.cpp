// ncnn: the network is written as ncnn's own text and binary model, in memory.
#include <ncnn/c_api.h>
#include <ncnn/net.h>

#include <map>

#include "contest.hpp"
#include "description.hpp"

namespace {

using names = std::vector<std::string>;

/// ncnn's model files of a description.
class model {
 public:
  explicit model(const peers::network& network) : network_(network) {
    for (const auto& layer : network.layers) {
      if (is_later_part(layer)) continue;
      for (const int source : layer.from) ++readers_[source];
    }
    for (int id = 0; id < int(network.layers.size()); ++id) {
      add(id);
      split(id);
    }
    text = "7767517\n" + std::to_string(lines_) + ' ' + std::to_string(tensors_) + '\n' + text;
  }
  std::string text;           // layers, their tensors and attributes
  std::vector<float> values;  // weights
  std::string last;           // the tensor that is the output

 private:
  /// The first part of a split makes all.
  static bool is_later_part(const peers::layer& l) { return l.op == "split" && l.number > 0; }

  void add(int id) {
    const auto& l = network_.layers[std::size_t(id)];
    if (is_later_part(l)) return;
    const std::string made = tensor(id);
    names in;
    for (const int source : l.from) in.push_back(read(source));
    if (l.op == "input") {
      line("Input", {}, {made}, {});
    } else if (l.op == "output") {
      last = in[0];
    } else if (l.op == "conv2d" || l.op == "depthwise2d") {
      const bool depthwise = l.op == "depthwise2d";
      const auto weights = peers::out_in_taps(l, depthwise ? 1 : network_.source(l).channels);
      names attributes{pair(0, l.channels),       pair(5, 1),
                       pair(6, weights.size()),   pair(1, l.kernel_width),
                       pair(11, l.kernel_height), pair(3, l.stride_width),
                       pair(13, l.stride_height), pair(4, l.left),
                       pair(14, l.top),           pair(15, l.right),
                       pair(16, l.bottom),        activation(l)};
      if (depthwise) attributes.push_back(pair(7, l.channels));
      line(depthwise ? "ConvolutionDepthWise" : "Convolution", in, {made}, attributes);
      append(weights.data(), weights.size(), l);
    } else if (l.op == "dense") {
      const auto size = std::size_t(l.channels) * network_.source(l).channels;
      line("InnerProduct", in, {made},
           {pair(0, l.channels), pair(1, 1), pair(2, size), activation(l)});
      append(l.weights, size, l);
    } else if (l.op == "add" && (l.has_relu() || l.has_relu6())) {
      const std::string sum = made + "sum";
      line("BinaryOp", in, {sum}, {pair(0, 0)});
      if (l.has_relu()) line("ReLU", {sum}, {made}, {});
      if (l.has_relu6()) line("Clip", {sum}, {made}, {"0=0.0", "1=6.0"});
    } else if (l.op == "add") {
      line("BinaryOp", in, {made}, {pair(0, 0)});
    } else if (l.op == "global_average_pool") {
      line("Pooling", in, {made}, {pair(0, 1), pair(4, 1)});
    } else if (l.op == "max_pool2d") {
      line("Pooling", in, {made},
           {pair(0, 0), pair(1, l.kernel_width), pair(11, l.kernel_height), pair(2, l.stride_width),
            pair(12, l.stride_height), pair(3, l.left), pair(13, l.top), pair(14, l.right),
            pair(15, l.bottom), pair(5, 1)});
    } else if (l.op == "concat") {
      line("Concat", in, {made}, {pair(0, 0)});
    } else if (l.op == "split") {
      names parts;
      for (std::size_t k = 0; k < network_.layers.size(); ++k) {
        const auto& part = network_.layers[k];
        if (part.op == "split" && part.from == l.from) parts.push_back(tensor(int(k)));
      }
      std::string equal = "-23300=" + std::to_string(parts.size());
      for (std::size_t k = 0; k < parts.size(); ++k) equal += ",-233";
      line("Slice", in, parts, {equal, pair(1, 0)});
    } else if (l.op == "channel_shuffle") {
      line("ShuffleChannel", in, {made}, {pair(0, l.number)});
    } else if (l.op == "softmax") {
      line("Softmax", in, {made}, {pair(0, 0), pair(1, 1)});
    } else {
      throw peers::unknown_layer(l.op);
    }
  }
  void line(const std::string& type, const names& in, const names& out, const names& attributes) {
    text +=
        type + ' ' + out[0] + ' ' + std::to_string(in.size()) + ' ' + std::to_string(out.size());
    for (const auto* list : {&in, &out, &attributes}) {
      for (const auto& name : *list) text += ' ' + name;
    }
    text += '\n';
    ++lines_;
    tensors_ += out.size();
  }
  static std::string pair(int key, auto value) {
    return std::to_string(key) + '=' + std::to_string(value);
  }
  /// The attribute of the activation, which may be none.
  static std::string activation(const peers::layer& l) {
    return l.has_relu() ? "9=1" : l.has_relu6() ? "9=3 -23310=2,0.0,6.0" : "9=0";
  }
  /// A tag (0: plain floats), the weights, the bias.
  void append(const float* weights, std::size_t size, const peers::layer& l) {
    values.push_back(0);
    values.insert(values.end(), weights, weights + size);
    values.insert(values.end(), l.bias, l.bias + l.channels);
  }

  // A tensor that several layers read is given to each under a name of its own.

  static std::string tensor(int id) { return std::string("t").append(std::to_string(id)); }
  static std::string part(int id, int reader) { return tensor(id) + '_' + std::to_string(reader); }
  std::string read(int id) { return readers_[id] > 1 ? part(id, taken_[id]++) : tensor(id); }
  void split(int id) {
    if (readers_[id] < 2) return;
    names parts;
    for (int k = 0; k < readers_[id]; ++k) parts.push_back(part(id, k));
    line("Split", {tensor(id)}, parts, {});
  }

  const peers::network& network_;
  std::map<int, int> readers_, taken_;  // by layer
  std::size_t lines_ = 0, tensors_ = 0;
};

class ncnn_peer {
 public:
  ncnn_peer(const std::string& path, int threads) : network_(path), model_(network_) {
    net_.opt.num_threads = threads;
    net_.opt.use_fp16_packed = false;
    net_.opt.use_fp16_storage = false;
    net_.opt.use_fp16_arithmetic = false;
    net_.opt.use_bf16_storage = false;
    if (net_.load_param_mem(model_.text.c_str()) != 0) {
      throw peers::unknown_layer("layer in this build of ncnn");
    }
    net_.load_model(reinterpret_cast<const unsigned char*>(model_.values.data()));
    const auto& in = network_.input();
    const auto planes = peers::planar(in.weights, in.height, in.width, in.channels);
    const bool image = in.height * in.width > 1;
    image_ = image ? ncnn::Mat(in.width, in.height, in.channels) : ncnn::Mat(in.channels);
    const std::size_t pixels = std::size_t(in.height) * in.width;
    for (int c = 0; c < (image ? in.channels : 1); ++c) {
      const float* plane = planes.data() + c * pixels;
      const std::size_t size = image ? pixels : planes.size();
      std::copy_n(plane, size, image ? image_.channel(c).row(0) : image_.row(0));
    }
    result_.resize(network_.output().elements());
  }
  static std::string version() { return std::string("ncnn ") + ncnn_version(); }
  void run() {
    ncnn::Extractor extractor = net_.create_extractor();
    extractor.input("t0", image_);
    ncnn::Mat out;
    if (extractor.extract(model_.last.c_str(), out) != 0) throw std::runtime_error("no result");
    std::copy_n(out.row(0), result_.size(), result_.data());
  }
  [[nodiscard]] std::span<const float> output_values() const { return result_; }

 private:
  peers::network network_;
  model model_;
  ncnn::Net net_;
  ncnn::Mat image_;
  std::vector<float> result_;
};

}  // namespace

int main(int argc, char** argv) { return peers::contest<ncnn_peer>(argc, argv); }
