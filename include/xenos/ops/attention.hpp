// Attention over sequences {steps, 1, features}.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/bytes.hpp>
#include <xenos/core/element.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/core/math.hpp>
#include <xenos/ops/operation.hpp>

#include <limits>

namespace xenos::inline XENOS_ABI {

/// Scaled dot-product attention of several heads. Streams: queries {steps, 1, heads * d}, keys
/// {keys, 1, heads * d}, values {keys, 1, heads * e}, and optionally a mask. Output
/// {steps, 1, heads * e}: for each head, with the channels that it has of each stream,
///   out(y) = sum over k of p(y, k) * value(k), p(y, .) = softmax(scale * query(y) . key(.) + mask)
/// The mask is added to the scores of all heads: {steps, 1, keys}, or {1, 1, keys} for all queries
/// alike, which a padding mask is: 0 for keys that count, -infinity for others. A query that no key
/// is left for gets zeros. NaN propagates.
///
/// `causal`: query y sees keys up to y, of which there are as many, the last `window` of them if it
/// is given. Then the stage takes keys and values as they come, and with a window it runs live: a
/// stream keeps the last `window` keys and values. Else keys and values are read whole. Queries
/// come row by row in any case. Reference: "Attention is all you need", 3.2; ONNX Attention-23.
struct attention_attributes {
  int heads = 1;
  bool causal = false;
  int window = 0;     // keys that a query of causal attention sees at most; 0: all
  bool mask = false;  // whether there is a fourth stream
  float scale = 0;    // 0: 1 / sqrt(d)

  static constexpr const char* name = "attention";
  static constexpr mapping map = mapping::many_to_many;
  static constexpr int arity = 0;

  [[nodiscard]] constexpr fault check(const shapes& in) const {
    if (in.count != streams()) return fault::wrong_stream_count;
    if (heads < 1 || window < 0 || (window > 0 && !causal)) return fault::bad_attribute;
    for (int i = 0; i < in.count; ++i) {
      if (in[i].width != 1) return fault::needs_sequence;
      if (i < 3 && in[i].channels % heads != 0) return fault::heads_do_not_divide;
    }
    bool fit = in[0].channels == in[1].channels && in[1].height == in[2].height;
    if (causal) fit = fit && in[0].height == in[1].height;
    if (mask) {
      fit = fit && in[3].channels == in[1].height &&
            (in[3].height == 1 || in[3].height == in[0].height);
    }
    return fit ? fault::none : fault::attention_extents_differ;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {in[0].height, 1, in[2].channels};
  }
  /// The most keys that a query sees.
  [[nodiscard]] constexpr int seen(const shapes& in) const {
    return window > 0 ? min_of(window, in[1].height) : in[1].height;
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int input) const {
    if (input == 0 || (input == 3 && in[3].height > 1)) return identity_access;
    if (input == 3 || !causal) return {.rows = all_rows(in[input].height)};
    return {.rows = {.reach = seen(in), .offset = 1 - seen(in)}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const {
    const std::int64_t keys = causal && window == 0 ? (seen(in) + 1) / 2 : seen(in);
    return keys * (in[0].elements() + output(in).elements());
  }
  /// By heads, which shares of channels are whole numbers of.
  [[nodiscard]] constexpr bool channelwise(const shapes& in) const {
    return !mask && in[0].channels == in[2].channels;
  }
  [[nodiscard]] constexpr double scale_of(const shapes& in) const {
    const int channels = in[0].channels / heads;
    return scale != 0 ? double(scale) : 1 / math::square_root(channels);
  }

  template <class In, class Weights>
  auto at(const In& in, const Weights&, int y, int, int c) const {
    using value = reference_of<typename In::value_type>;
    using std::exp;
    shapes extents;
    extents.push(in.extent(0));
    extents.push(in.extent(1));
    const int of_head = extents[0].channels / heads;
    const int first = c / (in.extent(2).channels / heads) * of_head;
    const int end = causal ? y + 1 : extents[1].height;
    const int begin = window > 0 ? max_of(end - window, 0) : 0;
    const auto score = [&](int key) {
      value sum = 0;
      for (int i = first; i < first + of_head; ++i) {
        sum += value(in(0, y, 0, i)) * value(in(1, key, 0, i));
      }
      sum *= value(scale_of(extents));
      return masked(in, sum, y, key);
    };
    value largest = std::numeric_limits<typename In::value_type>::lowest();
    for (int key = begin; key < end; ++key) largest = max_of(largest, score(key));
    value weights = 0;
    value sum = 0;
    for (int key = begin; key < end; ++key) {
      const value weight = exp(score(key) - largest);
      weights += weight;
      sum += weight * value(in(2, key, 0, c));
    }
    return weights != 0 ? sum / weights : value(0);
  }
  friend constexpr bool operator==(const attention_attributes&,
                                   const attention_attributes&) = default;

 private:
  [[nodiscard]] constexpr int streams() const { return mask ? 4 : 3; }
  template <class In, class Value>
  [[nodiscard]] constexpr Value masked(const In& in, Value score, int y, int key) const {
    if (!mask) return score;
    return score + Value(in(3, in.extent(3).height == 1 ? 0 : y, 0, key));
  }
};

}  // namespace xenos::inline XENOS_ABI
