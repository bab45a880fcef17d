// oneDNN, version 2: a primitive for each layer, in the formats that it chooses itself.
#include <omp.h>
#include <dnnl.hpp>

#include <unordered_map>

#include "contest.hpp"
#include "description.hpp"

namespace {

using dnnl::memory;
using tag = memory::format_tag;
constexpr auto f32 = memory::data_type::f32;
constexpr auto inference = dnnl::prop_kind::forward_inference;

class onednn {
 public:
  onednn(const std::string& path, int threads) : network_(path) {
    omp_set_num_threads(threads);
    for (const auto& layer : network_.layers) define(layer);
    result_.resize(network_.output().elements());
    const memory result = to(tensors_.back(), {extents(network_.output()), f32, tag::nchw});
    stored_ = static_cast<const float*>(result.get_data_handle());
    run();  // weights are reordered here, for good
    steps_.erase(steps_.begin(), steps_.begin() + long(constants_));
  }
  static std::string version() {
    const auto* v = dnnl_version();
    return "oneDNN " + std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' +
           std::to_string(v->patch);
  }
  void run() {
    for (auto& next : steps_) next.primitive.execute(stream_, next.arguments);
    stream_.wait();
    std::copy_n(stored_, result_.size(), result_.data());
  }
  [[nodiscard]] std::span<const float> output_values() const { return result_; }

 private:
  struct step {
    dnnl::primitive primitive;
    std::unordered_map<int, memory> arguments;
  };

  static memory::dims extents(const peers::layer& l) { return {1, l.channels, l.height, l.width}; }
  static memory::desc any(const memory::dims& dims) { return {dims, f32, tag::any}; }

  /// The sum of a residual that a convolution can add itself onto, or null.
  [[nodiscard]] const peers::layer* sum_behind(const peers::layer& l) const {
    const int id = int(&l - network_.layers.data());
    const peers::layer* sum = nullptr;
    int readers = 0;
    for (const auto& reader : network_.layers) {
      readers += int(std::count(reader.from.begin(), reader.from.end(), id));
      if (reader.op == "add" && reader.from[1] == id && reader.from[0] < id) sum = &reader;
    }
    return readers > 1 || l.has_relu() || l.has_relu6() ? nullptr : sum;
  }

  /// The activation that follows a layer; before it, the result may be added to what is there.
  static dnnl::primitive_attr activation(const peers::layer& l, bool add = false) {
    dnnl::post_ops ops;
    if (add) ops.append_sum(1);
    if (l.has_relu()) ops.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
    if (l.has_relu6()) ops.append_eltwise(1, dnnl::algorithm::eltwise_clip, 0, 6);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(ops);
    return attributes;
  }

