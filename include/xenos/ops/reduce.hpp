// Reductions over rows, columns and channels.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/element.hpp>
#include <xenos/ops/operation.hpp>
#include <xenos/ops/quantised_reduce.hpp>
#include <xenos/ops/reduction.hpp>

namespace xenos::inline XENOS_ABI {

/// SUM, MEAN, REDUCE_MAX, REDUCE_MIN and REDUCE_PROD over the axes that are true, which are kept
/// with extent 1. Over rows it accumulates row by row. Of integers a minimum or maximum keeps its
/// quantisation; a sum has `to`, a mean too or what its stream has, see `quantised_reduce`.
/// Reference: tflite reference_ops ReduceGeneric, Mean.
template <reduction Kind>
struct reduce {
  bool rows = false;
  bool columns = false;
  bool channels = false;
  quantisation to{};

  static constexpr reduction kind = Kind;
  static constexpr const char* names[5] = {"sum", "mean", "reduce_max", "reduce_min",
                                           "reduce_prod"};
  static constexpr const char* name = names[static_cast<int>(Kind)];
  static constexpr mapping map = mapping::many_to_many;

  static constexpr bool keeps_quantisation = Kind == reduction::max || Kind == reduction::min;
  [[nodiscard]] constexpr quantised_reduce<Kind> integer_form(const shapes& in,
                                                              const quantisations& q) const
      requires(Kind == reduction::sum || Kind == reduction::mean) {
    const bool kept = Kind == reduction::mean && !to.given();
    quantised_reduce<Kind> form{rows, columns, channels};
    form.to = {kept ? q[0].scale : to.scale, kept ? q[0].zero_point : to.zero_point, q[0].round};
    if (!form.to.given()) return form;
    form.zero_sum = static_cast<std::int32_t>(q[0].zero_point * elements(in));
    form.factor = make_factor(double(q[0].scale) / double(form.to.scale), form.to.round);
    if (Kind == reduction::mean) form.factor = divided_by(form.factor, elements(in));
    return form;
  }
  [[nodiscard]] constexpr quantised_reduce<Kind> wide_form(const shapes& in,
                                                           const quantisations& q) const
      requires(Kind == reduction::sum || Kind == reduction::mean) {
    quantised_reduce<Kind> form = integer_form(in, q);
    form.type = q.type;
    return form;
  }

  [[nodiscard]] constexpr fault check(const shapes&) const {
    return keeps_quantisation && to.given() ? fault::quantisation_unused : fault::none;
  }
  [[nodiscard]] constexpr shape output(const shapes& in) const {
    return {rows ? 1 : in[0].height, columns ? 1 : in[0].width, channels ? 1 : in[0].channels};
  }
  [[nodiscard]] constexpr access reads(const shapes& in, int) const {
    return {window{rows ? in[0].height : 1}, 0, 0, false, window{columns ? in[0].width : 1}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const shapes& in) const { return in[0].elements(); }
  [[nodiscard]] constexpr bool channelwise(const shapes&) const { return !channels; }
  [[nodiscard]] constexpr bool accumulates(const shapes& in) const {
    return rows && in[0].height > 1;
  }
  /// The number of elements that become one.
  [[nodiscard]] constexpr std::int64_t elements(const shapes& in) const {
    return in[0].elements() / output(in).elements();
  }

  template <class Sum>
  [[nodiscard]] static constexpr Sum start() {
    return start_of<Kind, Sum>();
  }
  /// Adds what output element (.., x, c) reads of input row `row`.
  template <class Sum, class In, class Weights>
  constexpr Sum accumulate(Sum sum, const In& in, const Weights&, int row, int x, int c) const {
    const shape extent = in.extent(0);
    for (int w = columns ? 0 : x; w < (columns ? extent.width : x + 1); ++w) {
      for (int i = channels ? 0 : c; i < (channels ? extent.channels : c + 1); ++i) {
        sum = combine<Kind>(sum, Sum(in(0, row, w, i)));
      }
    }
    return sum;
  }
  template <class Sum>
  constexpr Sum finish(Sum sum, const shapes& in, int, int) const {
    return Kind == reduction::mean ? sum / static_cast<Sum>(elements(in)) : sum;
  }

  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    const shape extent = in.extent(0);
    auto sum = start<reference_of<typename In::value_type>>();
    for (int row = rows ? 0 : y; row < (rows ? extent.height : y + 1); ++row) {
      sum = accumulate(sum, in, weights, row, x, c);
    }
    return finish(sum, extent, y, x);
  }
  friend constexpr bool operator==(const reduce&, const reduce&) = default;
};

/// Whether Op is a reduction, of whichever kind.
template <class Op>
inline constexpr bool is_reduce = false;
template <reduction Kind>
inline constexpr bool is_reduce<reduce<Kind>> = true;

}  // namespace xenos::inline XENOS_ABI
