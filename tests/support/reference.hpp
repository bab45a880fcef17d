// A linked program run layer by layer through the scalar definitions: what every plan and kernel is
// compared with.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>
#include <span>
#include <sstream>
#include <string>
#include <vector>
#include <xenos/exec/serial.hpp>
#include <xenos/model/link.hpp>
#include <xenos/ops/definition.hpp>

namespace xenos_test {

using tensor = std::vector<double>;
using buffers = std::vector<std::vector<float>>;

/// What a definition reads: whole tensors, every access inside the image or the program ends.
struct tensor_reader {
  using value_type = float;
  const tensor* in[xenos::max_streams] = {};
  xenos::shapes extents{};

  [[nodiscard]] xenos::shape extent(int input) const { return extents[input]; }
  double operator()(int input, int y, int x, int c) const {
    const xenos::shape s = extents[input];
    const bool inside = y >= 0 && y < s.height && x >= 0 && x < s.width && c >= 0 && c < s.channels;
    XENOS_CHECK(inside);
    return (*in[input])[(std::size_t(y) * s.width + x) * s.channels + c];
  }
};

namespace detail {

template <xenos::sequential_operation Op, class Views>
tensor define_sequence(const Op& op, const tensor_reader& in, const Views& views) {
  const xenos::shape out = xenos::output_of(op, in.extents);
  tensor values(static_cast<std::size_t>(out.elements()));
  tensor state(static_cast<std::size_t>(op.carried(in.extents)));
  for (int y = 0; y < out.height; ++y) {
    op.step(in, views, y, state.data(), values.data() + std::ptrdiff_t{y} * out.row());
  }
  return values;
}

template <class Op, class Views>
tensor define_tensor(const Op& op, const tensor_reader& in, const Views& views) {
  const xenos::shape out = xenos::output_of(op, in.extents);
  tensor values;
  values.reserve(static_cast<std::size_t>(out.elements()));
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int c = 0; c < out.channels; ++c) {
        double value = 0;
        if constexpr (xenos::accumulating_operation<Op>) {
          if (op.accumulates(in.extents)) {
            value = op.template start<double>();
            for (int row = 0; row < in.extents[0].height; ++row) {
              value = op.accumulate(value, in, views, row, x, c);
            }
            values.push_back(op.finish(value, in.extents, 0, x));
            continue;
          }
        }
        value = xenos::define(op, in, views, in.extents, y, x, c);
        values.push_back(value);
      }
    }
  }
  return values;
}

template <class Net, int Id>
void define_record(const Net& net, const buffers& inputs, std::vector<tensor>& tensors) {
  using traits = xenos::detail::node_traits<typename Net::template node_of<Id>>;
  const xenos::record& r = Net::records[Id];
  if constexpr (traits::computes) {
    tensor_reader in;
    for (int k = 0; k < r.inputs; ++k) {
      in.in[k] = &tensors[static_cast<std::size_t>(r.from[k])];
      in.extents.push(Net::records[r.from[k]].out);
    }
    const auto& views = net.template record_views<Id>();
    if constexpr (xenos::sequential_operation<std::remove_cvref_t<decltype(traits::op)>>) {
      tensors.push_back(define_sequence(traits::op, in, views));
    } else {
      tensors.push_back(define_tensor(traits::op, in, views));
    }
  } else if (r.kind == xenos::role::input) {
    const auto& given = inputs.at(static_cast<std::size_t>(r.port));
    tensors.emplace_back(given.begin(), given.end());
  } else {
    const tensor copy = tensors[static_cast<std::size_t>(r.from[0])];
    tensors.push_back(copy);
  }
}

template <class Net, int... Ids>
std::vector<tensor> define_all(const Net& net, const buffers& inputs,
                               std::integer_sequence<int, Ids...>) {
  std::vector<tensor> tensors;
  (define_record<Net, Ids>(net, inputs, tensors), ...);
  return tensors;
}

}  // namespace detail

/// The tensors of all records of `net`, in double throughout.
template <class Net>
std::vector<tensor> run_reference(const Net& net, const buffers& inputs) {
  return detail::define_all(net, inputs, std::make_integer_sequence<int, Net::size>{});
}

/// The reference tensors of the outputs, by port.
template <class Net>
std::vector<tensor> reference_outputs(const Net& net, const buffers& inputs) {
  const auto all = run_reference(net, inputs);
  std::vector<tensor> outputs(static_cast<std::size_t>(Net::outputs));
  for (int id = 0; id < Net::size; ++id) {
    const xenos::record& r = Net::records[id];
    if (r.kind == xenos::role::output) {
      outputs[static_cast<std::size_t>(r.port)] = all[static_cast<std::size_t>(id)];
    }
  }
  return outputs;
}

/// Empty when |got - want| <= tolerance * max(|want|, largest magnitude of `want`) everywhere, else
/// the first difference. NaN equals NaN, infinities equal themselves.
inline std::string difference(std::span<const float> got, std::span<const double> want,
                              double tolerance = 1e-5) {
  std::ostringstream text;
  if (got.size() != want.size()) {
    text << "sizes " << got.size() << " and " << want.size();
    return text.str();
  }
  double largest = 0;
  for (const double value : want) {
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  }
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double a = got[i];
    const double b = want[i];
    const bool same = std::isfinite(b) ? std::fabs(a - b) <= tolerance * largest
                                       : (a == b || (std::isnan(a) && std::isnan(b)));
    if (same) continue;
    text.precision(9);
    text << "element " << i << ": " << a << ", not " << b << "; largest " << largest;
    return text.str();
  }
  return {};
}

/// The same for several tensors.
inline std::string difference(const buffers& got, const std::vector<tensor>& want,
                              double tolerance = 1e-5) {
  for (std::size_t k = 0; k < want.size(); ++k) {
    const std::string text = difference(got.at(k), want[k], tolerance);
    if (!text.empty()) return "output " + std::to_string(k) + ", " + text;
  }
  return {};
}

/// Whether all values are equal bit by bit.
inline bool same_bits(const buffers& a, const buffers& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k].size() != b[k].size()) return false;
    if (std::memcmp(a[k].data(), b[k].data(), a[k].size() * sizeof(float)) != 0) return false;
  }
  return true;
}

}  // namespace xenos_test