  /// `from` in another format, by a step of its own if it is not the same.
  memory to(const memory& from, const memory::desc& format, bool constant = false) {
    if (from.get_desc() == format) return from;
    memory made(format, engine_);
    step reorder{dnnl::reorder(from, made), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, made}}};
    steps_.insert(constant ? steps_.begin() + long(constants_++) : steps_.end(), reorder);
    return made;
  }
  memory constant(const std::vector<float>& values, const memory::dims& dims, tag order,
                  const memory::desc& format) {
    kept_.push_back(values);
    return to(memory({dims, f32, order}, engine_, kept_.back().data()), format, true);
  }
  static std::vector<float> bias_of(const peers::layer& l) { return {l.bias, l.bias + l.channels}; }

  /// Adds the step of a primitive with weights.
  template <class Primitive, class Descriptor>
  memory with_weights(const peers::layer& l, const Descriptor& chosen,
                      const std::vector<float>& weights, const memory::dims& dims, tag order,
                      const memory& out) {
    const memory in = to(tensors_[std::size_t(l.from[0])], chosen.src_desc());
    steps_.push_back(
        {Primitive(chosen),
         {{DNNL_ARG_SRC, in},
          {DNNL_ARG_WEIGHTS, constant(weights, dims, order, chosen.weights_desc())},
          {DNNL_ARG_BIAS, constant(bias_of(l), {l.channels}, tag::x, chosen.bias_desc())},
          {DNNL_ARG_DST, out}}});
    return out;
  }

  void define(const peers::layer& l) { tensors_.push_back(make(l)); }
  memory make(const peers::layer& l) {
    if (l.op == "input") {
      kept_.push_back(peers::planar(l.weights, l.height, l.width, l.channels));
      return {{extents(l), f32, tag::nchw}, engine_, kept_.back().data()};
    }
    const memory source = tensors_[std::size_t(l.from[0])];
    const auto& before = network_.source(l);
    const memory::dims in = extents(before), out = extents(l), channels{l.channels};
    if (l.op == "output") return source;
    if (l.op == "conv2d" || l.op == "depthwise2d") {
      const bool depthwise = l.op == "depthwise2d";
      memory::dims dims{l.channels, depthwise ? 1 : before.channels, l.kernel_height,
                        l.kernel_width};
      if (depthwise) dims.insert(dims.begin() + 1, 1);  // groups, out, in, taps
      const peers::layer* sum = sum_behind(l);
      const memory onto = sum != nullptr ? tensors_[std::size_t(sum->from[0])] : memory();
      const dnnl::convolution_forward::desc wanted(
          inference, dnnl::algorithm::convolution_direct, any(in), any(dims), any(channels),
          sum != nullptr ? onto.get_desc() : any(out), {l.stride_height, l.stride_width},
          {l.top, l.left}, {l.bottom, l.right});
      const dnnl::convolution_forward::primitive_desc chosen(
          wanted, sum != nullptr ? activation(*sum, true) : activation(l), engine_);
      return with_weights<dnnl::convolution_forward>(
          l, chosen, peers::out_in_taps(l, depthwise ? 1 : before.channels), dims,
          depthwise ? tag::goihw : tag::oihw,
          sum != nullptr ? onto : memory(chosen.dst_desc(), engine_));
    }
    if (l.op == "dense" && l.height == 1) {
      const memory::dims dims{l.channels, before.channels, 1, 1};
      const dnnl::inner_product_forward::desc wanted(inference, any(in), any(dims), any(channels),
                                                     any({1, l.channels}));
      const dnnl::inner_product_forward::primitive_desc chosen(wanted, activation(l), engine_);
      const memory flat = with_weights<dnnl::inner_product_forward>(
          l, chosen, {l.weights, l.weights + std::size_t(l.channels) * before.channels}, dims,
          tag::oihw, memory(chosen.dst_desc(), engine_));
      return {{out, f32, tag::nchw}, engine_, flat.get_data_handle()};
    }
    if (l.op == "add") {  // done by the convolution behind which it stands
      if (sum_behind(network_.source(l, 1)) != &l)
        throw std::runtime_error("a sum of other layers");
      return source;
    }
    if (l.op == "global_average_pool") {
      const dnnl::pooling_forward::desc wanted(
          inference, dnnl::algorithm::pooling_avg_exclude_padding, source.get_desc(), any(out),
          {1, 1}, {before.height, before.width}, {0, 0}, {0, 0});
      const dnnl::pooling_forward::primitive_desc chosen(wanted, engine_);
      const memory pooled(chosen.dst_desc(), engine_);
      steps_.push_back(
          {dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, pooled}}});
      return pooled;
    }
    if (l.op == "max_pool2d") {
      const dnnl::pooling_forward::desc wanted(
          inference, dnnl::algorithm::pooling_max, source.get_desc(), any(out),
          {l.stride_height, l.stride_width}, {l.kernel_height, l.kernel_width}, {l.top, l.left},
          {l.bottom, l.right});
      const dnnl::pooling_forward::primitive_desc chosen(wanted, engine_);
      const memory pooled(chosen.dst_desc(), engine_);
      steps_.push_back(
          {dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, pooled}}});
      return pooled;
    }
    if (l.op == "concat") {
      std::vector<memory::desc> formats;
      for (const int from : l.from) formats.push_back(tensors_[std::size_t(from)].get_desc());
      const dnnl::concat::primitive_desc chosen(1, formats, engine_);
      const memory made(chosen.dst_desc(), engine_);
      step join{dnnl::concat(chosen), {{DNNL_ARG_DST, made}}};
      for (std::size_t k = 0; k < l.from.size(); ++k) {
        join.arguments[DNNL_ARG_MULTIPLE_SRC + int(k)] = tensors_[std::size_t(l.from[k])];
      }
      steps_.push_back(join);
      return made;
    }
    if (l.op == "softmax") {
      const memory made(source.get_desc(), engine_);
      const dnnl::softmax_forward::desc wanted(inference, source.get_desc(), 1);
      steps_.push_back({dnnl::softmax_forward({wanted, engine_}),
                        {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, made}}});
      return made;
    }
    throw peers::unknown_layer(l.op);
  }

  peers::network network_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<std::vector<float>> kept_;
  std::vector<memory> tensors_;  // by layer
  std::vector<step> steps_;      // the first `constants_` prepare weights
  std::size_t constants_ = 0;
  std::vector<float> result_;
  const float* stored_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) { return peers::contest<onednn>(argc, argv); }
