// Random models.
#pragma once

#include <algorithm>
#include <numeric>
#include <support/dice.hpp>
#include <support/model.hpp>
#include <support/random_operations.hpp>
#include <utility>
#include <vector>

namespace xenos_test {

/// Builds one random model: chains, branches of unequal length, taps, several inputs and outputs.
class model_generator {
 public:
  model_generator(dice& d, xenos::dtype type) : d_(d), type_(type) {}

  model make() {
    add_input();
    const int wanted = d_.chance(20) ? d_.between(1, 4) : d_.between(4, 34);
    const int cuts = d_.chance(30) ? d_.between(2, 15) : 0;
    for (int tries = 0; tries < 60 && m_.records.count < wanted; ++tries) grow();
    add_outputs();
    for (int id = 0; id < m_.records.count; ++id)
      decorate(m_.records[id], cuts, heads_of(m_.operations[std::size_t(id)]));
    return std::move(m_);
  }

 private:
  static constexpr int spare = 6;  // records kept for outputs and adapters
  static constexpr std::int64_t most_macs = 100'000;

  [[nodiscard]] const xenos::shape& extent(int id) const { return m_.records[id].out; }

  /// A copy from or to the caller's buffer.
  [[nodiscard]] xenos::record port(const char* name, xenos::role kind) const {
    xenos::record node;
    node.name = name;
    node.kind = kind;
    node.map = xenos::mapping::reorganise;
    node.channelwise = node.column_cuts = true;
    node.channel_block = 1;
    node.type = type_;
    return node;
  }

  void add_input() {
    xenos::record node = port("input", xenos::role::input);
    node.out = {d_.extent(40), d_.extent(17), d_.extent(d_.chance(50) ? 4 : 17)};
    if (d_.chance(40)) node.out = {d_.extent(10), d_.between(24, 96), d_.extent(4)};
    node.steps = node.out.height;
    node.port = m_.inputs++;
    push(node, std::monostate{}, {});
  }

  int push(const xenos::record& node, any_operation op, const xenos::parameters& needs) {
    m_.operations.push_back(op);
    m_.weights.push_back({d_.bits() >> 1, needs});
    current_ = m_.records.push(node);
    return current_;
  }

  /// Appends an operation; -1 when it does not accept its inputs or makes the model too large.
  int append(const any_operation& any, const std::vector<int>& from) {
    if (m_.records.count >= model_capacity - spare) return -1;
    xenos::shapes in;
    for (const int id : from) {
      if (id < 0) return -1;
      in.push(extent(id));
    }
    return std::visit(
        [&](const auto& op) {
          if constexpr (xenos::operation<std::remove_cvref_t<decltype(op)>>) {
            if (xenos::check(op, in) != xenos::fault::none) return -1;
            const xenos::record node = xenos::describe(op, in, from.data(), type_);
            const std::int64_t work = std::max(node.macs, node.out.elements());
            if (macs_ + work > most_macs || node.out.height > 120) return -1;
            macs_ += work;
            return push(node, any, xenos::parameters_of(op, in));
          } else {
            return -1;
          }
        },
        any);
  }

  /// A window with `same` padding and the given stride.
  any_operation sliding(xenos::shape in, xenos::extent2 stride, int out, bool any_channels) {
    using namespace xenos;
    const extent2 kernel{d_.between(1, 5), d_.between(1, 3)};
    const extent2 dilation =
        d_.chance(20) ? extent2{d_.between(1, 3), d_.between(1, 2)} : extent2{};
    switch (any_channels ? d_.between(0, 3) : 0) {
      case 1: return depthwise{.kernel = kernel, .stride = stride, .dilation = dilation};
      case 2: return average_pool{.kernel = kernel, .stride = stride, .padding = same};
      case 3: return max_pool{.kernel = kernel, .stride = stride, .padding = same};
      default: break;
    }
    const int groups = d_.chance(20) ? std::gcd(in.channels, out) : 1;
    return conv{
        .out = out, .kernel = kernel, .stride = stride, .dilation = dilation, .groups = groups};
  }

