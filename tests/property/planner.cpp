// Random graphs are planned and verified; one in four is executed if it is feasible, more than a
// tenth. XENOS_GRAPHS is their number, XENOS_FIRST the first (to repeat a failure), XENOS_SEED the
// seed.
#include <array>
#include <catch2/catch.hpp>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <support/interpreter.hpp>
#include <support/random_graph.hpp>
#include <support/random_target.hpp>
#include <support/seed.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/plan/verify.hpp>

namespace {

using namespace xenos_test;
using run_plan = xenos::plan<model_capacity>;

/// What became of the graphs planned under one split policy.
struct split_coverage {
  int graphs = 0;  // feasible
  int split = 0;   // with a segment that is shared by several cores
  int rows = 0;    // with one that is split in rows, ...
  int columns = 0;
  int channels = 0;
  int strips = 0;  // with one that a core computes in strips of columns
  int rounds = 0;  // whose parameters are brought in several rounds of some segment
  int pieces = 0;  // with sums cut into pieces
  int bands = 0;   // and rows into bands, too
  int empty = 0;   // with a core that has nothing to do in a segment that is split
  int executed = 0;
};

struct coverage {
  std::array<split_coverage, any_split::kinds> splits{};
  int graphs = 0;
  std::array<int, catalogue_size> graphs_of{};
  std::array<int, catalogue_size> infeasible_of{};
  std::array<std::array<int, 2>, operation_kinds> operations{};  // in all, in executed graphs
  int scratchpad_too_small = 0;
  int memory_too_small = 0;
  int parameters_too_large = 0;
  int several_inputs = 0;
  int several_outputs = 0;
  int inner_outputs = 0;  // a tensor that is an output and is read too
  int unequal_joins = 0;  // graphs with branches of unequal length
  int linked_joins = 0;   // joins whose operands all lie in rings
  int whole = 0;
  int reversed = 0;  // segments
  int segments = 0;
  int fused = 0;  // records
  int executed = 0;
  int constant_outputs = 0;
  int exact_moves = 0;  // executed plans that touched every byte they count as moved
  std::array<long, catalogue_size> units{};
  std::array<long, catalogue_size> rings{};
  long ring_rows = 0;
  long pipelines = 0;    // of several stages
  long stage_rings = 0;  // between them
  long bound_rows = 0;
  long most_units = 0;
};

/// What is wrong with one random case; empty: nothing.
class one_case {
 public:
  one_case(int index, coverage& seen)
      : d_(seed(), index),
        seen_(seen),
        index_(index),
        which_(d_.between(0, catalogue_size - 1)),
        m_(random_model(d_, index % 4 == 0)),
        t_(random_target(d_, which_)),
        policy_(random_policy(d_)) {}

  std::string run() {
    count_graph();
    const run_plan p = make_plan(m_.records, t_, policy_);
    std::string wrong = same(p, make_plan(m_.records, t_, policy_)) ? "" : "planned twice, differs";
    if (wrong.empty()) wrong = p.why == xenos::fault::none ? feasible(p) : infeasible(p);
    return wrong;
  }

 private:
  static bool same(const run_plan& a, const run_plan& b) {
    bool equal = a.why == b.why && a.where == b.where && a.needs == b.needs &&
                 a.unit_count == b.unit_count && a.segment_count == b.segment_count &&
                 a.scratchpad_bytes == b.scratchpad_bytes && a.memory_bytes == b.memory_bytes &&
                 a.moved_bytes == b.moved_bytes && a.near_bytes == b.near_bytes &&
                 a.cycles == b.cycles && a.macs == b.macs;
    for (int i = 0; equal && i < a.unit_count; ++i) {
      const xenos::unit& u = a.units[i];
      const xenos::unit& v = b.units[i];
      equal = u.head == v.head && u.segment == v.segment && u.where == v.where && u.why == v.why &&
              u.rows == v.rows && u.bytes == v.bytes && u.offset == v.offset &&
              u.state_offset == v.state_offset;
    }
    for (int k = 0; equal && k < a.segment_count; ++k) {
      const xenos::segment& s = a.segments[k];
      const xenos::segment& r = b.segments[k];
      equal = s.first == r.first && s.last == r.last && s.tile == r.tile && s.steps == r.steps &&
              s.reversed == r.reversed && s.split == r.split && s.moved == r.moved &&
              s.near == r.near && s.rounds == r.rounds && s.bands == r.bands &&
              s.pieces == r.pieces && s.sums == r.sums && s.hidden == r.hidden;
    }
    return equal;
  }

