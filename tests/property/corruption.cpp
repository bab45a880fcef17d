// Any number of a plan is changed. What the verifier lets pass must run to the same result: it
// proves plans, not only those that the planner makes. XENOS_MUTATIONS is the number of tries.
#include <catch2/catch.hpp>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <support/interpreter.hpp>
#include <support/random_graph.hpp>
#include <support/random_target.hpp>
#include <support/seed.hpp>
#include <vector>
#include <xenos/plan/make_plan.hpp>
#include <xenos/plan/verify.hpp>

namespace {

using namespace xenos_test;
using run_plan = xenos::plan<model_capacity>;

/// Changes one number, flag or choice; its name.
class corruption {
 public:
  corruption(dice& d, run_plan& p, const xenos::target& t) : d_(d), step_(t.alignment) {
    const int kind = d.between(1, 100);
    if (kind <= 10) {
      of_plan(p);
    } else if (kind <= 35) {
      of_segment(p.segments[d.between(0, p.segment_count - 1)]);
    } else {
      of_unit(p.units[d.between(0, p.unit_count - 1)]);
    }
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  void change(const char* name, int& value) {
    name_ = name;
    value = d_.chance(70) ? value + (d_.chance(50) ? 1 : -1) : d_.between(-2, 50);
  }
  void change(const char* name, xenos::bytes_t& value) {
    name_ = name;
    value += (d_.chance(70) ? step_ : d_.between(1, 500)) * (d_.chance(50) ? 1 : -1);
  }
  void change(const char* name, bool& value) {
    name_ = name;
    value = !value;
  }

  void of_plan(run_plan& p) {
    switch (d_.between(0, 9)) {
      case 7: return change("area_bytes", p.area_bytes);
      case 8: return change("parameter buffer", p.parameter_buffers[d_.between(0, 1)]);
      case 9: return change("rounds of a plan", p.rounds);
      case 6: return change("cores", p.cores);
      case 0: return change("unit_count", p.unit_count);
      case 1: return change("segment_count", p.segment_count);
      case 2: return change("scratchpad_bytes", p.scratchpad_bytes);
      case 3: return change("memory_bytes", p.memory_bytes);
      case 4: return change("moved_bytes", p.moved_bytes);
      default: return change("near_bytes", p.near_bytes);
    }
  }
  void of_segment(xenos::segment& s) {
    switch (d_.between(0, 21)) {
      case 18: return change("strips", s.strips);
      case 19: return change("bands", s.bands);
      case 20: return change("pieces", s.pieces);
      case 21: return change("sums", s.sums);
      case 14: return change("rounds", s.rounds);
      case 15: return change("first_round", s.first_round);
      case 16: return change("round_bytes", s.round_bytes);
      case 17: return change("states", s.states);
      case 8: return change("parts of rows", s.split.rows);
      case 9: return change("parts of columns", s.split.columns);
      case 10: return change("parts of channels", s.split.channels);
      case 11: return change("column_block", s.column_block);
      case 12: return change("channel_block", s.channel_block);
      case 13: return change("steps of a part", s.part_steps[0]);
      case 0: return change("first", s.first);
      case 1: return change("last", s.last);
      case 2: return change("tile", s.tile);
      case 3: return change("steps of a segment", s.steps);
      case 4: return change("reversed", s.reversed);
      case 5: return change("zero_row", s.zero_row);
      case 6: return change("temporaries", s.temporaries);
      default: return change("rings", s.rings);
    }
  }
  void of_unit(xenos::unit& u) {
    const int e = d_.between(0, xenos::max_streams - 1) % std::max(u.edge_count, 1);
    const int f = d_.between(0, xenos::max_followers - 1) % std::max(u.follower_count, 1);
    xenos::access& reads = u.edges[e].reads;
    switch (d_.between(0, 38)) {
      case 38: return change("end_bytes", u.end_bytes);
      case 35: return change("terms", u.terms);
      case 36: return change("term_bytes", u.term_bytes);
      case 37: return change("sum_bytes", u.sum_bytes);
      case 29: return change("parameter_offset", u.parameter_offset);
      case 30: return change("channel_bytes", u.channel_bytes);
      case 31: return change("whole_bytes", u.whole_bytes);
      case 32: return change("sequential", u.sequential);
      case 33: return change("state_bytes", u.state_bytes);
      case 34: return change("state_offset", u.state_offset);
      case 0: return change("head", u.head);
      case 1: return change("follower_count", u.follower_count);
      case 2: return change("follower", u.followers[f]);
      case 3: return change("chain_operand", u.chain_operand[f]);
      case 4: return change("edge_count", u.edge_count);
      case 5: return change("from", u.edges[e].from);
      case 6: return change("follower of an edge", u.edges[e].follower);
      case 7: return change("reach", reads.rows.reach);
      case 8: return change("offset of a window", reads.rows.offset);
      case 9: return change("left", reads.left);
      case 10: return change("zeros", reads.zeros);
      case 11: return change("steps of a unit", u.steps);
      case 12: return change("accumulates", u.accumulates);
      case 13: return change("materialise", u.materialise);
      case 14: return change("in_place", u.in_place);
      case 15: return change("input_port", u.input_port);
      case 16: return change("output_port", u.output_port);
      case 17: return change("temporary_bytes", u.temporary_bytes);
      case 18: return change("segment", u.segment);
      case 19:
        name_ = "where";
        u.where = static_cast<xenos::placement>((static_cast<int>(u.where) + d_.between(1, 2)) % 3);
        return;
      case 20: return change("halo_left", u.halo_left);
      case 21: return change("halo_right", u.halo_right);
      case 22: return change("row_stride", u.row_stride);
      case 23: return change("rows", u.rows);
      case 24: return change("bytes", u.bytes);
      case 25: return change("height", u.out.height);
      case 26: return change("width", u.out.width);
      case 27: return change("channels", u.out.channels);
      default: return change("offset", u.offset);
    }
  }

  dice& d_;
  int step_;
  std::string name_;
};

}  // namespace

TEST_CASE("a changed plan is refused or runs to the same result", "[property]") {
  const int tries = number_from("XENOS_MUTATIONS", 1000);
  int done = 0;
  int passed = 0;
  for (int index = number_from("XENOS_FIRST", 0); done < tries; ++index) {
    dice d(seed() ^ 0xc0de, index);
    const model m = random_model(d, true);
    const xenos::target t = random_target(d, d.between(0, catalogue_size - 1));
    const run_plan sound = make_plan(m.records, t, random_policy(d, ordered_kinds));
    if (sound.why != xenos::fault::none) continue;
    std::vector<tensor_values> inputs;
    std::vector<tensor_values> expected;
    for (int k = 0; k < 10 && done < tries; ++k, ++done) {
      run_plan p = sound;
      const corruption change(d, p, t);
      if (verify(m.records, t, p).what != xenos::flaw::none) continue;
      ++passed;
      INFO("XENOS_SEED=" << std::hex << seed() << std::dec << " XENOS_FIRST=" << index << ": "
                         << change.name());
      if (inputs.empty()) {
        inputs = random_inputs(d, m);
        expected = interpreter(m, sound).run(inputs);
      }
      std::string wrong;
      try {
        const auto outputs = interpreter(m, p).run(inputs);
        for (std::size_t port = 0; port < outputs.size(); ++port) {
          const bool same = outputs[port].size() == expected[port].size() &&
                            std::memcmp(outputs[port].data(), expected[port].data(),
                                        outputs[port].size() * sizeof(float)) == 0;
          if (!same) wrong = "another result";
        }
      } catch (const violation& v) {
        wrong = v.what;
      } catch (const std::out_of_range& e) {
        wrong = e.what();
      }
      CHECK(wrong == "");
    }
  }
  std::cout << "corruption: seed " << std::hex << seed() << std::dec << ", " << done << " tries, "
            << done - passed << " refused, " << passed << " harmless\n";
}