  /// One stage that keeps rows and columns, and channels unless it may change them.
  int keep(int from, bool any_channels) {
    using namespace xenos;
    const shape in = extent(from);
    const int kind = d_.between(0, 9);
    if (kind <= 2) return append(activation_of(d_.between(0, 8)), {from});
    if (kind == 3 && d_.chance(60)) return append(batch_norm_attributes{}, {from});
    if (kind == 3 && d_.chance(60)) return append(prelu_attributes{}, {from});
    if (kind == 3 && d_.chance(40)) return append(decayed_sum{}, {from});
    if (kind == 3) return append(shuffled(d_, in), {from});
    if (kind == 4) return append(softmax_attributes{.beta = 0.5F}, {from});
    if (kind == 5) return around(from);
    const int out = any_channels ? d_.extent(17) : in.channels;
    return append(sliding(in, {}, out, !any_channels || d_.chance(50)), {from});
  }

  /// To another number of rows and back.
  int around(int from) {
    using namespace xenos;
    const shape in = extent(from);
    if (d_.chance(50)) {  // by a general reshape
      int id = append(reshape_to{reshaped(in)}, {from});
      if (id >= 0 && d_.chance(50)) id = fallback(keep(id, false), id);
      return append(reshape_to{in}, {id});
    }
    const int factor = d_.between(2, 3);
    int id = append(sliding(in, {factor, 1}, in.channels, true), {from});
    if (d_.chance(50)) id = fallback(keep(id < 0 ? from : id, false), id);
    id = append(upsample_rows{factor, d_.chance(40)}, {id});
    if (id < 0 || extent(id).height == in.height) return id;
    return append(crop_rows{0, in.height}, {id});
  }

  static int fallback(int id, int otherwise) { return id < 0 ? otherwise : id; }

  /// Another shape of as many elements.
  xenos::shape reshaped(xenos::shape in) {
    const auto all = static_cast<int>(in.elements());
    const auto divisor = [&](int of, int most) {
      for (int tries = 0; tries < 40; ++tries) {
        const int by = d_.between(1, std::min(of, most));
        if (of % by == 0) return by;
      }
      return 1;
    };
    const int height = divisor(all, 120);
    const int width = divisor(all / height, 17);
    return {height, width, all / height / width};
  }