  void count_graph() {
    ++seen_.graphs;
    ++seen_.graphs_of[which()];
    seen_.several_inputs += m_.inputs > 1;
    seen_.several_outputs += m_.outputs > 1;
    int depth[model_capacity] = {};
    int readers[model_capacity] = {};
    bool unequal = false;
    bool whole = false;
    for (int id = 0; id < m_.records.count; ++id) {
      const xenos::record& node = m_.records[id];
      int least = 1 << 20;
      for (int k = 0; k < node.inputs; ++k) {
        depth[id] = std::max(depth[id], depth[node.from[k]] + 1);
        least = std::min(least, depth[node.from[k]] + 1);
        ++readers[node.from[k]];
      }
      unequal = unequal || (node.inputs > 1 && least != depth[id]);
      whole = whole || node.map == xenos::mapping::whole;
      ++seen_.operations[m_.operations[static_cast<std::size_t>(id)].index()][0];
    }
    bool inner = false;
    for (int id = 0; id < m_.records.count; ++id) {
      const xenos::record& node = m_.records[id];
      inner = inner || (node.kind == xenos::role::output && readers[node.from[0]] > 1);
    }
    seen_.inner_outputs += inner;
    seen_.unequal_joins += unequal;
    seen_.whole += whole;
  }

  std::string infeasible(const run_plan& p) {
    ++seen_.infeasible_of[which()];
    seen_.scratchpad_too_small += p.why == xenos::fault::scratchpad_too_small;
    seen_.memory_too_small += p.why == xenos::fault::memory_too_small;
    seen_.parameters_too_large += p.why == xenos::fault::parameters_too_large;
    if (p.needs <= p.has) return "infeasible, but needs no more than there is";
    if (verify(m_.records, t_, p).what != xenos::flaw::infeasible) return "infeasible, unnoticed";
    // With as much as it needs, or simply more, it must succeed.
    xenos::target larger = t_;
    larger.scratchpad = xenos::bytes_t{1} << 40;
    larger.memory = xenos::bytes_t{1} << 40;
    if (make_plan(m_.records, larger, policy_).why != xenos::fault::none) return "never feasible";
    if (p.why == xenos::fault::scratchpad_too_small && p.has != t_.scratchpad) return "wrong `has`";
    return "";
  }

  std::string feasible(const run_plan& p) {
    const xenos::verdict v = verify(m_.records, t_, p);
    if (v.what != xenos::flaw::none) {
      return "flaw " + std::to_string(static_cast<int>(v.what)) + " at unit " +
             std::to_string(v.unit);
    }
    if (p.scratchpad_bytes > t_.scratchpad) return "more scratchpad than the target has";
    if (p.arena_bytes() > t_.memory) return "more memory than the target has";
    count_splits(p);
    std::string wrong = units(p);
    if (wrong.empty()) wrong = less_moved(p);
    seen_.pipelines += p.stages > 1;
    for (int i = 0; i < p.unit_count; ++i) {
      const xenos::unit& u = p.units[i];
      seen_.stage_rings += u.where == xenos::placement::memory && u.rows < u.out.height;
    }
    if (wrong.empty() && index_ % 4 == 0 && p.stages == 1) {
      wrong = execute(p);
    }
    return wrong;
  }

