// Plans are damaged by the least that counts, a row of a ring or one unit of alignment. The
// verifier must notice each time; the interpreter, unless the damaged bytes are never read.
// XENOS_MUTATIONS is the number of tries, XENOS_SEED the seed.
#include <catch2/catch.hpp>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <map>
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
using xenos::placement;

enum class damage { row_dropped, bytes_dropped, overlap, state_moved, sums_dropped };
constexpr const char* damage_names[] = {
    "a row dropped from a ring", "an alignment unit dropped from a tensor",
    "two tensors overlap by an alignment unit", "a state lies an alignment unit too far",
    "an alignment unit dropped from unfinished sums"};

/// Makes the totals agree again, so that only the damage itself can be noticed.
void add_up(run_plan& p) {
  p.area_bytes = 0;
  p.memory_bytes = 0;
  for (int i = 0; i < p.unit_count; ++i) {
    const xenos::unit& u = p.units[i];
    if (u.where == placement::caller) continue;
    xenos::bytes_t& tier = u.where == placement::ring ? p.area_bytes : p.memory_bytes;
    tier = std::max(tier, u.offset + u.bytes);
  }
  for (int k = 0; k < p.segment_count; ++k) {
    xenos::segment& s = p.segments[k];
    s.rings = 0;
    for (int i = s.first; i <= s.last; ++i) {
      if (p.units[i].where == placement::ring) s.rings += p.units[i].bytes;
    }
    p.area_bytes = std::max(p.area_bytes, s.scratchpad());
  }
  p.scratchpad_bytes = p.rounds > 0 ? p.buffer_offset(1) + p.parameter_buffers[1] : p.area_bytes;
}

/// Segments in which a tensor in memory is alive.
std::pair<int, int> segments_of(const run_plan& p, int index) {
  int last = p.units[index].segment;
  for (int c = 0; c < p.unit_count; ++c) {
    for (int k = 0; k < p.units[c].edge_count; ++k) {
      if (p.units[c].edges[k].from == index) last = std::max(last, p.units[c].segment);
    }
  }
  return {p.units[index].segment, last};
}

bool alive_together(const run_plan& p, int a, int b) {
  if (p.units[a].where != p.units[b].where || p.units[a].where == placement::caller) return false;
  if (p.units[a].where == placement::ring) return p.units[a].segment == p.units[b].segment;
  const auto [first_a, last_a] = segments_of(p, a);
  const auto [first_b, last_b] = segments_of(p, b);
  return first_a <= last_b && first_b <= last_a;
}

struct site {
  damage what;
  int unit;
  int neighbour;  // of an overlap: the tensor below, or -1
};

std::vector<site> sites_of(const run_plan& p) {
  std::vector<site> all;
  for (int i = 0; i < p.unit_count; ++i) {
    const xenos::unit& u = p.units[i];
    if (u.state_bytes > 0) all.push_back({damage::state_moved, i, -1});
    const xenos::segment& s = p.segments[u.segment];
    if (s.pieces > 1 && i == s.last) all.push_back({damage::sums_dropped, i, -1});
    if (u.where == placement::caller || u.rows == 0) continue;
    if (u.where == placement::ring) all.push_back({damage::row_dropped, i, -1});
    all.push_back({damage::bytes_dropped, i, -1});
    int below = -1;  // the nearest
    for (int k = 0; k < p.unit_count; ++k) {
      if (k == i || p.units[k].rows == 0 || !alive_together(p, i, k)) continue;
      const xenos::unit& other = p.units[k];
      if (other.offset + other.bytes > u.offset) continue;
      if (below < 0 || other.offset > p.units[below].offset) below = k;
    }
    all.push_back({damage::overlap, i, below});
  }
  return all;
}

void apply(run_plan& p, const xenos::target& t, const site& where) {
  xenos::unit& u = p.units[where.unit];
  switch (where.what) {
    case damage::row_dropped:
      --u.rows;
      u.bytes -= u.row_stride;
      break;
    case damage::bytes_dropped: u.bytes -= t.alignment; break;
    case damage::state_moved: u.state_offset += t.alignment; break;
    case damage::sums_dropped: p.segments[u.segment].sums -= t.alignment; break;
    case damage::overlap:
      if (where.neighbour < 0) {
        const xenos::segment& s = p.segments[u.segment];
        u.offset = (u.where == placement::ring ? s.before_rings() : 0) - t.alignment;
      } else {
        const xenos::unit& below = p.units[where.neighbour];
        u.offset = below.offset + below.bytes - t.alignment;
      }
      break;
  }
  add_up(p);
}

bool same_outputs(const std::vector<tensor_values>& a, const std::vector<tensor_values>& b) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    const bool same = a[k].size() == b[k].size() &&
                      std::memcmp(a[k].data(), b[k].data(), a[k].size() * sizeof(float)) == 0;
    if (!same) return false;
  }
  return true;
}

/// Whether two values need the same word at once.
bool meet(const std::vector<life>& a, const std::vector<life>& b) {
  for (const life& x : a) {
    for (const life& y : b) {
      if ((x.written <= y.written && y.written <= x.read) ||
          (y.written <= x.written && x.written <= y.read)) {
        return true;
      }
    }
  }
  return false;
}

using run = interpreter<model_capacity>;

