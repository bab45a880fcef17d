// Which units are linked and how each segment is split: dynamic programming over the cuts.
#pragma once

#include <xenos/config/abi.hpp>
#include <xenos/plan/plan.hpp>
#include <xenos/plan/price.hpp>
#include <xenos/plan/rounds.hpp>
#include <xenos/plan/split.hpp>
#include <xenos/target/target.hpp>

namespace xenos::inline XENOS_ABI {

namespace detail {

/// The best segment that ends in some unit.
struct best_segment {
  std::int64_t cycles = -1;  // of the model up to here
  int first = 0;
  int tile = 0;  // choice
  ways split{};
  int strips = 1;
  bool limited = false;  // by the scratchpad, not by what the graph allows
};

/// The splits that the policy wants of a segment that ends in unit `u`.
template <class Policy>
constexpr split_choices splits_of(const unit& u, const target& t, const Policy& policy) {
  const int cores = min_of(t.cores, max_cores);
  if (cores == 1 || u.in_place) return {};
  const split_rules rules(u, t, {.rows = cores});
  const int block = common_block(rules.channel_block, u.channel_block);
  const int blocks = block == 0 ? 1 : ceil_div(u.out.channels, block);
  const split_query query{cores, u.steps, u.out.width, blocks};
  split_choices wanted = planning{}.split(query);
  if constexpr (requires { policy.split(query); }) wanted = policy.split(query);
  for (int w = 0; w < wanted.count; ++w) {  // what cannot be shared at all is not
    ways& choice = wanted.at[w];
    if (u.steps == 1) choice.rows = 1;
    if (u.out.width == 1) choice.columns = 1;
    if (blocks == 1) choice.channels = 1;
  }
  return wanted;
}

/// Whether the policy, if it has a say, allows such a segment.
template <class Policy>
constexpr bool allowed(const Policy& policy, const segment_query& of) {
  if constexpr (requires { policy.allows(of); }) return policy.allows(of);
  return true;
}

/// The most strips of columns that a core computes one after another, and the most units of a
/// segment in strips: each strip computes its halo anew, and planning takes time.
inline constexpr int max_strips = 64;
inline constexpr int max_strip_units = 8;

/// Why segment `s`, which is on one core, is not split as `policy` wants it first.
template <int N, class Policy>
constexpr obstacle obstacle_of(const target& t, const Policy& policy, const plan<N>& p,
                               const segment& s) {
  const split_choices wanted = splits_of(p.units[s.last], t, policy);
  if (wanted.count == 0 || wanted.at[0].count() == 1) return obstacle::none;
  split_rules rules(p.units[s.last], t, wanted.at[0]);
  for (int i = s.last; i >= s.first; --i) rules.add(p.units[i], p.units[s.last]);
  return rules.possible ? obstacle::cost : rules.why;
}

/// The most bytes of parameters that a round may bring; 0: they are read where they lie.
constexpr bytes_t parameters_limit(const target& t) {
  return t.parameters_in_place ? 0 : buffer_limit(t);
}
/// The scratchpad without the buffers of rounds.
constexpr bytes_t scratchpad_left(const target& t) {
  const bytes_t limit = parameters_limit(t);
  return limit > 0 ? (t.scratchpad & -bytes_t{t.alignment}) - 2 * limit : t.scratchpad;
}

}  // namespace detail

/// The segments that end at each unit at the least cost: dynamic programming, unit by unit.
/// Resumable: `advance` until `finished`; then `choose_segments` if there is no fault.
template <int N>
struct segment_search {
  detail::best_segment best[N + 1] = {};
  int next = 0;  // the first unit whose segments were not considered
  bool finished = false;
  fault why = fault::none;
  int where = -1;
  bytes_t needs = 0;
  bytes_t has = 0;

  /// Further units, until about `budget` segments under one split each have been considered.
  template <class Policy>
  constexpr void advance(const target& t, const Policy& policy, const plan<N>& p,
                         const detail::link_facts<N>& f, int budget) {
    if (p.why != fault::none) why = p.why;
    if (next == 0) best[0].cycles = 0;
    while (budget > 0 && next < p.unit_count && why == fault::none) {
      budget -= consider_ends(t, policy, p, f, next);
      ++next;
    }
    finished = next == p.unit_count || why != fault::none;
  }