  void count_splits(const run_plan& p) {
    split_coverage& seen = seen_.splits[static_cast<std::size_t>(policy_.kind)];
    xenos::ways most;
    int count = 1;
    int strips = 1;
    int rounds = 1;
    int pieces = 1;
    int bands = 1;
    bool empty = false;
    for (int k = 0; k < p.segment_count; ++k) {
      const xenos::segment& s = p.segments[k];
      const xenos::unit& last = p.units[s.last];
      most = {std::max(most.rows, s.split.rows), std::max(most.columns, s.split.columns),
              std::max(most.channels, s.split.channels)};
      count = std::max(count, s.split.count());
      strips = std::max(strips, s.strips);
      rounds = std::max(rounds, s.rounds);
      pieces = std::max(pieces, s.pieces);
      bands = std::max(bands, s.bands);
      for (int part = 0; part < s.split.rows; ++part) {
        empty = empty || xenos::share(last.steps, s.split.rows, part).empty();
      }
      for (int part = 0; part < s.column_parts(); ++part) {
        empty =
            empty || xenos::share(last.out.width, s.column_parts(), part, s.column_block).empty();
      }
      for (int part = 0; part < s.split.channels; ++part) {
        empty = empty || channels_of_part(p, s, part).empty();
      }
    }
    ++seen.graphs;
    seen.split += count > 1;
    seen.rows += most.rows > 1;
    seen.columns += most.columns > 1;
    seen.channels += most.channels > 1;
    seen.empty += empty;
    seen.strips += strips > 1;
    seen.rounds += rounds > 1;
    seen.pieces += pieces > 1;
    seen.bands += bands > 1;
    seen.executed += index_ % 4 == 0 && p.stages == 1;
  }

  std::string units(const run_plan& p) {
    int records = 0;
    xenos::join_point joins[model_capacity] = {};
    join_points(p, joins);
    seen_.most_units = std::max<long>(seen_.most_units, p.unit_count);
    seen_.segments += p.segment_count;
    for (int i = 0; i < p.unit_count; ++i) {
      const xenos::unit& u = p.units[i];
      records += 1 + u.follower_count;
      seen_.fused += u.follower_count;
      if (u.in_place) continue;
      ++seen_.units[which()];
      int linked = 0;
      for (int k = 0; k < u.edge_count; ++k) {
        linked += p.units[u.edges[k].from].where == xenos::placement::ring;
      }
      seen_.linked_joins += u.edge_count > 1 && linked == u.edge_count;
      if (u.where != xenos::placement::ring) continue;
      ++seen_.rings[which()];
      const int bound = ring_bound(p, i, joins[i], p.segments[u.segment].tile);
      seen_.ring_rows += u.rows;
      seen_.bound_rows += bound;
      if (u.rows > bound) {
        return "unit " + std::to_string(i) + " has " + std::to_string(u.rows) +
               " rows, its bound is " + std::to_string(bound);
      }
      if (u.rows > u.out.height) return "a ring holds more rows than there are";
      if (u.rows < 1 && is_computed(p, i)) return "a ring holds no row";
    }
    for (int k = 0; k < p.segment_count; ++k) seen_.reversed += p.segments[k].reversed;
    return records == m_.records.count ? "" : "records in units and records differ in number";
  }

  /// Whether the schedule computes any row of unit `index`: nobody may need it.
  static bool is_computed(const run_plan& p, int index) {
    const xenos::segment& s = p.segments[p.units[index].segment];
    for (int part = 0; part < s.split.rows; ++part) {
      xenos::schedule_cursor<model_capacity> cursor(p, s, part);
      xenos::step now;
      while (cursor.next(p, s, now)) {
        if (now.unit == index) return true;
      }
    }
    return false;
  }

  /// Linking saves bytes, and never any other way.
  std::string less_moved(const run_plan& p) {
    any_split apart = policy_;
    apart.link = false;
    xenos::target roomy = t_;  // without links more is in memory
    roomy.memory = xenos::bytes_t{1} << 40;
    const run_plan unlinked = make_plan(m_.records, roomy, apart);
    if (unlinked.why != xenos::fault::none) return "feasible linked, infeasible unlinked";
    if (p.moved_bytes > unlinked.moved_bytes) return "linked moves more than unlinked";
    if (p.unit_count != unlinked.unit_count) return "linking changes units";
    if (p.moved_bytes + p.near_bytes != unlinked.moved_bytes + unlinked.near_bytes) {
      return "bytes are lost between memory and rings";
    }
    return "";
  }