  /// Any stage with one input.
  int unary(int from) {
    using namespace xenos;
    const shape in = extent(from);
    const extent2 kernel{d_.between(1, 5), d_.between(1, 4)};
    const extent2 stride{d_.between(1, 3), d_.between(1, 3)};
    const extent2 dilation =
        d_.chance(25) ? extent2{d_.between(1, 3), d_.between(1, 3)} : extent2{};
    switch (d_.between(0, 35)) {
      case 0:
      case 1:
      case 2:
        return append(conv{.out = d_.extent(17),
                           .kernel = kernel,
                           .stride = stride,
                           .dilation = dilation,
                           .padding = padding(d_)},
                      {from});
      case 3: {
        const int groups = d_.chance(50) ? in.channels : std::gcd(in.channels, 12);
        return append(conv{.out = groups * d_.between(1, 2),
                           .kernel = kernel,
                           .stride = stride,
                           .dilation = dilation,
                           .groups = groups,
                           .padding = padding(d_)},
                      {from});
      }
      case 4:
      case 5:
        return append(depthwise{.kernel = kernel,
                                .stride = stride,
                                .dilation = dilation,
                                .multiplier = d_.chance(25) ? d_.between(1, 3) : 1,
                                .padding = padding(d_)},
                      {from});
      case 6:
        return append(average_pool{.kernel = kernel, .stride = stride, .padding = padding(d_)},
                      {from});
      case 7:
        return append(max_pool{.kernel = kernel, .stride = stride, .padding = padding(d_)}, {from});
      case 8:
        return append(
            zero_pad{d_.between(0, 3), d_.between(0, 3), d_.between(0, 2), d_.between(0, 2)},
            {from});
      case 9: return append(reshape_to{reshaped(in)}, {from});
      case 10: {
        if (d_.chance(70)) return -1;  // they end the rows: not too often
        if (d_.chance(50)) return append(flatten_all{}, {from});
        return append(reshape_to{vector(static_cast<int>(in.elements()))}, {from});
      }
      case 11:
        if (d_.chance(70)) return -1;  // they end the rows: not too often
        if (d_.chance(50)) return append(global_pool<pooling::average>{}, {from});
        return append(global_pool<pooling::maximum>{}, {from});
      case 12: {
        const int pixels =
            in.width == 1 ? from : append(reshape_to{sequence(in.height, in.row())}, {from});
        return append(fc{.out = d_.extent(17)}, {pixels});
      }
      case 28:
      case 29: return recurrent(from);
      case 34: return attention(from);
      case 35: return product(from);
      case 13: return d_.chance(40) ? append(turned(d_), {from}) : -1;
      case 14: {
        const int rows = d_.between(1, in.height);
        return append(crop_rows{d_.between(0, in.height - rows), rows}, {from});
      }
      case 15: return append(upsample_rows{d_.between(2, 3), d_.chance(50)}, {from});
      case 16: return append(concat_channels{}, {from});
      case 17: return append(shuffled(d_, in), {from});
      case 18:
      case 19: return append(sliced(d_, in), {from});
      case 20: {
        const int of = std::gcd(in.channels, d_.between(2, 6));
        return append(channel_part{d_.between(0, of - 1), of}, {from});
      }
      case 21:
      case 22: return append(upsampled(d_), {from});
      case 23:
      case 24: return append(transposed(d_, in), {from});
      case 25:
      case 26:
      case 27: return append(reduced(d_), {from});
      default: return keep(from, true);
    }
  }

  int recurrent(int from) {
    using namespace xenos;
    const shape in = extent(from);
    const int steps =
        in.width == 1 ? from : append(reshape_to{sequence(in.height, in.row())}, {from});
    if (d_.chance(50)) return append(lstm_attributes{.hidden = d_.between(1, 9)}, {steps});
    return append(gru_attributes{.hidden = d_.between(1, 9), .reset_after = d_.chance(50)},
                  {steps});
  }

  /// Queries, keys and values of one sequence, or keys and values of a part of it.
  int attention(int from) {
    using namespace xenos;
    const shape in = extent(from);
    const int steps =
        in.width == 1 ? from : append(reshape_to{sequence(in.height, in.row())}, {from});
    if (steps < 0) return -1;
    attention_attributes op{.heads = d_.between(1, 3), .causal = d_.chance(60)};
    if (op.causal && d_.chance(60)) op.window = d_.between(1, in.height);
    const int queries = append(fc{.out = op.heads * d_.between(1, 4)}, {steps});
    if (queries < 0) return -1;
    const int keys = op.causal || d_.chance(50)
                         ? steps
                         : append(crop_rows{0, d_.between(1, in.height)}, {steps});
    std::vector<int> all{queries, append(fc{.out = extent(queries).channels}, {keys}),
                         append(fc{.out = op.heads * d_.between(1, 4)}, {keys})};
    op.mask = d_.chance(30);
    if (op.mask) {
      const int row = append(fc{.out = extent(keys).height}, {steps});
      all.push_back(row < 0 || d_.chance(50) ? row : append(crop_rows{0, 1}, {row}));
    }
    return append(op, all);
  }

  /// A matrix times itself, transposed on either side.
  int product(int from) {
    const bool left = d_.chance(50);
    return append(xenos::matmul_attributes{.transpose_a = left, .transpose_b = !left},
                  {from, d_.chance(50) ? from : fallback(keep(from, false), from)});
  }

