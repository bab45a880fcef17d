// Writes what peers need to know of a linked model, so that all compute the same.
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <xenos/xenos.hpp>

namespace peers {

namespace detail {

namespace xn = xenos;

template <class Net, int Id>
void write_record(const Net& net, std::ostream& text, std::vector<float>& values) {
  constexpr xn::record r = Net::records[Id];
  using node = typename Net::template node_of<Id>;
  // In int8 a global pool is one whose kernel is the image.
  constexpr bool global =
      std::string_view(r.name) == "average_pool2d" && r.out.height == 1 && r.out.width == 1;
  text << (global ? "global_average_pool" : r.name) << ' ' << r.out.height << ' ' << r.out.width
       << ' ' << r.out.channels;
  text << ' ' << r.inputs;
  for (int k = 0; k < r.inputs; ++k) text << ' ' << r.from[k];
  if constexpr (requires { node::op.output_padding; }) {
    constexpr xn::shape in = Net::records[r.from[0]].out;
    constexpr xn::spread_axis rows = node::op.rows(in), columns = node::op.columns(in);
    constexpr auto after = [](const xn::spread_axis& a) {
      return (a.in - 1) * a.stride + a.reach() - a.before - a.out;
    };
    text << ' ' << rows.kernel << ' ' << columns.kernel << ' ' << rows.stride << ' '
         << columns.stride << ' ' << rows.before << ' ' << columns.before << ' ' << after(rows)
         << ' ' << after(columns);
  } else if constexpr (!global && requires { node::op.kernel; }) {
    constexpr auto window = node::op.geometry(Net::records[r.from[0]].out);
    text << ' ' << node::op.kernel.height << ' ' << node::op.kernel.width;
    text << ' ' << window.rows.stride << ' ' << window.columns.stride;
    text << ' ' << window.rows.before << ' ' << window.columns.before;
    text << ' ' << window.rows.after << ' ' << window.columns.after;
  }
  if constexpr (requires { node::op.index; }) text << ' ' << node::op.index;
  if constexpr (std::string_view(r.name) == "channel_shuffle") text << ' ' << node::op.groups;
  if constexpr (requires { node::op.heads; }) text << ' ' << node::op.heads;
  const auto append = [&](const auto& view) {
    text << ' ' << values.size();
    const xn::filter e = view.extents;
    for (int o = 0; o < e.out; ++o) {
      for (int h = 0; h < e.height; ++h) {
        for (int w = 0; w < e.width; ++w) {
          for (int i = 0; i < e.in; ++i) values.push_back(static_cast<float>(view(o, h, w, i)));
        }
      }
    }
  };
  if constexpr (requires { node::views::count; }) {
    const auto& views = net.template record_views<Id>();
    if constexpr (node::views::count > 0) append(views.template get<0>());
    if constexpr (node::views::count > 2) append(views.template get<2>());
    if constexpr (node::views::count > 1) append(views.template get<1>());
  }
  if (r.kind == xn::role::input) text << " 0";  // its values come first
  if (r.quantised.given()) {
    text << ' ' << values.size();
    values.push_back(r.quantised.scale);
    values.push_back(static_cast<float>(r.quantised.zero_point));
  }
  text << '\n';
}

}  // namespace detail

/// Writes PATH.txt and PATH.floats, which description.hpp reads. A line is
///   op  height width channels  inputs, their lines...  attributes  positions
/// where the attributes of convolutions and pools are kernel (height, width), stride (height,
/// width) and padding (top, left, bottom, right; of transposed convolutions what is cut off), of a
/// part of a split its number, of a shuffle its groups, of attention its heads, and positions are
/// those of weights and bias, or of the input's values, among the floats; of recurrent layers of
/// weights, bias and recurrent weights, of normalisations of gamma and beta. Weights are in the
/// order out, height, width, in. In int8 the floats are integers; scales of weights follow the
/// bias, and behind all there is the position of the scale and zero point of what the line makes.
template <class Net, class T>
void describe(const Net& net, std::span<const T> input, const std::string& path) {
  std::ofstream text(path + ".txt");
  std::vector<float> values(input.begin(), input.end());
  [&]<int... Ids>(std::integer_sequence<int, Ids...>) {
    (detail::write_record<Net, Ids>(net, text, values), ...);
  }
  (std::make_integer_sequence<int, Net::size>{});
  std::ofstream floats(path + ".floats", std::ios::binary);
  floats.write(reinterpret_cast<const char*>(values.data()),
               std::streamsize(values.size() * sizeof(float)));
}

}  // namespace peers