  std::string execute(const run_plan& p) {
    ++seen_.executed;
    for (const any_operation& op : m_.operations) ++seen_.operations[op.index()][1];
    const auto inputs = random_inputs(d_, m_);
    const auto expected = run_layers(m_, inputs);
    interpreter machine(m_, p);
    std::vector<tensor_values> outputs;
    try {
      outputs = machine.run(inputs);
    } catch (const violation& v) {
      return std::string(v.what) + ", unit " + std::to_string(v.unit) + ", row " +
             std::to_string(v.row);
    }
    for (int id = 0; id < m_.records.count; ++id) {
      const xenos::record& node = m_.records[id];
      if (node.kind != xenos::role::output) continue;
      const tensor_values& out = outputs[static_cast<std::size_t>(node.port)];
      const tensor_values& want = expected[static_cast<std::size_t>(id)];
      if (out.size() != want.size() ||
          std::memcmp(out.data(), want.data(), out.size() * sizeof(float)) != 0) {
        return "output " + std::to_string(node.port) + " differs from the layers'";
      }
      seen_.constant_outputs +=
          out.size() > 1 && std::equal(out.begin() + 1, out.end(), out.begin());
    }
    if (machine.moved_bytes() > p.moved_bytes) return "moves more bytes than planned";
    seen_.exact_moves += machine.moved_bytes() == p.moved_bytes;
    return "";
  }

  [[nodiscard]] std::size_t which() const { return static_cast<std::size_t>(which_); }

  dice d_;
  coverage& seen_;
  int index_;
  int which_;
  model m_;
  xenos::target t_;
  any_split policy_;
};

template <class... Kinds>
std::array<const char*, operation_kinds> names(std::variant<Kinds...>*) {
  const auto name = []<class Kind>(Kind*) -> const char* {
    if constexpr (xenos::operation<Kind>) {
      return Kind::name;
    } else {
      return "input, output";
    }
  };
  return {name(static_cast<Kinds*>(nullptr))...};
}

void print(const coverage& seen) {
  const auto share = [](long part, long all) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << (all > 0 ? 100.0 * double(part) / double(all) : 0)
         << " %";
    return text.str();
  };
  const auto line = [](const std::string& what, const auto& value) {
    std::cout << "  " << std::left << std::setw(44) << what << value << '\n';
  };
  std::cout << "planner: " << seen.graphs << " random graphs, seed " << std::hex << seed()
            << std::dec << '\n';
  line("executed", seen.executed);
  line("largest graph, units", seen.most_units);
  line("several inputs", share(seen.several_inputs, seen.graphs));
  line("several outputs", share(seen.several_outputs, seen.graphs));
  line("an inner tensor is an output", share(seen.inner_outputs, seen.graphs));
  line("branches of unequal length", share(seen.unequal_joins, seen.graphs));
  line("an operation reads a tensor whole", share(seen.whole, seen.graphs));
  line("infeasible, scratchpad too small", seen.scratchpad_too_small);
  line("infeasible, memory too small", seen.memory_too_small);
  line("infeasible, parameters too large", seen.parameters_too_large);
  line("records fused into another's unit", seen.fused);
  line("units with all of several inputs in rings", seen.linked_joins);
  line("segments", seen.segments);
  line("pipelines of several stages", seen.pipelines);
  line("tensors between stages in rings", seen.stage_rings);
  line("segments that pull their last input first", seen.reversed);
  line("rows of rings, exact / bound", share(seen.ring_rows, seen.bound_rows));
  line("executed plans that touch all they move", share(seen.exact_moves, seen.executed));
  line("constant outputs", seen.constant_outputs);
  std::cout << "  target       graphs  infeasible    units  in rings\n";
  for (std::size_t k = 0; k < catalogue_size; ++k) {
    std::cout << "  " << std::left << std::setw(12) << catalogue[k].name.text << std::right
              << std::setw(7) << seen.graphs_of[k] << std::setw(12) << seen.infeasible_of[k]
              << std::setw(9) << seen.units[k] << std::setw(10)
              << share(seen.rings[k], seen.units[k]) << '\n';
  }
  std::cout
      << "  policy            feasible   split    rows columns channels  strips   empty  rounds  "
         "pieces   bands executed\n";
  for (int k = 0; k < any_split::kinds; ++k) {
    const split_coverage& of = seen.splits[static_cast<std::size_t>(k)];
    std::cout << "  " << std::left << std::setw(17) << any_split::names[k] << std::right;
    for (const int n : {of.graphs, of.split, of.rows, of.columns, of.channels, of.strips, of.empty,
                        of.rounds, of.pieces, of.bands}) {
      std::cout << std::setw(8) << n;
    }
    std::cout << std::setw(9) << of.executed << '\n';
  }
  const auto name = names(static_cast<any_operation*>(nullptr));
  std::cout << "  operation                 records  executed\n";
  for (std::size_t k = 0; k < operation_kinds; ++k) {
    std::cout << "  " << std::left << std::setw(24) << name[k] << std::right << std::setw(9)
              << seen.operations[k][0] << std::setw(10) << seen.operations[k][1] << '\n';
  }
}