/// What word `at` of the scratchpad held, in the segment of unit `index`, besides its own state.
std::vector<life> lives_at(const run& sound, const run_plan& p, int index, xenos::bytes_t at) {
  const xenos::segment& s = p.segments[p.units[index].segment];
  std::vector<life> all = sound.lives(model_capacity, at);
  const auto append = [&](int whose, xenos::bytes_t offset) {
    const auto more = sound.lives(whose, at - offset / run::word);
    all.insert(all.end(), more.begin(), more.end());
  };
  for (int i = s.first; i <= s.last; ++i) {
    if (i != index) append(run::state_of(i), p.units[i].state_offset);
    if (p.units[i].where == placement::ring) append(i, p.units[i].offset);
  }
  return all;
}

/// Why the damage does no harm, by what the sound plan's run needed; null: it should have done.
const char* excuse(const run& sound, const run_plan& p, const xenos::target& t, const site& where) {
  constexpr int word = run::word;
  constexpr const char* never_both = "the words shared are never needed by both at once";
  if (where.what == damage::row_dropped) {
    return sound.all_rows_read(where.unit)
               ? nullptr
               : "a row is held that no definition reads (stride, dilation or crop leave it out)";
  }
  const xenos::unit& u = p.units[where.unit];
  if (where.what == damage::bytes_dropped) {
    if (p.segments[u.segment].column_parts() == 1) return nullptr;
    for (int at = 0; at < t.alignment / word; ++at) {
      if (!sound.lives(where.unit, u.bytes / word + at).empty()) return nullptr;
    }
    return "no part of columns has the most columns and both halos";
  }
  if (where.what == damage::state_moved) {
    const xenos::bytes_t old_end = (u.state_offset - t.alignment + u.state_bytes) / word;
    for (int at = 0; at * word < u.state_bytes; ++at) {
      const xenos::bytes_t place = u.state_offset / word + at;
      const auto mine = sound.lives(run::state_of(where.unit), at);
      if (place >= old_end && meet(lives_at(sound, p, where.unit, place), mine)) return nullptr;
    }
    return never_both;
  }
  for (int at = 0; at < t.alignment / word; ++at) {
    const bool front = where.neighbour < 0;
    const xenos::bytes_t other =
        front ? u.offset / word : (p.units[where.neighbour].bytes - t.alignment) / word;
    auto below = sound.lives(front ? model_capacity : where.neighbour, other + at);
    if (front && u.where == placement::ring) {
      const xenos::segment& s = p.segments[u.segment];
      for (int i = s.first; i <= s.last; ++i) {
        const auto state =
            sound.lives(run::state_of(i), other + at - p.units[i].state_offset / word);
        below.insert(below.end(), state.begin(), state.end());
      }
    }
    if (meet(below, sound.lives(where.unit, at))) return nullptr;
  }
  return never_both;
}

struct count {
  int tried = 0;
  int stopped = 0;
  int changed = 0;
  std::map<std::string, int> unnoticed{};
};

void print(const std::map<damage, count>& counts) {
  std::cout << "mutation: seed " << std::hex << seed() << std::dec << '\n';
  for (const auto& [what, n] : counts) {
    std::cout << "  " << std::left << std::setw(42) << damage_names[static_cast<int>(what)]
              << std::right << std::setw(6) << n.tried << " tries, the interpreter stops "
              << n.stopped << ", differs " << n.changed << '\n';
    for (const auto& [why, times] : n.unnoticed) {
      std::cout << "    " << std::setw(5) << times << "  " << why << '\n';
    }
  }
}

}  // namespace

TEST_CASE("the verifier notices every damaged plan", "[property]") {
  const int tries = number_from("XENOS_MUTATIONS", 1000);
  std::map<damage, count> counts;
  int done = 0;
  int noticed = 0;
  for (int index = number_from("XENOS_FIRST", 0); done < tries; ++index) {
    dice d(seed() ^ 0xda3a6eU, index);
    const model m = random_model(d, true);
    const xenos::target t = random_target(d, d.between(0, catalogue_size - 1));
    const run_plan sound = make_plan(m.records, t, random_policy(d, ordered_kinds));
    if (sound.why != xenos::fault::none) continue;
    const std::vector<site> all = sites_of(sound);
    if (all.empty()) continue;
    const auto inputs = random_inputs(d, m);
    run machine(m, sound, true);
    const auto expected = machine.run(inputs);
    for (int k = 0; k < 3 && done < tries; ++k) {
      const site where = all[d.bits() % all.size()];
      run_plan p = sound;
      apply(p, t, where);
      count& n = counts[where.what];
      ++done;
      ++n.tried;
      INFO("XENOS_SEED=" << std::hex << seed() << std::dec << " XENOS_FIRST=" << index << ": "
                         << damage_names[static_cast<int>(where.what)] << ", unit " << where.unit);
      CHECK(verify(m.records, t, p).what != xenos::flaw::none);
      try {
        if (same_outputs(interpreter(m, p).run(inputs), expected)) {
          const char* why = excuse(machine, p, t, where);
          CHECK(why != nullptr);
          ++n.unnoticed[why ? why : "unexplained"];
          continue;
        }
        ++n.changed;
      } catch (const violation&) {
        ++n.stopped;
      } catch (const std::out_of_range&) {
        ++n.stopped;
      }
      ++noticed;
    }
  }
  print(counts);
  if (tries >= 500) CHECK(noticed * 10 >= done * 9);
}
