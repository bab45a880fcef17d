// A model made at run time: records with their operations, and what each computes by definition.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <support/user_operations.hpp>
#include <variant>
#include <vector>
#include <xenos/core/graph.hpp>
#include <xenos/core/range.hpp>
#include <xenos/ops/activation.hpp>
#include <xenos/ops/attention.hpp>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/definition.hpp>
#include <xenos/ops/dense.hpp>
#include <xenos/ops/elementwise.hpp>
#include <xenos/ops/matmul.hpp>
#include <xenos/ops/pool.hpp>
#include <xenos/ops/recurrent.hpp>
#include <xenos/ops/reduce.hpp>
#include <xenos/ops/reorganise.hpp>
#include <xenos/ops/shuffle.hpp>
#include <xenos/ops/slice.hpp>
#include <xenos/ops/softmax.hpp>
#include <xenos/ops/transposed_conv.hpp>
#include <xenos/ops/upsample.hpp>

namespace xenos_test {

/// monostate: an input or output.
using any_operation = std::variant<
    std::monostate, xenos::conv, xenos::depthwise, xenos::fc, xenos::average_pool, xenos::max_pool,
    xenos::global_pool<xenos::pooling::average>, xenos::global_pool<xenos::pooling::maximum>,
    xenos::activation<xenos::function::relu>, xenos::activation<xenos::function::relu6>,
    xenos::activation<xenos::function::relu_n1_to_1>,
    xenos::activation<xenos::function::leaky_relu>, xenos::activation<xenos::function::sigmoid>,
    xenos::activation<xenos::function::tanh>, xenos::activation<xenos::function::hard_swish>,
    xenos::activation<xenos::function::gelu>, xenos::activation<xenos::function::gelu_tanh>,
    xenos::elementwise<xenos::join::add>, xenos::elementwise<xenos::join::mul>,
    xenos::concat_channels, xenos::zero_pad, xenos::reshape_to, xenos::flatten_all,
    xenos::softmax_attributes, xenos::batch_norm_attributes, xenos::prelu_attributes, xenos::slice,
    xenos::channel_part, xenos::channel_shuffle, xenos::transpose, xenos::nearest, xenos::bilinear,
    xenos::transposed_conv, xenos::reduce<xenos::reduction::sum>,
    xenos::reduce<xenos::reduction::mean>, xenos::reduce<xenos::reduction::max>,
    xenos::reduce<xenos::reduction::min>, xenos::reduce<xenos::reduction::prod>,
    xenos::lstm_attributes, xenos::gru_attributes, xenos::attention_attributes,
    xenos::matmul_attributes, crop_rows, upsample_rows, decayed_sum>;

inline constexpr int operation_kinds = static_cast<int>(std::variant_size_v<any_operation>);

/// The activations, 0 to 8.
inline any_operation activation_of(int kind) {
  using namespace xenos;
  switch (kind) {
    case 0: return activation<function::relu>{};
    case 1: return activation<function::relu6>{};
    case 2: return activation<function::relu_n1_to_1>{};
    case 3: return activation<function::leaky_relu>{0.125F};
    case 4: return activation<function::sigmoid>{};
    case 5: return activation<function::tanh>{};
    case 6: return activation<function::hard_swish>{};
    case 7: return activation<function::gelu>{};
    default: return activation<function::gelu_tanh>{};
  }
}

/// The reductions, 0 to 4.
inline any_operation reduction_of(int kind, bool rows, bool columns, bool channels) {
  using namespace xenos;
  switch (kind) {
    case 0: return reduce<reduction::sum>{rows, columns, channels};
    case 1: return reduce<reduction::mean>{rows, columns, channels};
    case 2: return reduce<reduction::max>{rows, columns, channels};
    case 3: return reduce<reduction::min>{rows, columns, channels};
    default: return reduce<reduction::prod>{rows, columns, channels};
  }
}

/// Weights without storage: each value is a hash of its position, of about unit gain in sums.
struct random_view {
  std::uint64_t seed = 0;
  xenos::filter extents{};
  float offset = 0;  // added to values in [-1, 1]
  float scale = 1;

  float operator()(int o, int h = 0, int w = 0, int i = 0) const {
    const bool inside = o >= 0 && o < extents.out && h >= 0 && h < extents.height && w >= 0 &&
                        w < extents.width && i >= 0 && i < extents.in;
    if (!inside) throw std::out_of_range("a definition reads beyond its weights");
    const std::int64_t at =
        ((std::int64_t{o} * extents.height + h) * extents.width + w) * extents.in + i;
    std::uint64_t x = (seed + static_cast<std::uint64_t>(at)) * 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9U;
    x ^= x >> 32;
    return scale * (offset + (static_cast<float>(x & 0xffffU) / 32768.0F - 1.0F));
  }
};

struct random_weights {
  std::uint64_t seed = 0;
  xenos::parameters needs{};