/// Whether graphs enough were planned under each policy, and enough of them in rounds, with column
/// cuts and with empty shares, as far as the policy makes any: a tenth of a long run, which is near
/// the mean of some; a twentieth of a short one.
void check_splits(const coverage& seen) {
  const bool many = seen.graphs >= 100'000;
  for (int k = 0; k < any_split::kinds; ++k) {
    const std::string_view name = any_split::names[k];
    const split_coverage& of = seen.splits[static_cast<std::size_t>(k)];
    const int least = of.graphs / (many ? 10 : 20);
    const bool bands =
        name == "none" || name == "pipeline" || name == "rows" || name == "output_channels";
    INFO("policy " << name);
    CHECK(of.graphs >= (many ? 1000 : 300));
    CHECK(of.rounds >= least);
    CHECK(of.pieces >= least);
    CHECK(of.bands > 0);
    if (!bands) CHECK(of.columns >= least);
    if (name != "none" && name != "pipeline") CHECK(of.empty >= least);
  }
}

}  // namespace

TEST_CASE("random graphs are planned, verified and executed", "[property]") {
  const int count = number_from("XENOS_GRAPHS", 8000);
  const int first = number_from("XENOS_FIRST", 0);
  coverage seen;
  int failures = 0;
  for (int index = first; index < first + count; ++index) {
    const std::string wrong = one_case(index, seen).run();
    if (wrong.empty()) continue;
    if (++failures <= 10) {
      UNSCOPED_INFO("XENOS_SEED=" << std::hex << seed() << std::dec << " XENOS_FIRST=" << index
                                  << " XENOS_GRAPHS=1: " << wrong);
    }
  }
  print(seen);
  CHECK(failures == 0);
  if (count < 8000) return;  // too few to see everything
  for (int k = 0; k < operation_kinds; ++k) {
    INFO("operation " << names(static_cast<any_operation*>(nullptr))[static_cast<std::size_t>(k)]);
    CHECK(seen.operations[static_cast<std::size_t>(k)][0] > 0);
    CHECK(seen.operations[static_cast<std::size_t>(k)][1] > 0);
  }
  check_splits(seen);
  CHECK(seen.scratchpad_too_small > 0);
  CHECK(seen.memory_too_small > 0);
  CHECK(seen.unequal_joins > 0);
  CHECK(seen.reversed > 0);
  CHECK(seen.pipelines > 0);
  CHECK(seen.stage_rings > 0);
}
