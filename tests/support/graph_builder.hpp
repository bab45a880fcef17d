// Small graphs of records, in constant expressions too.
#pragma once

#include <concepts>
#include <stdexcept>
#include <xenos/core/graph.hpp>
#include <xenos/ops/operation.hpp>

namespace xenos_test {

template <int Capacity>
struct graph_builder {
  xenos::graph<Capacity> records{};
  int inputs = 0;
  int outputs = 0;

  constexpr int input(xenos::shape extent) {
    xenos::record node;
    node.name = "input";
    node.kind = xenos::role::input;
    node.map = xenos::mapping::reorganise;
    node.channelwise = true;
    node.out = extent;
    node.steps = extent.height;
    node.port = inputs++;
    return push(node);
  }
  template <xenos::operation Op>
  constexpr int add(const Op& op, std::same_as<int> auto... from) {
    const int ids[] = {from...};
    xenos::shapes in;
    (in.push(records[from].out), ...);
    if (check(op, in) != xenos::fault::none) throw std::invalid_argument("shapes do not fit");
    return push(describe(op, in, ids, xenos::dtype::f32));
  }
  constexpr int output(int from) {
    xenos::record node;
    node.name = "output";
    node.kind = xenos::role::output;
    node.map = xenos::mapping::reorganise;
    node.channelwise = true;
    node.out = records[from].out;
    node.steps = node.out.height;
    node.port = outputs++;
    node.inputs = 1;
    node.from[0] = from;
    return push(node);
  }

 private:
  constexpr int push(const xenos::record& node) {
    if (records.count == Capacity) throw std::length_error("graph_builder: more records");
    return records.push(node);
  }
};

}  // namespace xenos_test