  template <int K>
  [[nodiscard]] random_view get() const {
    const xenos::filter extents = needs.at[K];
    const auto sum = static_cast<float>(extents.elements() / extents.out);
    const bool variance = needs.count == 4 && K == 3 && needs.at[0] == needs.at[3];
    return {seed + 1000003U * K, extents, variance ? 1.5F : 0.0F, 1.7F / std::sqrt(sum)};
  }
};

/// Capacity of graphs made at run time.
inline constexpr int model_capacity = 48;

struct model {
  xenos::graph<model_capacity> records{};
  std::vector<any_operation> operations{};  // by record
  std::vector<random_weights> weights{};    // by record
  int inputs = 0;
  int outputs = 0;

  [[nodiscard]] xenos::shapes extents(int id) const {
    xenos::shapes in;
    for (int k = 0; k < records[id].inputs; ++k) in.push(records[records[id].from[k]].out);
    return in;
  }
};

/// Where a definition gets its elements from.
struct element_source {
  virtual ~element_source() = default;
  [[nodiscard]] virtual float read(int input, int y, int x, int c) const = 0;
};

/// A source in the form that definitions ask for.
struct operands {
  using value_type = float;
  const element_source& source;
  const xenos::shapes& extents;

  float operator()(int input, int y, int x, int c) const { return source.read(input, y, x, c); }
  [[nodiscard]] xenos::shape extent(int input) const { return extents[input]; }
};

/// The columns and channels of a row that somebody computes.
struct row_part {
  xenos::range columns;
  xenos::range channels;
};
inline row_part whole_row(xenos::shape out) { return {{0, out.width}, {0, out.channels}}; }

using row_values = std::vector<float>;
using tensor_values = std::vector<float>;

namespace detail {

// Never inlined: the reference and the interpreter run the same instructions, so that their results
// are equal to the last bit whatever the compiler contracts.
template <class Op>
[[gnu::noinline]] void define_row(const Op& op, const operands& in, const random_weights& weights,
                                  xenos::shape out, const row_part& part, int y, float* row) {
  for (int x = part.columns.first; x < part.columns.end; ++x) {
    for (int c = part.channels.first; c < part.channels.end; ++c) {
      row[x * out.channels + c] =
          static_cast<float>(xenos::define(op, in, weights, in.extents, y, x, c));
    }
  }
}

template <class Op>
[[gnu::noinline]] void define_step(const Op& op, const operands& in, const random_weights& weights,
                                   int y, std::vector<double>& state, row_values& row) {
  std::vector<double> wide(row.size());
  if (y == 0) state.assign(static_cast<std::size_t>(op.carried(in.extents)), 0);
  op.step(in, weights, y, state.data(), wide.data());
  std::copy(wide.begin(), wide.end(), row.begin());
}

}  // namespace detail

/// Part of row `y` of record `id`, an operation or output, rounded to float; the rest is NaN. A
/// sequential operation makes whole rows, in order, and keeps what it carries in `state`.
inline row_values define_row(const model& m, int id, const element_source& source, int y,
                             const row_part& part, std::vector<double>& state) {
  const xenos::shape out = m.records[id].out;
  const xenos::shapes extents = m.extents(id);
  row_values row(static_cast<std::size_t>(out.row()), std::numeric_limits<float>::quiet_NaN());
  const auto define = [&](const auto& op) {
    using type = std::remove_cvref_t<decltype(op)>;
    if constexpr (xenos::sequential_operation<type>) {
      detail::define_step(op, {source, extents}, m.weights[static_cast<std::size_t>(id)], y, state,
                          row);
    } else if constexpr (xenos::operation<type>) {
      detail::define_row(op, {source, extents}, m.weights[static_cast<std::size_t>(id)], out, part,
                         y, row.data());
    } else {
      for (int x = part.columns.first; x < part.columns.end; ++x) {
        for (int c = part.channels.first; c < part.channels.end; ++c) {
          row[static_cast<std::size_t>(x * out.channels + c)] = source.read(0, y, x, c);
        }
      }
    }
  };
  std::visit(define, m.operations[static_cast<std::size_t>(id)]);
  return row;
}

/// All tensors of the model, layer by layer: the reference for every plan.
inline std::vector<tensor_values> run_layers(const model& m,
                                             const std::vector<tensor_values>& inputs) {
  struct layer_source : element_source {
    const std::vector<tensor_values>* tensors;
    const xenos::record* node;
    const model* m;
    [[nodiscard]] float read(int input, int y, int x, int c) const override {
      const int from = node->from[input];
      const xenos::shape extent = m->records[from].out;
      return (*tensors)[static_cast<std::size_t>(from)].at(
          static_cast<std::size_t>((y * extent.width + x) * extent.channels + c));
    }
  };
  std::vector<tensor_values> tensors(static_cast<std::size_t>(m.records.count));
  for (int id = 0; id < m.records.count; ++id) {
    const xenos::record& node = m.records[id];
    tensor_values& out = tensors[static_cast<std::size_t>(id)];
    if (node.kind == xenos::role::input) {
      out = inputs[static_cast<std::size_t>(node.port)];
      continue;
    }
    layer_source source;
    source.tensors = &tensors;
    source.node = &node;
    source.m = &m;
    std::vector<double> state;
    for (int y = 0; y < node.out.height; ++y) {
      const row_values row = define_row(m, id, source, y, whole_row(node.out), state);
      out.insert(out.end(), row.begin(), row.end());
    }
  }
  return tensors;
}

}  // namespace xenos_test
