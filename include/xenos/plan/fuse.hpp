// From records to units: which stages run on another's accumulators.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/core/graph.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// The operand of one-to-one `node` on whose producer it may run: the one traced last, or -1.
/// `streams`: by record, how many its unit reads.
template <int N, class Policy>
constexpr int fusable_operand(const graph<N>& g, const record& node, const int* uses,
                              const bool* closed, const int* streams, const Policy& policy) {
  const bool joins = node.kind == role::output || node.map == mapping::one_to_one;
  if (!joins || (!policy.fuse && node.kind != role::output)) return -1;
  int best = -1;
  for (int k = 0; k < node.inputs; ++k) {
    const record& producer = g[node.from[k]];
    const bool fits = producer.kind == role::operation && producer.takes_epilogue &&
                      uses[node.from[k]] == 1 && !closed[node.from[k]] &&
                      (node.inputs == 1 || streams[node.from[k]] + node.inputs - 1 <= max_streams);
    if (fits && (best < 0 || node.from[k] > node.from[best])) best = k;
  }
  return best;
}

}  // namespace detail

/// Fills `p.units` from the records, in topological order, with edges, consumers, halos and row
/// sizes. A one-to-one stage (and an output) joins the unit of an operand that nothing else reads.
template <int N, class Policy>
constexpr void fuse(const graph<N>& g, const target& t, const Policy& policy, plan<N>& p) {
  int uses[N] = {};
  bool closed[N] = {};  // cut, or its unit is full
  int unit_of[N] = {};  // the unit that ends in this record, before sorting: its head
  for (int i = 0; i < g.count; ++i) {
    for (int k = 0; k < g[i].inputs; ++k) ++uses[g[i].from[k]];
    closed[i] = g[i].cut_after || policy.cuts(g, i);
  }
  // Chains of followers, kept at their heads; a head moves to the place of its last record.
  int last_of[N] = {};     // by record: the last record of the unit that it heads
  int operand_of[N] = {};  // by record: the operand through which it is fused, or -1
  int length[N] = {};      // by record: followers up to here
  int streams[N] = {};     // by record: streams that its unit reads up to here
  for (int i = 0; i < g.count; ++i) {
    const int k = detail::fusable_operand(g, g[i], uses, closed, streams, policy);
    operand_of[i] = k;
    unit_of[i] = k < 0 ? i : unit_of[g[i].from[k]];
    length[i] = k < 0 ? 0 : length[g[i].from[k]] + 1;
    streams[i] = k < 0 ? g[i].inputs : streams[g[i].from[k]] + g[i].inputs - 1;
    // Rows of a unit that accumulates are its input's: further operands have no place in them.
    if (g[i].accumulates) streams[i] = max_streams;
    // Nor have they beside rows of another element type.
    if (k < 0 && g[i].inputs > 0 && g[g[i].from[0]].type != g[i].type) streams[i] = max_streams;
    if (length[i] == max_followers) closed[i] = true;
    last_of[unit_of[i]] = i;
  }
  int position[N] = {};  // by record: the unit whose tensor it is
  for (int i = 0; i < g.count; ++i) {
    const int head = unit_of[i];
    if (last_of[head] != i) continue;
    unit& u = p.units[p.unit_count];
    position[i] = p.unit_count++;
    const record& first = g[head];
    u.head = head;
    u.type = g[i].type;
    u.factors = first.inputs > 0 ? g[first.from[0]].type : first.type;
    u.zero_point = g[i].quantised.zero_point;
    u.out = first.out;
    u.steps = first.steps;
    u.accumulates = first.accumulates;
    u.sequential = first.sequential;
    u.state_bytes = first.state_bytes;
    if (g[i].cut_after || policy.cuts(g, i)) {
      u.materialise = true;
      u.why = cut::asked;
    }
    u.input_port = first.kind == role::input ? first.port : -1;
    u.block_rows = first.block_rows;
    u.block_columns = first.block_columns;
    u.channelwise = first.channelwise;
    u.channel_block = first.channel_block;
    u.column_cuts = first.column_cuts;
    u.terms = first.terms;
    u.term_bytes = first.term_bytes;
    u.sum_bytes = first.sum_bytes;
    u.end_bytes = first.end_bytes;
    u.follower_count = length[i];
    for (int at = i, f = length[i] - 1; f >= 0; --f, at = g[at].from[operand_of[at]]) {
      u.followers[f] = at;
      u.chain_operand[f] = operand_of[at];
    }
    for (int f = -1; f < u.follower_count; ++f) {
      const record& r = f < 0 ? first : g[u.followers[f]];
      if (r.kind == role::output) u.output_port = r.port;
      u.macs += r.macs;
      u.parameter_bytes += r.parameter_bytes;
      if (f < 0) u.channel_bytes = r.channel_bytes;
      if (f >= 0 || r.channel_bytes == 0) u.whole_bytes += r.parameter_bytes;
      u.temporary_bytes = max_of(u.temporary_bytes, r.temporary_bytes);
      for (int k = 0; k < r.inputs; ++k) {
        if (f >= 0 && k == u.chain_operand[f]) continue;
        u.edges[u.edge_count++] = {position[r.from[k]], r.reads[k], f};
      }
    }
    p.macs += u.macs;
    p.parameter_bytes += u.parameter_bytes;
  }
  bool whole[N] = {};  // by unit: a stage reads all of it before its first row
  for (int c = p.unit_count - 1; c >= 0; --c) {
    unit& consumer = p.units[c];
    for (int k = consumer.edge_count - 1; k >= 0; --k) {
      unit& producer = p.units[consumer.edges[k].from];
      const access& reads = consumer.edges[k].reads;
      consumer.next_consumer[k] = producer.first_consumer;
      producer.first_consumer = c * max_streams + k;
      producer.halo_left = max_of(producer.halo_left, reads.left);
      producer.halo_right = max_of(producer.halo_right, reads.right);
      const bool all = g[consumer.head].map == mapping::whole || reads.rows.down == 0;
      if (all && consumer.edges[k].follower < 0) whole[consumer.edges[k].from] = true;
    }
  }
  for (int i = 0; i < p.unit_count; ++i) {
    unit& u = p.units[i];
    u.in_place = u.input_port >= 0 && u.halo_left == 0 && u.halo_right == 0 && !u.materialise;
    if (whole[i] && !u.in_place) {
      u.materialise = true;
      u.why = cut::whole;
    }
    const bytes_t packed = bytes_t{u.out.row()} * size_of(u.type);
    const bytes_t halo = bytes_t{u.halo_left + u.halo_right} * u.out.channels * size_of(u.type);
    const bool in_caller = u.in_place || u.output_port >= 0;
    u.row_stride = static_cast<int>(in_caller ? packed : align_up(packed + halo, t.alignment));
  }
}

}  // namespace xenos::inline XENOS_ABI