  /// Branches of unequal length from one tensor (or several) that meet in a join.
  int branches() {
    using namespace xenos;
    const int source = any_tensor();
    const int count = d_.between(2, 4);
    const bool split = extent(source).channels % count == 0 && d_.chance(30);
    shape in = extent(source);
    if (split) in.channels /= count;
    const bool concat = d_.chance(35);
    const bool reduce = d_.chance(40);
    const extent2 stride = reduce ? extent2{d_.between(1, 3), d_.between(1, 2)} : extent2{};
    const int out = reduce ? d_.extent(17) : in.channels;
    std::vector<int> ends;
    for (int b = 0; b < count; ++b) {
      int id = split ? append(channel_part{b, count}, {source}) : source;
      if (id < 0) return -1;
      const int before = b > 0 ? d_.between(0, 2) : 0;
      for (int k = 0; k < before; ++k) id = fallback(keep(id, false), id);
      if (reduce) id = append(sliding(in, stride, out, in.channels == out), {id});
      if (id < 0) return -1;
      const int after = d_.between(0, b == 0 ? 1 : 3);
      for (int k = 0; k < after; ++k) id = fallback(keep(id, false), id);
      ends.push_back(id);
    }
    for (std::size_t k = ends.size(); k > 1; --k) {
      std::swap(ends[k - 1],
                ends[static_cast<std::size_t>(d_.between(0, static_cast<int>(k) - 1))]);
    }
    if (concat) return append(concat_channels{}, ends);
    return append(random_join(), ends);
  }

  any_operation random_join() {
    if (d_.chance(60)) return xenos::elementwise<xenos::join::add>{};
    return xenos::elementwise<xenos::join::mul>{};
  }

  /// A long edge from any earlier tensor into the current one.
  int skip() {
    using namespace xenos;
    const int now = current_;
    const shape want = extent(now);
    int id = any_tensor();
    if (d_.chance(50)) {  // one that fits as it is, if there is one
      for (int tries = 0; tries < 20 && extent(id) != want; ++tries) id = any_tensor();
    }
    id = adapt(id, want);
    if (id < 0) return -1;
    std::vector<int> ends{id, now};
    if (d_.chance(50)) std::swap(ends[0], ends[1]);
    for (int tries = 0; tries < 6 && ends.size() < 4; ++tries) {  // further streams as they fit
      const int other = d_.between(0, m_.records.count - 1);
      if (extent(other) == want) ends.push_back(other);
    }
    if (extent(id) == want && d_.chance(70)) return append(random_join(), ends);
    return append(concat_channels{}, ends);
  }

  /// `from` with the rows and columns of `want`, by stride, padding or cropping.
  int adapt(int from, xenos::shape want) {
    using namespace xenos;
    const auto stride = [](int in, int out) {
      for (int s = 1; s <= in; ++s) {
        if (ceil_div(in, s) == out) return s;
      }
      return 0;
    };
    int id = from;
    if (extent(id) == want) return id;
    const shape in = extent(id);
    if (in.height < want.height || in.width < want.width) {
      const int rows = std::max(want.height - in.height, 0);
      const int columns = std::max(want.width - in.width, 0);
      const int top = d_.between(0, rows);
      const int left = d_.between(0, columns);
      id = append(zero_pad{top, rows - top, left, columns - left}, {id});
      if (id < 0) return -1;
    }
    int down = stride(extent(id).height, want.height);
    if (down == 0) {
      const int more = extent(id).height - want.height;
      id = append(crop_rows{d_.between(0, more), want.height}, {id});
      down = 1;
    }
    if (id < 0) return -1;
    const int right = stride(extent(id).width, want.width);
    if (right == 0) {
      const int kernel = extent(id).width - want.width + 1;
      return append(conv{.out = want.channels,
                         .kernel = {1, kernel},
                         .stride = {down, 1},
                         .padding = pads(0, 0, 0, 0)},
                    {id});
    }
    if (extent(id) == want) return id;
    return append(sliding(extent(id), {down, right}, want.channels, false), {id});
  }