 private:
  /// All segments that end in unit `j`; how many, each under each of its splits.
  template <class Policy>
  constexpr int consider_ends(const target& t, const Policy& policy, const plan<N>& p,
                              const detail::link_facts<N>& f, int j) {
    using namespace detail;
    const bytes_t limit = parameters_limit(t);
    const bytes_t space = scratchpad_left(t);
    best_segment& here = best[j + 1];
    const split_choices wanted = splits_of(p.units[j], t, policy);
    split_price<N> prices[8];
    for (int w = 0; w < wanted.count; ++w) {
      prices[w].rules = split_rules(p.units[j], t, wanted.at[w]);
    }
    split_price<N> strips;  // of a segment that fits in strips only
    strips.rules.strips = 1;
    bytes_t zeros = 0;
    bytes_t temporaries = 0;
    round_price parameters(p.units[j], t.alignment);
    bytes_t states = 0;
    int tried = 0;
    int most = 0;  // rows
    for (int i = j; i >= 0; --i) {
      tried += 1 + wanted.count;
      const unit& u = p.units[i];
      most = max_of(most, u.steps);
      const bool inside =
          u.in_place || (!u.materialise && f.last_use[i] >= 0 && f.last_use[i] <= j);
      if (i < j && !(inside && (policy.link || u.in_place))) break;
      zeros = max_of(zeros, f.zero_row[i]);
      temporaries = max_of(temporaries, u.temporary_bytes);
      states += align_up(u.state_bytes, t.alignment);
      const traffic moved = f.moved(i, j, t.fast_memory);
      const bytes_t room = space - align_up(temporaries, t.alignment) - states;
      if (limit > 0) parameters.add(u, p.units[j]);
      bool fits = false;
      bool crowded = false;  // it is the scratchpad that is too small
      bool barred = false;   // it is the policy that does not allow it
      const auto consider = [&](const split_rules& by, int tile, std::int64_t cycles,
                                std::int64_t starts, unit_part part, bytes_t rings,
                                bytes_t zero_row) {
        const ways split = by.split;
        if (!allowed(policy, {i, j, min_of(f.tiles[tile], most), split, by.strips})) {
          barred = true;
          return;
        }
        const bytes_t left = room - align_up(zero_row, t.alignment);
        round_cuts cut{1};
        if (limit > 0) {
          cut = parameters.rounds(p.units[j], split, by.channel_block, part, f.tiles[tile], limit,
                                  left);
        }
        if (cut.channels == 0 && i == j && comes_to_memory(u, t, parameters.all)) {
          cut = {1};
          cycles += reading_cycles(u, t);
        }
        if (cut.channels == 0 || (cut.pieces > 1 && by.strips > 1)) return;
        crowded = rings > left;
        if (crowded) return;
        fits = true;
        segment_load load{split, computing_cycles(p.units[j], t, cut, cycles, starts, part), rings,
                          moved};
        if (limit > 0) add_rounds(load, p, f, i, j, t, parameters, cut);
        cycles = best[i].cycles + segment_cycles(t, load);
        if (best[i].cycles < 0) return;
        if (here.cycles >= 0 && cycles >= here.cycles) return;
        here.cycles = cycles;
        here.first = i;
        here.tile = tile;
        here.split = split;
        here.strips = by.strips;
      };
      const auto consider_all = [&](const split_price<N>& price, int choices) {
        for (int c = 0; c < choices; ++c) {
          consider(price.rules, c, price.cycles[c], price.starts[c], price.part[j], price.rings[c],
                   price.zero_row);
        }
      };
      const auto preferred = [&] {
        int w = 0;
        while (w < wanted.count && !prices[w].rules.possible) ++w;
        return w < wanted.count ? wanted.at[w] : ways{};
      };
      bool split = false;  // by the first choice that the segment allows and that fits
      for (int w = 0; w < wanted.count; ++w) {
        split_price<N>& price = prices[w];
        if (price.rules.possible) price.add(p, t, f, i, j);
        if (!price.rules.possible || split) continue;
        consider_all(price, f.choices);
        split = fits && !wanted.cheapest;
      }
      for (int c = 0; c < f.choices && !split; ++c) {
        consider({}, c, f.cycles[c][j + 1] - f.cycles[c][i], f.starts[c][j + 1] - f.starts[c][i],
                 all_of(p.units[j]), f.rings[c][j] - f.rings[c][i], zeros);
      }
      if (fits) continue;
      // A row of everything does not fit: in as few strips of columns as do.
      if (strips.rules.strips > 1) strips.add(p, t, f, i, j);
      for (int more = strips.rules.strips; (crowded || barred) && !fits && j - i < max_strip_units;
           more *= 2) {
        const ways by = preferred();
        if (more > max_strips || by.columns * more > p.units[j].out.width) break;
        if (more > strips.rules.strips) {
          strips = {};
          strips.rules = split_rules(p.units[j], t, by, more);
          for (int k = j; k >= i; --k) strips.add(p, t, f, k, j);
          tried += j - i + 1;
        }
        if (!strips.rules.possible) break;
        if (more > 1) consider_all(strips, f.choices);
      }
      if (fits || barred) continue;
      here.limited = true;
      if (i < j) break;
      where = j;
      has = t.scratchpad;
      why = fault::scratchpad_too_small;
      const bytes_t left = room - align_up(zeros, t.alignment);
      needs = t.scratchpad - left;
      if (left >= 0 && parameters.least(u) > limit) {
        why = fault::parameters_too_large;
        needs = parameters.least(u);
        has = limit;
      } else if (left >= 0) {  // the unfinished sums of one tile are too many
        const int rows = u.tile(f.tiles[0]);
        needs +=
            bytes_t{rows} * u.out.width * pixel_sum_bytes(u, parameters.in_channels.channel_block);
      }
      break;
    }
    return tried;
  }
};

/// Chooses segments, tiles, splits and strips: `p.segments` with first, last, tile, split, strips,
/// moved and cycles. A segment is a run of units of which only the last is read from outside, whose
/// rings fit the scratchpad, in strips of columns where rows of all of them do not; the choice
/// minimises the sum of `segment_cycles`, and of equal plans the one that moves less wins.
template <int N, class Policy>
constexpr void choose_segments(const target& t, const Policy& policy,
                               const detail::link_facts<N>& f, const segment_search<N>& search,
                               plan<N>& p) {
  using namespace detail;
  if (p.why != fault::none) return;
  if (search.why != fault::none) {
    p.why = search.why;
    p.where = search.where;
    p.needs = search.needs;
    p.has = search.has;
    return;
  }
  const int n = p.unit_count;
  const auto& best = search.best;
  const bytes_t limit = parameters_limit(t);
  const bytes_t space = scratchpad_left(t);
  if (best[n].cycles < 0) {
    p.why = fault::policy_allows_nothing;
    p.where = n - 1;
    return;
  }
  for (int end = n; end > 0; end = best[end].first) ++p.segment_count;
  int index = p.segment_count;
  for (int end = n; end > 0; end = best[end].first) {
    segment& s = p.segments[--index];
    const best_segment& chosen = best[end];
    s.first = chosen.first;
    s.last = end - 1;
    s.split = chosen.split;
    s.strips = chosen.strips;
    s.moved = f.moved(s.first, s.last, t.fast_memory).all;
    s.cycles = chosen.cycles - best[s.first].cycles;
    split_price<N> price;
    price.rules = split_rules(p.units[s.last], t, s.split, s.strips);
    for (int i = s.last; i >= s.first; --i) price.add(p, t, f, i, s.last);
    s.column_block = price.rules.column_block;
    s.channel_block = price.rules.channel_block;
    int most = 0;
    s.zero_row = align_up(price.zero_row, t.alignment);
    for (int i = s.first; i <= s.last; ++i) {
      s.temporaries = max_of(s.temporaries, align_up(p.units[i].temporary_bytes, t.alignment));
      s.states += align_up(p.units[i].state_bytes, t.alignment);
      most = max_of(most, p.units[i].steps);
      p.units[i].segment = index;
    }
    round_cuts cut{1};
    segment_load load{.split = s.split, .moved = f.moved(s.first, s.last, t.fast_memory)};
    if (limit > 0) {
      round_price parameters(p.units[s.last], t.alignment);
      for (int i = s.last; i >= s.first; --i) parameters.add(p.units[i], p.units[s.last]);
      cut = parameters.rounds(p.units[s.last], s.split, s.channel_block, price.part[s.last],
                              f.tiles[chosen.tile], limit, space - s.before_sums());
      if (cut.channels == 0) {
        cut = {1};
        for (std::int64_t& cycles : price.cycles) cycles += reading_cycles(p.units[s.last], t);
      }
      if (cut.count() > 1) s.channel_block = parameters.channel_block(s.split, s.channel_block);
      add_rounds(load, p, f, s.first, s.last, t, parameters, cut);
    }
    s.rounds = cut.count();
    s.bands = cut.bands;
    s.pieces = cut.pieces;
    // Of the tiles that cost at most a fiftieth more, the one with the smallest rings.
    int tile = chosen.tile;
    const std::int64_t affordable = s.cycles + s.cycles / 50;
    for (int c = 0; c < f.choices; ++c) {
      load.computing = computing_cycles(p.units[s.last], t, cut, price.cycles[c], price.starts[c],
                                        price.part[s.last]);
      load.rings = price.rings[c];
      const std::int64_t cycles = segment_cycles(t, load);
      if (c == tile) s.computing = load.computing;
      const segment_query wanted{s.first, s.last, min_of(f.tiles[c], most), s.split, s.strips};
      if (!allowed(policy, wanted)) continue;
      if (cycles <= affordable && price.rings[c] < price.rings[tile]) {
        tile = c;
        s.cycles = cycles;
        s.computing = load.computing;
      }
    }
    s.tile = min_of(f.tiles[tile], most);
    s.sums = align_up(unfinished_bytes(p, s), t.alignment);
    p.cores = max_of(p.cores, s.split.count());
    if (s.split.count() == 1) s.unsplit = obstacle_of(t, policy, p, s);
  }
  // Why each segment ends where it does.
  for (int k = 0; k < p.segment_count; ++k) {
    const int last = p.segments[k].last;
    unit& u = p.units[last];
    if (u.output_port >= 0) {
      u.why = cut::output;
    } else if (!u.materialise) {
      const int next = k + 1 < p.segment_count ? p.segments[k + 1].last : n;
      u.why = f.last_use[last] > next                      ? cut::used_later
              : !policy.link                               ? cut::asked
              : best[next + 1 <= n ? next + 1 : n].limited ? cut::scratchpad
                                                           : cut::cost;
    }
  }
}

}  // namespace xenos::inline XENOS_ABI