  int any_tensor() { return d_.chance(65) ? current_ : d_.between(0, m_.records.count - 1); }

  void grow() {
    const int kind = d_.between(1, 100);
    if (kind <= 4 && m_.inputs < 3) {
      const int before = current_;
      add_input();
      if (d_.chance(50)) current_ = before;
    } else if (kind <= 22) {
      branches();
    } else if (kind <= 38) {
      skip();
    } else if (kind <= 45) {
      current_ = any_tensor();  // a new head
    } else {
      unary(current_);
    }
  }

  void add_outputs() {
    std::vector<int> ends;
    bool used[model_capacity] = {};
    const int count = m_.records.count;
    for (int id = 0; id < count; ++id) {
      for (int k = 0; k < m_.records[id].inputs; ++k) used[m_.records[id].from[k]] = true;
    }
    for (int id = count - 1; id >= 0 && ends.size() < 4; --id) {
      if (!used[id] && (ends.empty() || d_.chance(90))) ends.push_back(id);
    }
    while (ends.size() < 4 && d_.chance(12)) ends.push_back(d_.between(0, count - 1));
    for (const int id : ends) {
      xenos::record node = port("output", xenos::role::output);
      node.reads[0] = xenos::identity_access;
      node.out = extent(id);
      node.steps = node.out.height;
      node.port = m_.outputs++;
      node.inputs = 1;
      node.from[0] = id;
      push(node, std::monostate{}, {});
    }
  }

  static int heads_of(const any_operation& any) {
    const auto* op = std::get_if<xenos::attention_attributes>(&any);
    return op != nullptr ? op->heads : 0;
  }
  void decorate(xenos::record& node, int cuts, int heads) {
    if (node.kind != xenos::role::operation) return;
    node.cut_after = d_.chance(cuts);
    node.takes_epilogue = d_.chance(95);
    if (d_.chance(50)) node.parameter_bytes = d_.bytes(4, d_.chance(99) ? 500 : 200'000);
    if (d_.chance(15)) node.temporary_bytes = d_.bytes(1, 2'000);
    if (node.sequential && d_.chance(90)) node.state_bytes = d_.bytes(4, 2'000);
    node.block_rows = d_.chance(70) ? 1 : d_.between(2, 4);
    node.column_cuts = d_.chance(90);
    node.channel_block = d_.chance(85) ? 1 << d_.between(0, node.channelwise ? 2 : 4) : 0;
    if (heads > 0) node.channel_block = d_.chance(85) ? node.out.channels / heads : 0;
    if (node.channel_block > 0 && node.parameter_bytes > 0 && d_.chance(75)) {
      const int padded =
          (node.out.channels + node.channel_block - 1) / node.channel_block * node.channel_block;
      const bool cut = !node.accumulates && !node.sequential && d_.chance(85);  // sums
      const int values = cut ? d_.between(3, d_.chance(95) ? 90 : 1000) : d_.between(1, 20);
      node.channel_bytes = 4 * values;
      node.parameter_bytes = node.channel_bytes * padded;
      if (!cut) return;
      node.terms = d_.between(2, values - 1);
      node.term_bytes = 4 * ((values - 1) / node.terms) * node.channel_block;  // some unused
      node.sum_bytes = 4 * node.channel_block;
      node.end_bytes = node.sum_bytes * d_.between(1, 3);
    }
  }

  dice& d_;
  xenos::dtype type_;
  model m_;
  int current_ = 0;
  std::int64_t macs_ = 0;
};

/// A random model. Only one of floats can be executed.
inline model random_model(dice& d, bool floats) {
  using xenos::dtype;
  const int kind = d.between(1, 100);
  const dtype type = floats || kind <= 70 ? dtype::f32 : kind <= 85 ? dtype::i8 : dtype::i16;
  return model_generator(d, type).make();
}

}  // namespace xenos_test
